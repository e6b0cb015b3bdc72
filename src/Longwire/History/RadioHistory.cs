namespace Longwire.History;

/// <summary>One radio's: the last day in detail, the last month, and what happened last.</summary>
internal sealed class RadioHistory
{
    public HistoryRing Day { get; } = new(TimeSpan.FromSeconds(10), 24 * 60 * 6);
    public HistoryRing Month { get; } = new(TimeSpan.FromMinutes(10), 30 * 24 * 6);

    public HistoryEvents Events { get; } = new();

    /// <summary>Of the rings, which are always as long.</summary>
    public int BytesWritten => Day.BytesWritten + Month.BytesWritten;

    public void Add(DateTimeOffset now, HistoryState state, TimeSpan? roundTrip)
    {
        Day.Add(now, state, roundTrip);
        Month.Add(now, state, roundTrip);
    }

    public void Write(Span<byte> to)
    {
        Day.Write(to);
        Month.Write(to[Day.BytesWritten..]);
    }

    public void Read(ReadOnlySpan<byte> from)
    {
        Day.Read(from);
        Month.Read(from[Day.BytesWritten..]);
    }
}
