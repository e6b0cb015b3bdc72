#!/usr/bin/env python3
"""Draws icon.png and logo.png, which the Supervisor shows: a radio stick at the end of a long wire. Needs nothing but Python.

addon/artwork/draw.py        writes both into the root of the repository
"""
import math
import pathlib
import struct
import zlib

BLUE = (3, 169, 244)  # Home Assistant's own
DARK = (38, 50, 56)
WHITE = (255, 255, 255)
FINE = 4  # every pixel is the mean of FINE * FINE samples


def box(x, y, left, top, right, bottom, radius):
    """How far (x, y) lies outside a box with round corners."""
    dx = max(left + radius - x, 0, x - right + radius)
    dy = max(top + radius - y, 0, y - bottom + radius)
    return math.hypot(dx, dy) - radius


def wire(x, y, start, end, sag):
    """How far (x, y) lies from the wire, which goes from start to end in one swing."""
    (x0, y0), (x1, y1) = start, end
    nearest = 1e9
    for i in range(97):
        t = i / 96
        px, py = x0 + (x1 - x0) * t, y0 + (y1 - y0) * t + sag * math.sin(2 * math.pi * t)
        nearest = min(nearest, (x - px) ** 2 + (y - py) ** 2)
    return math.sqrt(nearest)


def arc(x, y, cx, cy, radius):
    """How far (x, y) lies from a quarter of a circle that opens to the upper right."""
    angle = math.degrees(math.atan2(cy - y, x - cx))
    return abs(math.hypot(x - cx, y - cy) - radius) if 0 <= angle <= 90 else 1e9


def stick(x, y):
    """The drawing in a square of 128: the colour at (x, y), or nothing."""
    if box(x, y, 64, 44, 98, 110, 7) <= 0:
        return WHITE if math.hypot(x - 81, y - 60) <= 5 else BLUE
    if box(x, y, 71, 108, 91, 122, 2) <= 0:
        return WHITE if box(x, y, 76, 112, 79, 118, 0) <= 0 or box(x, y, 83, 112, 86, 118, 0) <= 0 else DARK
    if any(arc(x, y, 84, 40, radius) <= 3 for radius in (14, 26)) or math.hypot(x - 84, y - 40) <= 4:
        return BLUE
    if wire(x, y, (4, 96), (64, 88), -22) <= 3:
        return DARK
    return None


LETTERS = {  # strokes on a grid of 4 by 8, the base line at 6
    "l": [((1, 0), (1, 6))],
    "o": [((0, 2), (3, 2)), ((3, 2), (3, 6)), ((3, 6), (0, 6)), ((0, 6), (0, 2))],
    "n": [((0, 6), (0, 2)), ((0, 2), (3, 2)), ((3, 2), (3, 6))],
    "g": [((3, 2), (0, 2)), ((0, 2), (0, 6)), ((0, 6), (3, 6)), ((3, 2), (3, 8)), ((3, 8), (0, 8))],
    "w": [((0, 2), (0, 6)), ((0, 6), (3, 6)), ((1.5, 6), (1.5, 3)), ((3, 6), (3, 2))],
    "i": [((1, 2), (1, 6)), ((1, 0), (1, 0.2))],
    "r": [((0, 6), (0, 2)), ((0, 2), (3, 2))],
    "e": [((3, 6), (0, 6)), ((0, 6), (0, 2)), ((0, 2), (3, 2)), ((3, 2), (3, 4)), ((3, 4), (0, 4))],
}
WIDTHS = {"l": 2, "i": 2}


def strokes(text, left, top, unit):
    found = []
    for letter in text:
        shift = 1 if letter in WIDTHS else 0
        for (x0, y0), (x1, y1) in LETTERS[letter]:
            found.append((left + (x0 - shift) * unit, top + y0 * unit, left + (x1 - shift) * unit, top + y1 * unit))
        left += (1.6 if letter in WIDTHS else 4.6) * unit
    return found


NAME = strokes("longwire", 106, 32, 4.3)


def segment(x, y, x0, y0, x1, y1):
    length = (x1 - x0) ** 2 + (y1 - y0) ** 2
    t = max(0, min(1, ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length))
    return math.hypot(x - x0 - t * (x1 - x0), y - y0 - t * (y1 - y0))


def logo(x, y):
    """250 by 100: the stick at three quarters of its size, and the name."""
    if x < 100:
        return stick((x - 2) / 0.75, (y - 2) / 0.75)
    return DARK if any(segment(x, y, *stroke) <= 1.9 for stroke in NAME) else None


def png(width, height, colour_at):
    rows = bytearray()
    for row in range(height):
        rows.append(0)
        for column in range(width):
            samples = [colour_at(column + (i + 0.5) / FINE, row + (j + 0.5) / FINE) for i in range(FINE) for j in range(FINE)]
            seen = [sample for sample in samples if sample]
            rows += bytes(sum(part) // len(seen) for part in zip(*seen)) if seen else b"\0\0\0"
            rows.append(255 * len(seen) // len(samples))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(rows), 9)) + chunk(b"IEND", b"")


if __name__ == "__main__":
    root = pathlib.Path(__file__).resolve().parents[2]
    (root / "icon.png").write_bytes(png(128, 128, stick))
    (root / "logo.png").write_bytes(png(250, 100, logo))
