#!/usr/bin/env bash
# The order in which a program publishes is not the order in which Home Assistant hears it (seen with mosquitto 2.0.11). Home Assistant
# Core subscribes to discovery with QoS 0 (mqtt/discovery.py; in 2026 an option, 0 by default), and to an entity's state with the QoS that
# the discovery message names. Mosquitto has at most 20 messages of QoS 1 unacknowledged on a connection (max_inflight_messages), and what
# has QoS 0 passes those that wait. So 30 states (QoS 1) and then a discovery message (QoS 1): a subscriber that is slow to acknowledge
# gets 20 states, the discovery message, and the other ten states after it. MQTT promises an order for one topic and one QoS alone (MQTT
# 5, 4.6). What follows: a state that is published before a changed discovery message may arrive on either side of it. What must hold
# after the change has to be published after it, and once more when Core has surely applied it.
set -euo pipefail
mosquitto=$(command -v mosquitto || echo /usr/sbin/mosquitto)
[ -x "$mosquitto" ] || { echo "mosquitto is missing: apt-get install mosquitto" >&2; exit 2; }
folder=$(mktemp -d)
broker=
trap '[ -z "$broker" ] || kill "$broker" 2>/dev/null || true; rm -rf "$folder"' EXIT
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
printf 'listener %s 127.0.0.1\nallow_anonymous true\n' "$port" >"$folder/mosquitto.conf"
"$mosquitto" -h | head -n 1 || true
"$mosquitto" -c "$folder/mosquitto.conf" 2>/dev/null &
broker=$!

python3 - "$port" <<'PYTHON'
import socket, struct, sys, time

class Client:
    def __init__(self, port, name):
        for _ in range(100):
            try:
                self.socket = socket.create_connection(("127.0.0.1", port), timeout=5)
                break
            except ConnectionRefusedError:
                time.sleep(0.05)
        self.send(0x10, self.text("MQTT") + b"\x04\x02\x00\x3c" + self.text(name))
        self.read()

    @staticmethod
    def text(value):
        return struct.pack(">H", len(value)) + value.encode()

    def send(self, head, body):
        length, size = b"", len(body)
        while True:
            size, low = size >> 7, size & 0x7F
            length += bytes([low | (0x80 if size else 0)])
            if not size:
                break
        self.socket.sendall(bytes([head]) + length + body)

    def exactly(self, count):
        data = b""
        while len(data) < count:
            more = self.socket.recv(count - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    def read(self):
        head, size, shift = self.exactly(1)[0], 0, 0
        while True:
            byte = self.exactly(1)[0]
            size, shift = size | (byte & 0x7F) << shift, shift + 7
            if byte < 0x80:
                return head, self.exactly(size)

    def publish(self, topic, number):
        self.send(0x32, self.text(topic) + struct.pack(">H", number) + b"x")
        self.read()

core = Client(int(sys.argv[1]), "core")
core.send(0x82, struct.pack(">H", 1) + Client.text("homeassistant/device/+/config") + b"\x00" + Client.text("longwire/#") + b"\x01")
core.read()
bridge = Client(int(sys.argv[1]), "bridge")
for number in range(1, 31):
    bridge.publish(f"longwire/radio/r{number:02}/state", number)
bridge.publish("homeassistant/device/r01/config", 31)

heard, waiting = [], []
core.socket.settimeout(1)
try:
    while True:
        head, body = core.read()
        if head & 0xF0 != 0x30:
            continue
        length = struct.unpack(">H", body[:2])[0]
        topic = body[2:2 + length].decode()
        heard.append(topic)
        if head & 0x06:
            waiting.append(body[2 + length:4 + length])
        # As slow as Core on a busy machine: it acknowledges once it has read all that came.
        if topic.endswith("config"):
            for identifier in waiting:
                core.send(0x40, identifier)
            waiting = []
except TimeoutError:
    pass
at = heard.index("homeassistant/device/r01/config")
print(f"published: 30 states, then the discovery message; heard: {at} states, the discovery message, {len(heard) - at - 1} states")
sys.exit(0 if at < 30 else 1)
PYTHON
