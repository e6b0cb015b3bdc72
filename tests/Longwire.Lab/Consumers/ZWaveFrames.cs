namespace Longwire.Lab.Consumers;

/// <summary>
/// The frames of Z-Wave's host API: single bytes that acknowledge or refuse, and 01, the length of what follows, and at the end a check
/// sum.
/// </summary>
internal sealed class ZWaveFrames : IFrameReader
{
    public const byte Start = 0x01, Ack = 0x06, Nak = 0x15, Can = 0x18;

    private readonly List<byte> _frame = [];

    public byte[]? Take(byte next)
    {
        if (_frame.Count == 0 && next is Ack or Nak or Can) return [next];
        if (_frame.Count == 0 && next != Start) return null;
        _frame.Add(next);
        if (_frame.Count < 2 || _frame.Count < _frame[1] + 2) return null;
        byte[] frame = [.. _frame];
        _frame.Clear();
        return frame;
    }

    public static byte[] Write(byte kind, byte function, ReadOnlySpan<byte> data)
    {
        byte[] frame = [Start, (byte)(data.Length + 3), kind, function, .. data, 0];
        frame[^1] = CheckSum(frame);
        return frame;
    }

    public static bool IsWhole(ReadOnlySpan<byte> frame) => CheckSum(frame) == frame[^1];

    private static byte CheckSum(ReadOnlySpan<byte> frame)
    {
        byte sum = 0xFF;
        foreach (byte next in frame[1..^1]) sum ^= next;
        return sum;
    }
}
