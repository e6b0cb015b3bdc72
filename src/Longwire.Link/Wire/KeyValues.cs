using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Longwire.Link.Errors;
using Longwire.Link.Pairing;

namespace Longwire.Link.Wire;

/// <summary>
/// The keys behind the fixed fields of a frame. Of a key that comes twice the first counts; unknown ones are skipped.
/// </summary>
internal static class KeyValues
{
    /// <summary>The largest value that we write or read, in bytes.</summary>
    public const int MaxValue = 256;

    private const int HeadSize = 4;

    /// <summary>The next known or unknown key; false at the end of the frame.</summary>
    public static bool TryRead(ref FieldReader reader, out FrameKey key, out ReadOnlySpan<byte> value)
    {
        key = FrameKey.None;
        value = default;
        if (reader.IsAtEnd) return false;
        key = (FrameKey)reader.UInt16("key");
        value = reader.Bytes("value", reader.UInt16("length of a value"));
        return true;
    }

    /// <summary>A text of a peer as it stands there; what it may hold is for the reader of that key.</summary>
    public static string ReadText(string frame, string field, ref readonly FieldReader reader, ReadOnlySpan<byte> value)
    {
        int at = reader.At - value.Length;
        if (value.Length > MaxValue)
            LinkFormatException.ThrowValue(frame, $"length of {field}", at - 2, (ulong)value.Length, "more than 256");
        if (!Utf8.IsValid(value)) throw new LinkFormatException($"{frame}: {field} at offset {at} is not UTF-8");
        return Encoding.UTF8.GetString(value);
    }

    /// <summary>A text that is compared: it is never changed, so it must be clean as it comes.</summary>
    public static string ReadKey(string frame, string field, ref readonly FieldReader reader, ReadOnlySpan<byte> value)
    {
        string text = ReadText(frame, field, in reader, value);
        if (PeerName.Clean(text) == text) return text;
        throw new LinkFormatException(string.Create(
            CultureInfo.InvariantCulture,
            $"{frame}: {field} at offset {reader.At - value.Length} is no name of 1 to 64 printable characters"));
    }

    /// <summary>A time in whole milliseconds, 49 days at most.</summary>
    public static TimeSpan ReadTime(string field, ref readonly FieldReader reader, ReadOnlySpan<byte> value) =>
        TimeSpan.FromMilliseconds(ReadUInt32(field, in reader, value));

    public static uint ReadUInt32(string field, ref readonly FieldReader reader, ReadOnlySpan<byte> value)
    {
        reader.Require(value.Length == sizeof(uint), $"length of {field}", value.Length + 2, (ulong)value.Length, "not 4");
        return BinaryPrimitives.ReadUInt32BigEndian(value);
    }

    public static int Size(int valueLength) => HeadSize + valueLength;

    /// <summary>A time of zero is not written.</summary>
    public static int Size(TimeSpan time) => time == TimeSpan.Zero ? 0 : Size(sizeof(uint));

    public static int Size(string? text) => text is null ? 0 : Size(Encoding.UTF8.GetByteCount(text));

    public static void Write(ref FieldWriter writer, FrameKey key, ReadOnlySpan<byte> value)
    {
        writer.UInt16((ushort)key);
        writer.UInt16((ushort)value.Length);
        value.CopyTo(writer.Bytes(value.Length));
    }

    public static void Write(ref FieldWriter writer, FrameKey key, TimeSpan time)
    {
        if (time == TimeSpan.Zero) return;
        Write(ref writer, key, (uint)Math.Clamp(time.TotalMilliseconds, 0, uint.MaxValue));
    }

    public static void Write(ref FieldWriter writer, FrameKey key, uint value)
    {
        writer.UInt16((ushort)key);
        writer.UInt16(sizeof(uint));
        writer.UInt32(value);
    }

    public static void Write(ref FieldWriter writer, FrameKey key, string? text)
    {
        if (text is null) return;
        int length = Encoding.UTF8.GetByteCount(text);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, MaxValue, key.ToString());
        writer.UInt16((ushort)key);
        writer.UInt16((ushort)length);
        Encoding.UTF8.GetBytes(text, writer.Bytes(length));
    }
}
