using System.Buffers.Binary;

namespace Longwire.History;

/// <summary>
/// What was measured in each of the last spans of one length, by the wall clock. Three bytes a span: there are thousands, for each radio.
/// </summary>
internal sealed class HistoryRing(TimeSpan step, int length)
{
    /// <summary>No round trip was measured.</summary>
    public const ushort None = ushort.MaxValue;

    private const int BytesPerSpan = sizeof(ushort) + sizeof(byte);

    private readonly ushort[] _roundTrips = Filled(length);
    private readonly byte[] _states = new byte[length];

    public int Length => length;
    public TimeSpan Step => step;

    /// <summary>The number of the last span, counted from the clock's beginning; 0: nothing was measured yet.</summary>
    public long Newest { get; private set; }

    /// <summary>When that one began; the clock's beginning if nothing was measured yet.</summary>
    public DateTimeOffset NewestAt => new(Newest * step.Ticks, TimeSpan.Zero);

    public int BytesWritten => sizeof(long) + (length * BytesPerSpan);

    /// <summary>Of a span, the worst state and the slowest answer count.</summary>
    public void Add(DateTimeOffset now, HistoryState state, TimeSpan? roundTrip)
    {
        MoveTo(now.UtcTicks / step.Ticks);
        int at = At(Newest);
        _states[at] = Math.Max(_states[at], (byte)state);
        if (roundTrip is not { } measured) return;
        ushort tenths = (ushort)Math.Clamp(measured.TotalMilliseconds * 10, 0, None - 1);
        _roundTrips[at] = _roundTrips[at] == None ? tenths : Math.Max(_roundTrips[at], tenths);
    }

    /// <summary>The spans up to <paramref name="now"/>, the oldest first.</summary>
    public IEnumerable<(HistoryState State, ushort RoundTrip)> Upto(DateTimeOffset now)
    {
        long last = now.UtcTicks / step.Ticks;
        for (long span = last - length + 1; span <= last; span++)
        {
            yield return span > Newest || span <= Newest - length
                ? (HistoryState.Unknown, None)
                : ((HistoryState)_states[At(span)], _roundTrips[At(span)]);
        }
    }

    public void Write(Span<byte> to)
    {
        BinaryPrimitives.WriteInt64LittleEndian(to, Newest);
        to = to[sizeof(long)..];
        for (int i = 0; i < length; i++) BinaryPrimitives.WriteUInt16LittleEndian(to[(i * sizeof(ushort))..], _roundTrips[i]);
        _states.CopyTo(to[(length * sizeof(ushort))..]);
    }

    /// <param name="from">As it was written. What cannot be is taken for unknown.</param>
    public void Read(ReadOnlySpan<byte> from)
    {
        // No clock shows more.
        Newest = Math.Clamp(BinaryPrimitives.ReadInt64LittleEndian(from), 0, DateTimeOffset.MaxValue.Ticks / step.Ticks);
        from = from[sizeof(long)..];
        for (int i = 0; i < length; i++) _roundTrips[i] = BinaryPrimitives.ReadUInt16LittleEndian(from[(i * sizeof(ushort))..]);
        ReadOnlySpan<byte> states = from[(length * sizeof(ushort))..];
        for (int i = 0; i < length; i++) _states[i] = states[i] > (byte)HistoryState.Down ? (byte)HistoryState.Unknown : states[i];
    }

    // What lies between was not measured. Where the clock was put back, what came after now has not been yet.
    private void MoveTo(long span)
    {
        if (span == Newest) return;
        (long from, long to) = span > Newest ? (Newest + 1, span) : (span + 1, Newest);
        if (to - from >= length) from = to - length + 1;
        for (long other = from; other <= to; other++) Clear(At(other));
        Newest = span;
    }

    private void Clear(int at) => (_roundTrips[at], _states[at]) = (None, (byte)HistoryState.Unknown);

    private int At(long span) => (int)(span % length);

    private static ushort[] Filled(int length)
    {
        ushort[] none = new ushort[length];
        Array.Fill(none, None);
        return none;
    }
}
