namespace Longwire.Attach.Reconciling;

/// <summary>
/// The wall clock, watched against the monotonic one. A machine without a clock of its own attaches its first radios in 1970, and NTP
/// sets the clock a moment later; whatever was dated before is then off by just as much.
/// </summary>
internal sealed class WallClock(TimeProvider time)
{
    private DateTimeOffset _seen = time.GetUtcNow();
    private long _seenAt = time.GetTimestamp();

    /// <summary>What the clock says, as of the last look: a clock that is set between looks changes it with the next.</summary>
    public DateTimeOffset Now => _seen + time.GetElapsedTime(_seenAt);

    /// <returns>By how much it was set since the last look; zero for what it merely drifts.</returns>
    public TimeSpan Look()
    {
        // Should we be held up between these two, this look is off by as much as the next one, the other way.
        long at = time.GetTimestamp();
        DateTimeOffset says = time.GetUtcNow();
        TimeSpan set = says - (_seen + time.GetElapsedTime(_seenAt, at));
        (_seen, _seenAt) = (says, at);
        return set.Duration() >= AttachTimers.ClockSet ? set : TimeSpan.Zero;
    }
}
