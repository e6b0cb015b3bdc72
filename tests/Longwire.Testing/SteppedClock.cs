using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.UsbIp.Tests.Client;

/// <summary>A clock that stands still until a test moves it, and tells which timers have been started.</summary>
internal sealed class SteppedClock : FakeTimeProvider
{
    private readonly Channel<TimeSpan> _started = Channel.CreateUnbounded<TimeSpan>();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ITimer timer = base.CreateTimer(callback, state, dueTime, period);
        _started.Writer.TryWrite(dueTime);
        return timer;
    }

    /// <summary>Waits until a timer has been started, and returns its length.</summary>
    public ValueTask<TimeSpan> AnyStartedAsync() => _started.Reader.ReadAsync(TestContext.Current.CancellationToken);

    /// <summary>Waits until a timer of this length has been started.</summary>
    public async Task StartedAsync(TimeSpan length)
    {
        while (await _started.Reader.ReadAsync(TestContext.Current.CancellationToken) != length)
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
