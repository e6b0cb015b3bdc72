namespace Longwire.Lab.Consumers;

/// <summary>Silicon Labs' ASH (UG101): frames that end with a flag, with the bytes that mean something on the line escaped.</summary>
internal sealed class AshFrames : IFrameReader
{
    public const byte Flag = 0x7E, Escape = 0x7D, Cancel = 0x1A, XOn = 0x11, XOff = 0x13, Substitute = 0x18;
    private const byte Flip = 0x20;

    private readonly List<byte> _frame = [];

    public byte[]? Take(byte next)
    {
        _frame.Add(next);
        if (next != Flag) return null;
        byte[] frame = [.. _frame];
        _frame.Clear();
        return frame;
    }

    /// <summary>As it stands on the line: with its check sum (2.3), escaped (2.2), and ended.</summary>
    public static byte[] Write(byte control, ReadOnlySpan<byte> data)
    {
        List<byte> line = [];
        byte[] frame = [control, .. data];
        ushort sum = CheckSum(frame);
        foreach (byte next in (ReadOnlySpan<byte>)[.. frame, (byte)(sum >> 8), (byte)sum])
        {
            if (next is Flag or Escape or Cancel or XOn or XOff or Substitute) line.AddRange([Escape, (byte)(next ^ Flip)]);
            else line.Add(next);
        }
        return [.. line, Flag];
    }

    /// <summary>The control byte and the data; null if it is not whole.</summary>
    public static byte[]? Read(ReadOnlySpan<byte> line)
    {
        List<byte> frame = [];
        bool escaped = false;
        foreach (byte next in line[..^1])
        {
            if (next == Cancel) frame.Clear();
            else if (next == Escape) escaped = true;
            else if (next is not (XOn or XOff))
            {
                frame.Add((byte)(escaped ? next ^ Flip : next));
                escaped = false;
            }
        }
        if (frame.Count < 3) return null;
        byte[] bytes = [.. frame];
        return CheckSum(bytes.AsSpan(..^2)) == ((bytes[^2] << 8) | bytes[^1]) ? bytes[..^2] : null;
    }

    /// <summary>The data of a DATA frame is made random on the line, and back again in the same way (4.3).</summary>
    public static byte[] Randomize(ReadOnlySpan<byte> data)
    {
        byte[] bytes = data.ToArray();
        byte random = 0x42;
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= random;
            random = (byte)((random & 1) == 0 ? random >> 1 : (random >> 1) ^ 0xB8);
        }
        return bytes;
    }

    private static ushort CheckSum(ReadOnlySpan<byte> bytes)
    {
        ushort sum = 0xFFFF;
        foreach (byte next in bytes)
        {
            sum ^= (ushort)(next << 8);
            for (int bit = 0; bit < 8; bit++) sum = (ushort)((sum & 0x8000) == 0 ? sum << 1 : (sum << 1) ^ 0x1021);
        }
        return sum;
    }
}
