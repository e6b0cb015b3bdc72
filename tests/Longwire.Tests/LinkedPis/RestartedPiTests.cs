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
            _ =>
            {
                Interlocked.Increment(ref _refused);
                return TimeSpan.Zero;
            },
            static _ => Task.CompletedTask,
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
    public async Task Of_the_radios_that_wait_one_dials_beside_the_control_connection_and_is_served_before_that_is_welcomed()
    {
        var served = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int sessions = 0;
        await using var pi = new PlayedPi(async (connection, hello, stop) =>
        {
            if (hello.Purpose == HelloPurpose.Session) Interlocked.Increment(ref sessions);
            else await served.Task.WaitAsync(stop);
            await WelcomeAsync(connection, hello, stop);
        });
        Task<PiConnection>[] radios = [.. Enumerable.Range(0, 3).Select(_ => ReconnectAsync(pi))];
        PiConnection first = await await Task.WhenAny(radios).WaitAsync(RawHost.Deadline, RawHost.Cancelled);
        Assert.Equal((1, 1), (Volatile.Read(ref sessions), radios.Count(radio => radio.IsCompleted)));
        served.SetResult();
        Assert.IsType<AttachEvent.PiAnswered>(await pi.SaidAsync());
        PiConnection[] all = await Task.WhenAll(radios).WaitAsync(RawHost.Deadline, RawHost.Cancelled);
        Assert.Contains(first, all);
        foreach (PiConnection radio in all) await radio.Connection.DisposeAsync();
    }

    [Fact]
    public async Task A_radio_that_is_attached_for_the_first_time_waits_until_the_Pi_has_said_what_it_has()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bool isSaid = false, wasEarly = false;
        await using var pi = new PlayedPi(async (connection, hello, stop) =>
        {
            if (hello.Purpose == HelloPurpose.Session) wasEarly |= !Volatile.Read(ref isSaid);
            else
            {
                asked.TrySetResult();
                await goOn.Task.WaitAsync(stop);
                Volatile.Write(ref isSaid, true);
            }
            await WelcomeAsync(connection, hello, stop);
        });
        Task<PiConnection> connecting = pi.Link.ConnectAsync(() => Hello(pi), LinkTimers.Verdict, RawHost.Cancelled);
        await asked.Task.WaitAsync(RawHost.Deadline, RawHost.Cancelled);
        goOn.SetResult();
        await (await connecting.WaitAsync(RawHost.Deadline, RawHost.Cancelled)).Connection.DisposeAsync();
        Assert.False(wasEarly);
    }

    [Theory]
    [InlineData(RefusalReason.NotEnrolled)]
    [InlineData(RefusalReason.UnknownSubject)]
    [InlineData(RefusalReason.UnknownSession)]
    [InlineData(RefusalReason.None)]
    public async Task What_comes_of_that_is_not_believed_and_it_asks_again_once_the_Pi_has_answered(RefusalReason no)
    {
        var refused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int sessions = 0;
        await using var pi = new PlayedPi(async (connection, hello, stop) =>
        {
            if (hello.Purpose == HelloPurpose.Control) await refused.Task.WaitAsync(stop);
            else if (Interlocked.Increment(ref sessions) == 1)
            {
                // None: closed, as by a program that is being stopped.
                if (no != RefusalReason.None) await Handshake.RefuseAsync(connection, no, stop);
                refused.SetResult();
                return;
            }
            await WelcomeAsync(connection, hello, stop);
        });
        PiConnection radio = await ReconnectAsync(pi).WaitAsync(RawHost.Deadline, RawHost.Cancelled);
        Assert.Equal(2, sessions);
        await radio.Connection.DisposeAsync();
    }

    [Fact]
    public async Task Taken_by_a_program_that_is_being_stopped_it_goes_ahead_with_the_next()
    {
        var served = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int sessions = 0, controls = 0;
        await using var pi = new PlayedPi(async (connection, hello, stop) =>
        {
            bool isFirst = Interlocked.Increment(ref hello.Purpose == HelloPurpose.Session ? ref sessions : ref controls) == 1;
            if (isFirst) return;
            if (hello.Purpose == HelloPurpose.Control) await served.Task.WaitAsync(stop);
            await WelcomeAsync(connection, hello, stop);
        });
        PiConnection radio = await ReconnectAsync(pi).WaitAsync(RawHost.Deadline, RawHost.Cancelled);
        served.SetResult();
        Assert.IsType<AttachEvent.PiAnswered>(await pi.SaidAsync());
        await radio.Connection.DisposeAsync();
    }

    private static Hello Hello(PlayedPi pi) => pi.Link.Own.Hello with { Purpose = HelloPurpose.Session, Epoch = 1 };

    private static Task<PiConnection> ReconnectAsync(PlayedPi pi) =>
        pi.Link.ReconnectAsync(() => Hello(pi), LinkTimers.Verdict, RawHost.Cancelled);

    private static async Task WelcomeAsync(LinkConnection connection, Hello hello, CancellationToken stop)
    {
        await Handshake.WelcomeAsync(connection, new Welcome { Epoch = hello.Epoch }, stop);
        if (hello.Purpose == HelloPurpose.Control)
            await PlayedPi.SayAsync(connection, FrameType.Offers, [.. DeviceListReply.Encode([])], stop);
        await Handshake.WaitForEndAsync(connection, stop);
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
