using Longwire.Attach;
using Longwire.Link.Tls;
using Longwire.Link.Wire;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.Tests.LinkedPis;

/// <summary>A stick that hangs, set anew over the control connection, with a real Pi's and a real host's side.</summary>
public sealed class ResetStickTests
{
    private static readonly BusId s_stick = BusId.Parse(LinkedPi.Stick);

    [Theory]
    [InlineData(ResetStep.Rebind, "usbip-host/unbind 1-1")]
    [InlineData(ResetStep.Reauthorize, "1-1/authorized 1")]
    public async Task A_host_has_its_Pi_set_a_stick_anew_and_is_told_when_that_is_done(ResetStep step, string write)
    {
        await using PairedHost host = await PairedHost.StartAsync();
        Assert.Equal(ResetAsking.Asked, host.Watch.Reset(s_stick, step));
        Assert.Equal(
            new AttachEvent.StickReset("attic", s_stick, step, ResetOutcome.Done), await host.NextAsync<AttachEvent.StickReset>());
        Assert.Contains(write, host.Pi.Writes);
    }

    [Fact]
    public async Task A_stick_that_the_host_has_is_taken_from_its_session_first()
    {
        await using PairedHost host = await PairedHost.StartAsync();
        await using ICarrier carrier = await host.OpenAsync(TimeSpan.Zero);
        await PairedHost.UntilAsync(() => host.Pi.IsServing);
        host.ForgetEvents();
        Assert.Equal(ResetAsking.Asked, host.Watch.Reset(s_stick, ResetStep.Rebind));
        Assert.Equal(ResetOutcome.Done, (await host.NextAsync<AttachEvent.StickReset>()).Outcome);
        Assert.False(host.Pi.IsServing);
    }

    [Fact]
    public async Task A_stick_that_another_host_has_stays_with_that_one()
    {
        await using PairedHost host = await PairedHost.StartAsync();
        using var other = new RawHost(host.Pi);
        await other.EnrolAsync();
        await using var session = new RawSession(other, other.Hello);
        await session.OpenAsync();
        await session.SpeakAsync();
        Assert.Equal(ResetAsking.Asked, host.Watch.Reset(s_stick, ResetStep.Reauthorize));
        Assert.Equal(ResetOutcome.InUse, (await host.NextAsync<AttachEvent.StickReset>()).Outcome);
        await session.SpeakAsync();
        Assert.Equal(1, host.Pi.Imports);
    }

    [Theory]
    [InlineData("2-9.1")]
    [InlineData("../../etc")]
    [InlineData("1-1/../../x")]
    public async Task Whatever_a_host_names_nothing_but_a_stick_of_that_name_is_touched(string busId)
    {
        await using PairedHost host = await PairedHost.StartAsync();
        int before = host.Pi.Writes.Count();
        Assert.Equal(ResetAsking.Asked, host.Watch.Reset(BusId.Parse(busId), ResetStep.Rebind));
        Assert.Equal(ResetOutcome.Gone, (await host.NextAsync<AttachEvent.StickReset>()).Outcome);
        Assert.Equal(before, host.Pi.Writes.Count());
    }

    [Fact]
    public async Task A_host_that_asks_without_end_loses_its_connection_and_the_Pi_goes_on()
    {
        await using var pi = new LinkedPi();
        await pi.PlugAsync();
        using var host = new RawHost(pi);
        await host.EnrolAsync();
        byte[] frame = new byte[new ResetFrame(LinkedPi.Stick, ResetStep.Rebind).Size];
        new ResetFrame(LinkedPi.Stick, ResetStep.Rebind).Write(frame);
        await using RawConnection connection = await ControlAsync(host);
        connection.Say([.. Enumerable.Repeat(frame, 1000).SelectMany(one => one)]);
        await connection.Lost.WaitAsync(RawHost.Deadline, RawHost.Cancelled);
        await using RawConnection again = await ControlAsync(host);
        Assert.Equal(FrameType.Offers, (await again.HearAsync()).Type);
        Assert.DoesNotContain(pi.Log.Lines, line => line.Contains("fault of ours", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_Pi_of_an_older_release_is_not_asked()
    {
        await using var pi = new PlayedPi(async (connection, hello, stop) =>
        {
            await Handshake.WelcomeAsync(connection, new Welcome { Epoch = hello.Epoch }, stop);
            await PlayedPi.SayAsync(connection, FrameType.Offers, [.. DeviceListReply.Encode([])], stop);
            await Task.Delay(Timeout.InfiniteTimeSpan, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
        Assert.Equal(ResetAsking.Away, pi.Link.Reset(s_stick, ResetStep.Rebind));
        Assert.IsType<AttachEvent.PiAnswered>(await pi.SaidAsync());
        Assert.Equal(ResetAsking.Older, pi.Link.Reset(s_stick, ResetStep.Rebind));
    }

    private static async Task<RawConnection> ControlAsync(RawHost host)
    {
        LinkConnection connection = await host.ConnectAsync();
        Welcome welcome = await Handshake.AskAsync(connection, host.Hello with { Purpose = HelloPurpose.Control }, RawHost.Cancelled);
        Assert.Equal(ServerAbilities.Resets, welcome.Abilities);
        return new RawConnection(connection, host.Timers);
    }
}
