using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace Longwire.Testing;

/// <summary>A clock that stands still until a test moves it, and tells which timers have been started.</summary>
internal sealed class SteppedClock : FakeTimeProvider
{
    /// <summary>Of real time: what a test waits for that long is not coming.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private readonly Channel<TimeSpan> _started = Channel.CreateUnbounded<TimeSpan>();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ITimer timer = base.CreateTimer(callback, state, dueTime, period);
        _started.Writer.TryWrite(dueTime);
        return timer;
    }

    /// <summary>Waits until a timer has been started, and returns its length.</summary>
    public async ValueTask<TimeSpan> AnyStartedAsync() => await _started.Reader.ReadAsync().AsTask().WaitAsync(s_patience);

    /// <summary>Waits until a timer of this length has been started.</summary>
    public async Task StartedAsync(TimeSpan length)
    {
        while (await AnyStartedAsync() != length)
        {
        }
    }

    /// <summary>Waits until a timer of this length has been started, then lets it expire.</summary>
    public async Task ExpireAsync(TimeSpan length)
    {
        await StartedAsync(length);
        Advance(length);
    }
}
