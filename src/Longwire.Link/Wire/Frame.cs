using System.Buffers.Binary;
using System.Globalization;
using Longwire.Link.Errors;

namespace Longwire.Link.Wire;

/// <summary>
/// One frame as it lies on the wire: 4 bytes length, big-endian, of all that follows; 1 byte type; the body. Valid as long as the bytes
/// that it was read from.
/// </summary>
public readonly ref struct Frame
{
    /// <summary>Bytes before the body: the length and the type.</summary>
    public const int HeaderSize = LengthSize + 1;

    /// <summary>The most that a length may say: 128 KiB.</summary>
    public const int MaxLength = 128 * 1024;

    /// <summary>The same before the verdict, when nobody knows yet who the peer is.</summary>
    public const int MaxHandshakeLength = 4096;

    /// <summary>The largest frame with its header, in bytes: what a buffer must hold to read any frame.</summary>
    public const int MaxSize = LengthSize + MaxLength;

    private const int LengthSize = 4;

    internal Frame(FrameType type, ReadOnlySpan<byte> body)
    {
        Type = type;
        Body = body;
    }

    public FrameType Type { get; }

    public ReadOnlySpan<byte> Body { get; }

    /// <summary>The whole frame in bytes: what to consume of the bytes that it was read from.</summary>
    public int Size => HeaderSize + Body.Length;

    /// <summary>Reads the frame at the beginning of <paramref name="bytes"/>.</summary>
    /// <param name="bytes">What has been received and not consumed yet.</param>
    /// <param name="maxLength"><see cref="MaxLength"/>, or <see cref="MaxHandshakeLength"/> before the verdict.</param>
    /// <returns>False while more bytes must come first.</returns>
    /// <exception cref="LinkFormatException">A length of 0, or more than allowed; seen as soon as the length is there.</exception>
    public static bool TryRead(ReadOnlySpan<byte> bytes, int maxLength, out Frame frame)
    {
        frame = default;
        if (!TryReadSize(bytes, maxLength, out int size) || bytes.Length < size) return false;
        frame = new Frame((FrameType)bytes[LengthSize], bytes[HeaderSize..size]);
        return true;
    }

    /// <summary>The same of its size alone, which is there before the frame is.</summary>
    /// <inheritdoc cref="TryRead"/>
    public static bool TryReadSize(ReadOnlySpan<byte> bytes, int maxLength, out int size)
    {
        size = 0;
        if (bytes.Length < LengthSize) return false;
        uint length = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        if (length == 0 || length > maxLength)
            LinkFormatException.ThrowValue("frame", "length", 0, length, Rule(maxLength));
        size = LengthSize + (int)length;
        return true;
    }

    private static string Rule(int maxLength) => string.Create(CultureInfo.InvariantCulture, $"not 1 to {maxLength}");

    internal static void WriteHeader(Span<byte> destination, FrameType type, int bodySize)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)(bodySize + 1));
        destination[LengthSize] = (byte)type;
    }
}
