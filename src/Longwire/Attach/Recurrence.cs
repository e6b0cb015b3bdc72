namespace Longwire.Attach;

/// <summary>
/// Whether something happens again and again: so often within a time, and from then on until it has not happened for that time.
/// </summary>
/// <param name="times">So often.</param>
/// <param name="within">So soon after each other, the first to the last.</param>
internal sealed class Recurrence(int times, TimeSpan within)
{
    private readonly Queue<TimeSpan> _last = new(times);

    /// <summary>Until when it counts as recurring, unless it happens again; null: it never did.</summary>
    public TimeSpan? Until { get; private set; }

    public bool IsRecurring(TimeSpan now) => Until > now;

    /// <summary>It happened.</summary>
    /// <param name="now">By any clock that never changes.</param>
    /// <returns>It recurs.</returns>
    public bool Add(TimeSpan now)
    {
        if (_last.Count == times) _last.Dequeue();
        _last.Enqueue(now);
        if (IsRecurring(now) || (_last.Count == times && now - _last.Peek() <= within)) Until = now + within;
        return IsRecurring(now);
    }
}
