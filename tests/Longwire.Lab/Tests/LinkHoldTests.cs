using System.Globalization;
using Longwire.Lab.Machines;
using Longwire.Lab.Sticks;
using Longwire.Testing.Brokers;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>What happens at the house's end while a paired Pi is away for long.</summary>
[Collection(SecondHouse.Name)]
public sealed class LinkHoldTests(Home home) : HoldingTest(home)
{
    // CDC PSTN 1.2, table 17: 57,600 baud, 1 stop bit, no parity, 8 data bits.
    private const string LastSettings = "00e10000 000008";

    [Theory]
    [InlineData(12)]
    [InlineData(60, Explicit = true)]
    [InlineData(300, Explicit = true)]
    public async Task A_consumer_comes_and_goes_in_a_long_hold_and_neither_it_nor_the_other_port_of_its_stick_notices(int seconds)
    {
        StickModel model = StickModel.TwoPorts;
        string other = model.Path.Replace("-if00", "-if02", StringComparison.Ordinal);
        LabStick stick = await BringUpAsync(PiSide.Link, model, HoldingFor(seconds));
        using GuestStream tty = await Home.Host.OpenAsync(other);
        using ISerialEnd inside = await stick.OpenInsideAsync(0), otherInside = await stick.OpenInsideAsync(1);
        await using var conversation = Conversation.Start(tty, otherInside, TimeProvider.System);
        await conversation.FlowsAsync(Patience);
        int from = Watch.Count;
        (TimeSpan start, TimeSpan startOnPi) = (Home.Host.Now, Home.Attic.Now);
        await Home.Host.RunAsync("echo 2 >/proc/sys/kernel/hung_task_timeout_secs");
        await Home.Attic.RunAsync(
            "modprobe usbmon && mount -t debugfs none /sys/kernel/debug && "
                + "{ cat /sys/kernel/debug/usb/usbmon/0u >/run/lab/usbmon 2>&1 & echo $! >/run/lab/usbmon.pid; }");
        Home.Attic.Cable.Cut();
        await UntilEventAsync(IdOf(model), "held", from);
        TimeSpan held = Home.Host.Now;
        string[] calls =
            (await Home.Host.RunAsync(ComeAndGo(model.Path, seconds), Patience + TimeSpan.FromSeconds(2 * seconds))).Split(' ');
        Say($"{calls[0]} rounds of opening, setting, writing, draining and closing; the longest call took {calls[1]}0 ms");
        await KeepsPromiseAsync(
            TimeSpan.FromMilliseconds(10 * int.Parse(calls[1], CultureInfo.InvariantCulture)), TimeSpan.FromSeconds(1), Home.Host);
        Assert.True(Home.Host.Now - held > TimeSpan.FromSeconds(seconds - 1));
        Home.Attic.Cable.Mend();
        await UntilEventAsync(IdOf(model), "resumed", from);
        await conversation.FlowsAsync(Patience);

        // What waited when the port was closed would come before this.
        using (GuestStream first = await Home.Host.OpenAsync(model.Path))
        {
            await first.WriteAsync("after"u8.ToArray(), Cancelled);
            Assert.Equal("after"u8.ToArray(), await inside.ReadExactlyAsync(5, Patience));
        }
        await conversation.EndAsync(Patience);
        NothingIsLostOrStale(conversation, TimeSpan.FromSeconds(15), TimeProvider.System);
        // Port 0 asks with index 0; nobody but this test has set that since the cut.
        string settings = await Home.Attic.RunAsync(
            "kill $(cat /run/lab/usbmon.pid); grep ' s 21 20 0000 0000 0007 ' /run/lab/usbmon | tail -n 1; umount -l /sys/kernel/debug");
        Assert.EndsWith(LastSettings, settings.Trim(), StringComparison.Ordinal);
        StayedAttached(model, from, start);
        HasNoComplaint(Home.Attic, startOnPi);
        HasNoComplaint(Home.Host, start);
    }

    [Fact(Explicit = true)]
    public async Task When_the_hold_runs_out_the_port_is_given_back_and_the_radio_is_attached_anew_when_its_Pi_is_back()
    {
        await BringUpAsync(PiSide.Link, more: "hold_seconds: 6\n");
        using (GuestStream tty = await Home.Host.OpenAsync(ZWavePath))
        {
            int from = Watch.Count;
            Home.Attic.Cable.Cut();
            await UntilEventAsync(ZWave, "held", from);
            await UntilEventAsync(ZWave, "lost", from);
            await UntilStatusAsync(ZWave, "pi_unreachable");
        }
        await Home.Host.WaitUntilNothingIsAttachedAsync(Patience);
        int back = Watch.Count;
        Home.Attic.Cable.Mend();
        TimeSpan mended = Home.Host.Now;
        Message attached = await UntilEventAsync(ZWave, "attached", back);
        Say($"attached {Home.Host.ClockAt(attached.Timestamp) - mended} after the network was back");
        await KeepsPromiseAsync(Home.Host.ClockAt(attached.Timestamp) - mended, TimeSpan.FromSeconds(5), Home.Host);
        Assert.Single(await Home.Host.VhciPortsInUseAsync());
    }

    [Fact]
    public async Task A_host_that_is_killed_in_a_hold_has_its_radio_again_within_3_s_of_the_return_for_it_is_the_same_house()
    {
        await BringUpAsync(PiSide.Link, more: Holding);
        using GuestStream tty = await Home.Host.OpenAsync(ZWavePath);
        int from = Watch.Count;
        Home.Attic.Cable.Cut();
        await UntilEventAsync(ZWave, "held", from);
        await Home.Host.Attach!.KillAsync();
        await Home.Host.WaitUntilNothingIsAttachedAsync(Patience);
        from = Watch.Count;
        await Home.Host.StartAttachAsync();
        await UntilStatusAsync(ZWave, "pi_unreachable");
        Home.Attic.Cable.Mend();
        TimeSpan mended = Home.Host.Now;
        await Watch.WaitForAsync(
            message => message.Topic == $"longwire/radio/{ZWave}/state"
                && message.Payload.Contains("\"connected\":true", StringComparison.Ordinal), Patience, "attached", from, Cancelled);
        TimeSpan took = Home.Host.Now - mended;
        Say($"attached {took} after the network was back");
        await KeepsPromiseAsync(took, TimeSpan.FromSeconds(3), Home.Host);
        Assert.DoesNotContain(
            Watch.Messages.Skip(from), message => message.Payload.Contains("\"status\":\"in_use\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stick_that_is_pulled_in_an_outage_is_told_at_the_return_waited_for_a_while_and_then_unplugged()
    {
        LabStick stick = await BringUpAsync(PiSide.Link, more: Holding);
        int from = Watch.Count;
        Home.Attic.Cable.Cut();
        await UntilEventAsync(ZWave, "held", from);
        await stick.PullAsync();
        Home.Attic.Cable.Mend();
        TimeSpan mended = Home.Host.Now;
        Message told = await Watch.WaitForAsync(
            message => message.Topic == $"longwire/radio/{ZWave}/state"
                && message.Payload.Contains("\"status\":\"held\"", StringComparison.Ordinal)
                && message.Payload.Contains("\"reason\":\"unplugged\"", StringComparison.Ordinal),
            Patience, "held, unplugged", from, Cancelled);
        TimeSpan took = Home.Host.ClockAt(told.Timestamp) - mended;
        Say($"told {took} after the network was back");
        // One more for the link itself to come back.
        await KeepsPromiseAsync(took, TimeSpan.FromSeconds(2), Home.Host);
        Message lost = await UntilEventAsync(ZWave, "lost", from);
        TimeSpan waited = Home.Host.ClockAt(lost.Timestamp) - Home.Host.ClockAt(told.Timestamp);
        Assert.InRange(waited, TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(20));
        await UntilStatusAsync(ZWave, "unplugged");
        from = Watch.Count;
        await stick.PlugAsync();
        await UntilEventAsync(ZWave, "attached", from);
    }

    // Each call is timed on the guest's clock, in hundredths of a second; stty waits until all is sent before it sets anything.
    private static string ComeAndGo(string path, int seconds) => string.Create(CultureInfo.InvariantCulture, $$"""
        now() { read -r up _ </proc/uptime; now=${up%.*}${up#*.}; }
        timed() { now; before=$now; "$@" || exit; now; took=$((now - before)); [ $took -le $worst ] || worst=$took; }
        write() { echo "nobody wants this $1" >{{path}}; }
        rounds=0; worst=0; now; end=$((now + {{seconds * 100}}))
        while now; [ $now -lt $end ]; do
          rounds=$((rounds + 1))
          timed stty -F {{path}} 9600 raw -echo
          timed write $rounds
          timed stty -F {{path}} 57600 cs8 raw -echo
        done
        echo $rounds $worst
        """);
}
