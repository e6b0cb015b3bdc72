namespace Longwire.UsbIp.Urbs;

/// <summary>
/// Bytes on their way out. Reading takes them out before they are sent: so an answer cannot come before it is known that its question
/// went. Not safe for several threads.
/// </summary>
public sealed class ByteQueue
{
    private const int FirstCapacity = 4096;

    private byte[] _bytes = new byte[FirstCapacity];
    private int _start;

    internal ByteQueue()
    {
    }

    /// <summary>Bytes that wait.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes taken out since the beginning of the far session.</summary>
    public long Taken { get; private set; }

    /// <summary>Where the next byte will stand, counted as <see cref="Taken"/> is.</summary>
    internal long End => Taken + Length;

    /// <summary>Takes out as many bytes as wait and fit.</summary>
    /// <returns>How many; 0: none wait.</returns>
    public int Read(Span<byte> destination)
    {
        int count = Math.Min(Length, destination.Length);
        _bytes.AsSpan(_start, count).CopyTo(destination);
        Take(count);
        return count;
    }

    /// <summary>What waits. Valid until the queue, or who fills it, is used again.</summary>
    public ReadOnlySpan<byte> Waiting => _bytes.AsSpan(_start, Length);

    /// <summary>Takes out what was looked at in <see cref="Waiting"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">So many do not wait.</exception>
    public void Take(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Length);
        _start = count == Length ? 0 : _start + count;
        Length -= count;
        Taken += count;
    }

    /// <summary>Room for so many bytes at the end. The caller fills it: what was there before is still in it.</summary>
    internal Span<byte> Append(int count)
    {
        if (_start + Length + count > _bytes.Length) MakeRoom(count);
        Span<byte> added = _bytes.AsSpan(_start + Length, count);
        Length += count;
        return added;
    }

    /// <summary>Forgets what waits, and goes on from that place.</summary>
    internal void Reset(long taken) => (_start, Length, Taken) = (0, 0, taken);

    private void MakeRoom(int count)
    {
        byte[] bytes = _bytes;
        int capacity = bytes.Length;
        while (capacity < Length + count) capacity *= 2;
        if (capacity != bytes.Length) _bytes = new byte[capacity];
        bytes.AsSpan(_start, Length).CopyTo(_bytes);
        _start = 0;
    }
}
