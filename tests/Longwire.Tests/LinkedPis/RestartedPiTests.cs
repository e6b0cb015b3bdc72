using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Longwire.Attach;
using Longwire.Attach.Pis;
using Longwire.Link.Liveness;
using Longwire.Link.Tls;
using Longwire.Link.Wire;
using Longwire.UsbIp.Wire;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.LinkedPis;

/// <summary>A Pi that is there and whose program is being started again: its kernel refuses who connects meanwhile.</summary>
public sealed class RestartedPiTests
{
    private readonly SeenTime _time = new();
    private int _refused;

    [Fact]
    public async Task A_Pi_where_nobody_listens_is_asked_twenty_times_a_second_at_first_and_then_twice_a_second()
    {
        // Bound, so that nobody else gets the port, and never listening.
        using var nobody = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        nobody.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var key = LinkKey.Create();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(RawHost.Cancelled);
        var addresses = new PiAddresses(
            [new DnsEndPoint("127.0.0.1", ((IPEndPoint)nobody.LocalEndPoint!).Port)], _ => throw new InvalidOperationException("a name"));
        Task<PiConnection> connecting = new PiConnector(key, key.Pin, _time).ConnectAnywhereAsync(
            addresses,
            () => new Hello { Purpose = HelloPurpose.Control },
            LinkTimers.MostAttempts,
            new DialProgress
            {
                Failed = _ =>
                {
                    Interlocked.Increment(ref _refused);
                    return TimeSpan.Zero;
                },
            },
            over.Token);
        for (int i = 1; i <= 10; i++)
        {
            await UntilAsync(() => Volatile.Read(ref _refused) == i && _time.Pauses(LinkTimers.SoonAgain) == i);
            _time.Advance(LinkTimers.SoonAgain);
        }
        await UntilAsync(() => _time.Pauses(LinkTimers.SoonAgain) == 11);
        _time.Advance(LinkTimers.SoonFor);
        await UntilAsync(() => Volatile.Read(ref _refused) == 12);
        _time.Advance(LinkTimers.BetweenAttempts);
        await UntilAsync(() => Volatile.Read(ref _refused) == 13);
        // Each refusal after that time waited for the pause that its attempt had begun.
        Assert.Equal(11, _time.Pauses(LinkTimers.SoonAgain));
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
    }

    [Fact]
    public async Task A_radio_dials_beside_the_control_connection_and_is_served_before_that_is_welcomed()
    {
        var served = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pi = new PlayedPi(async (connection, hello, stop) =>
        {
            if (hello.Purpose == HelloPurpose.Control) await served.Task.WaitAsync(stop);
            await Handshake.WelcomeAsync(connection, new Welcome { Epoch = hello.Epoch }, stop);
            if (hello.Purpose == HelloPurpose.Control)
                await PlayedPi.SayAsync(connection, FrameType.Offers, [.. DeviceListReply.Encode([])], stop);
            await Task.Delay(Timeout.InfiniteTimeSpan, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
        PiConnection radio = await pi.Link.ConnectAsync(
                () => pi.Link.Own.Hello with { Purpose = HelloPurpose.Session, Epoch = 1 }, LinkTimers.Verdict, RawHost.Cancelled)
            .WaitAsync(RawHost.Deadline, RawHost.Cancelled);
        served.SetResult();
        Assert.IsType<AttachEvent.PiAnswered>(await pi.SaidAsync());
        await radio.Connection.DisposeAsync();
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(RawHost.Cancelled);
        late.CancelAfter(RawHost.Deadline);
        while (!condition()) await Task.Delay(5, late.Token);
    }

    /// <summary>Knows what was waited for: a clock that goes on before somebody waits for it wakes nobody.</summary>
    private sealed class SeenTime : FakeTimeProvider
    {
        private readonly ConcurrentQueue<TimeSpan> _begun = [];

        public int Pauses(TimeSpan length) => _begun.Count(begun => begun == length);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            ITimer timer = base.CreateTimer(callback, state, dueTime, period);
            _begun.Enqueue(dueTime);
            return timer;
        }
    }
}
