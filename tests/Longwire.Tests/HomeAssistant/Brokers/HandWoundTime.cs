using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace Longwire.Tests.HomeAssistant.Brokers;

/// <summary>
/// Long timers (the heartbeat above all) and the wall clock move by hand; short ones, which guard a real broker's answers, run
/// by themselves, or winding the clock on would time out what is merely under way.
/// </summary>
/// <param name="longFrom">How long a timer has to be to be moved by hand; 20 s if not said.</param>
internal sealed class HandWoundTime(TimeSpan? longFrom = null) : TimeProvider
{
    private readonly TimeSpan _long = longFrom ?? TimeSpan.FromSeconds(20);
    private readonly FakeTimeProvider _byHand = new(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));
    private readonly ConcurrentQueue<TimeSpan> _longTimers = new();
    private int _short;

    /// <summary>How many long timers were started so far.</summary>
    public int LongTimersStarted => _longTimers.Count;

    /// <summary>For how long each of them is.</summary>
    public IReadOnlyCollection<TimeSpan> LongTimers => _longTimers;

    public int ShortTimersStarted => Volatile.Read(ref _short);

    public override DateTimeOffset GetUtcNow() => _byHand.GetUtcNow();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime < _long)
        {
            Interlocked.Increment(ref _short);
            return System.CreateTimer(callback, state, dueTime, period);
        }
        ITimer timer = _byHand.CreateTimer(callback, state, dueTime, period);
        _longTimers.Enqueue(dueTime);
        return timer;
    }

    public void Advance(TimeSpan by) => _byHand.Advance(by);

    /// <summary>Somebody sets the clock; no time has passed.</summary>
    public void Jump(TimeSpan by) => _byHand.AdjustTime(_byHand.GetUtcNow() + by);
}
