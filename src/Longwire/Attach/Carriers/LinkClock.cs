namespace Longwire.Attach.Carriers;

/// <summary>The one clock of a session, its connections and their timers.</summary>
/// <param name="Timers">The same clock, whose timers run out though the thread pool is starved.</param>
/// <param name="Origin">A timestamp: times are counted from there.</param>
internal sealed record LinkClock(TimeProvider Time, TimeProvider Timers, long Origin)
{
    public static LinkClock StartingNow(TimeProvider time, TimeProvider timers) => new(time, timers, time.GetTimestamp());

    public TimeSpan Now => Time.GetElapsedTime(Origin);
}
