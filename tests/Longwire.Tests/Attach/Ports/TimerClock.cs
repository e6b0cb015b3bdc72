using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace Longwire.Tests.Attach.Ports;

/// <summary>A clock that stands still until a test moves it, and tells which timers have been started and when one was stopped.</summary>
internal sealed class TimerClock : FakeTimeProvider
{
    /// <summary>Of real time: what a test waits for that long is not coming.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly Channel<TimeSpan> _started = Channel.CreateUnbounded<TimeSpan>();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A timer has been stopped.</summary>
    public Task Stopped => _stopped.Task;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ITimer timer = base.CreateTimer(callback, state, dueTime, period);
        _started.Writer.TryWrite(dueTime);
        return new Stoppable(timer, _stopped);
    }

    /// <summary>Waits until a timer of this length has been started, then lets it expire.</summary>
    public async Task ExpireAsync(TimeSpan length)
    {
        while (await _started.Reader.ReadAsync().AsTask().WaitAsync(s_patience) != length)
        {
        }
        Advance(length);
    }

    private sealed class Stoppable(ITimer timer, TaskCompletionSource stopped) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            bool changed = timer.Change(dueTime, period);
            if (dueTime == Timeout.InfiniteTimeSpan) stopped.TrySetResult();
            return changed;
        }

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
