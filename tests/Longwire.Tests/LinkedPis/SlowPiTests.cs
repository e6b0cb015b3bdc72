using Longwire.Attach;
using Longwire.Attach.Pis;
using Longwire.Link.Errors;
using Longwire.Link.Liveness;
using Longwire.Link.Tls;
using Longwire.Link.Wire;
using Longwire.UsbIp.Wire;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.LinkedPis;

/// <summary>
/// A Pi that takes connections and computes for long, as a small one does that has much to do: whoever gives up makes it slower.
/// </summary>
public sealed class SlowPiTests
{
    private const int Radios = 6;

    private static readonly byte[] s_noDevices = [.. DeviceListReply.Encode([])];

    [Fact]
    public async Task A_Pi_that_computes_for_longer_than_a_dial_may_take_is_waited_for_and_not_asked_again_and_again()
    {
        var computed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var time = new FakeTimeProvider();
        await using var pi = new PlayedPi(
            async (connection, hello, stop) =>
            {
                await computed.Task.WaitAsync(stop);
                await StandAsync(connection, hello, stop);
            },
            time: time);
        await UntilAsync(() => pi.Hellos == 1);
        await PassAsync(LinkTimers.BesideTaken - LinkTimers.BetweenAttempts);
        Assert.Equal(1, pi.Hellos);
        await PassAsync(LinkTimers.BetweenAttempts * 2);
        await UntilAsync(() => pi.Hellos == 2);
        // Longer than a dial may take, and not so long as a verdict.
        await PassAsync(LinkTimers.Dial);
        Assert.Equal((LinkTimers.MostTaken, LinkTimers.MostTaken), (pi.Hellos, pi.Open));
        computed.SetResult();
        while (await pi.SaidAsync() is not AttachEvent.PiAnswered)
        {
        }
        // The one that was not needed goes.
        await UntilAsync(() => pi.Open == 1);

        async Task PassAsync(TimeSpan length)
        {
            for (TimeSpan passed = default; passed < length; passed += LinkTimers.BetweenAttempts)
            {
                time.Advance(LinkTimers.BetweenAttempts);
                // What the clock has set off goes on.
                await Task.Delay(TimeSpan.FromMilliseconds(50), RawHost.Cancelled);
            }
        }
    }

    [Fact]
    public async Task Radios_that_come_back_at_one_time_are_connected_a_few_at_a_time()
    {
        using var computes = new SemaphoreSlim(0);
        await using var pi = new PlayedPi(StandAsync) { Computes = number => number > 1 ? computes.WaitAsync() : Task.CompletedTask };
        await pi.SaidAsync();
        Task<PiConnection>[] radios = [.. Enumerable.Range(0, Radios).Select(_ => ConnectAsync(pi))];
        for (int done = 0; done < Radios; done++)
        {
            int expected = Math.Min(LinkTimers.MostTaken, Radios - done);
            // The control connection, those that stand, and those whose handshake is computed.
            await UntilAsync(() => pi.Open == 1 + done + expected);
            computes.Release();
        }
        foreach (PiConnection connection in await Task.WhenAll(radios).WaitAsync(RawHost.Deadline, RawHost.Cancelled))
            await connection.Connection.DisposeAsync();
    }

    // The verdict waits for the stick, and another radio's is none of its business.
    [Fact]
    public async Task Radios_whose_sticks_take_their_time_keep_no_other_from_connecting()
    {
        var slow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pi = new PlayedPi(async (connection, hello, stop) =>
        {
            if (hello.Purpose == HelloPurpose.Session) await slow.Task.WaitAsync(stop);
            await StandAsync(connection, hello, stop);
        });
        Task<PiConnection>[] radios = [.. Enumerable.Range(0, Radios).Select(_ => ConnectAsync(pi))];
        await UntilAsync(() => pi.Hellos == 1 + Radios);
        slow.SetResult();
        foreach (PiConnection connection in await Task.WhenAll(radios).WaitAsync(RawHost.Deadline, RawHost.Cancelled))
            await connection.Connection.DisposeAsync();
    }

    [Fact]
    public async Task Who_waits_for_a_verdict_is_told_at_once_that_the_Pi_was_lost()
    {
        var lost = new CancellationTokenSource();
        await using var pi = new PlayedPi(async (connection, hello, stop) =>
        {
            using var over = CancellationTokenSource.CreateLinkedTokenSource(stop, lost.Token);
            if (hello.Purpose == HelloPurpose.Session) await lost.CancelAsync();
            // What takes a session stays, and says nothing.
            if (hello.Purpose == HelloPurpose.Session) await Task.Delay(Timeout.Infinite, stop);
            else await StandAsync(connection, hello, over.Token);
        });
        Task<PiConnection> radio = ConnectAsync(pi, TimeSpan.FromHours(1));
        await Assert.ThrowsAsync<LinkClosedException>(() => radio.WaitAsync(RawHost.Deadline, RawHost.Cancelled));
        lost.Dispose();
    }

    private static Task<PiConnection> ConnectAsync(PlayedPi pi, TimeSpan? within = null) => pi.Link.ConnectAsync(
        () => pi.Link.Own.Hello with { Purpose = HelloPurpose.Session, Subject = "1-1", SessionId = SessionId.Create(), Epoch = 1 },
        within ?? RawHost.Deadline, RawHost.Cancelled);

    private static async Task StandAsync(LinkConnection connection, Hello hello, CancellationToken stop)
    {
        await Handshake.WelcomeAsync(connection, new Welcome { Epoch = hello.Epoch }, stop);
        if (hello.Purpose == HelloPurpose.Control) await PlayedPi.SayAsync(connection, FrameType.Offers, s_noDevices, stop);
        await Handshake.WaitForEndAsync(connection, stop);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(RawHost.Deadline);
        while (!condition())
        {
            Assert.False(deadline.IsCancellationRequested, "waited in vain");
            await Task.Delay(10, RawHost.Cancelled);
        }
    }
}
