namespace Longwire.Lab.Consumers;

/// <summary>Texas Instruments' frames: FE, the length of the data, two bytes of command, the data, and all but the first xored.</summary>
internal sealed class ZnpFrames : IFrameReader
{
    public const byte Start = 0xFE;
    public const int Header = 4;

    private readonly List<byte> _frame = [];

    public byte[]? Take(byte next)
    {
        if (_frame.Count == 0 && next != Start) return null;
        _frame.Add(next);
        if (_frame.Count < 2 || _frame.Count < _frame[1] + Header + 1) return null;
        byte[] frame = [.. _frame];
        _frame.Clear();
        return CheckSum(frame.AsSpan(1..^1)) == frame[^1] ? frame : null;
    }

    public static byte CheckSum(ReadOnlySpan<byte> bytes)
    {
        byte sum = 0;
        foreach (byte next in bytes) sum ^= next;
        return sum;
    }
}
