using Longwire.Lab.Sticks;
using Longwire.Testing.Brokers;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>What goes away comes back by itself, to the bare program and to the add-on.</summary>
[Collection(FirstHouse.Name)]
public sealed class ComeBackTests(Home home) : RadioTest(home)
{
    [Fact]
    public async Task A_pulled_stick_is_lost_at_once_and_shown_as_unplugged()
    {
        LabStick stick = await BringUpAsync(PiSide.Longwire);
        int from = Watch.Count;
        TimeSpan before = Home.Host.Now;
        await stick.PullAsync();
        Message lost = await UntilEventAsync(ZWave, "lost", from);
        TimeSpan freed = (await Home.Host.Kernel.WaitForAsync("USB disconnect", before, Patience, Cancelled)).Time;
        Message off = await Watch.WaitForAsync(
            message => message.Topic == $"longwire/radio/{ZWave}/state"
                && message.Payload.Contains("\"connected\":false", StringComparison.Ordinal), Patience, "connected is off", from,
                Cancelled);
        Say($"lost {Home.Host.ClockAt(lost.Timestamp) - freed}, off {Home.Host.ClockAt(off.Timestamp) - freed} after the kernel freed the "
            + "port");
        await KeepsPromiseAsync(Home.Host.ClockAt(lost.Timestamp) - freed, TimeSpan.FromMilliseconds(500), Home.Host);
        await KeepsPromiseAsync(Home.Host.ClockAt(off.Timestamp) - freed, TimeSpan.FromMilliseconds(500), Home.Host);
        await UntilStatusAsync(ZWave, "unplugged");
    }

    [Theory]
    [InlineData("ZW0001", HostSide.Program)]
    [InlineData("", HostSide.AddOn)]
    public async Task A_stick_plugged_in_again_there_or_elsewhere_is_the_same_radio_on_the_same_port(string serial, HostSide host)
    {
        StickModel model = StickModel.ZWave with { Serial = serial };
        LabStick stick = await BringUpAsync(PiSide.Longwire, model, host: host);
        int vhciPort = Assert.Single(await Home.Host.VhciPortsInUseAsync()).Number;
        string[] devices = [.. Watch.Entities().DiscoveryTopics];
        foreach (int port in new[] { 0, 3 })
        {
            int from = Watch.Count;
            await stick.PullAsync();
            await UntilEventAsync(IdOf(model), "lost", from);
            from = Watch.Count;
            TimeSpan plugged = await stick.PlugAsync(port);
            Message attached = await UntilEventAsync(IdOf(model), "attached", from);
            TimeSpan took = Home.Attic.ClockAt(attached.Timestamp) - plugged;
            Say($"port {port}: attached {took} after it was plugged in");
            await KeepsPromiseAsync(took, TimeSpan.FromSeconds(4), Home.Attic);
            Assert.Equal(vhciPort, Assert.Single(await Home.Host.VhciPortsInUseAsync()).Number);
            Assert.Equal(devices, Watch.Entities().DiscoveryTopics);
        }
    }

    [Fact]
    public async Task A_stick_plugged_in_again_on_a_stock_Pi_is_not_offered_until_its_recipe_is_started_again()
    {
        LabStick stick = await BringUpAsync(PiSide.Stock);
        int from = Watch.Count;
        await stick.PullAsync();
        await UntilEventAsync(ZWave, "lost", from);
        await UntilStatusAsync(ZWave, "not_offered");
        Assert.Contains(
            "attic does not offer it: it is unplugged, not bound to usbip-host, or used by another host",
            Watch.Latest($"longwire/radio/{ZWave}/state"),
            StringComparison.Ordinal);
        from = Watch.Count;
        await stick.PlugAsync();
        await Home.Attic.WaitForAsync(
            $"[ -e /sys/bus/usb/devices/{stick.BusId}:1.0/tty ]", Patience, "the stick's own driver has it, for nobody bound it again");
        await Home.Attic.StopStockAsync();
        await Home.Attic.StartStockAsync(stick.Model.UsbId);
        TimeSpan offered = Home.Attic.Now;
        Message attached = await UntilEventAsync(ZWave, "attached", from);
        Say($"attached {Home.Attic.ClockAt(attached.Timestamp) - offered} after the recipe was started again");
        await KeepsPromiseAsync(Home.Attic.ClockAt(attached.Timestamp) - offered, TimeSpan.FromSeconds(5), Home.Attic);
        Assert.Single(await Home.Host.VhciPortsInUseAsync());
    }

    [Theory]
    [InlineData(PiSide.Longwire, HostSide.AddOn)]
    [InlineData(PiSide.Stock, HostSide.Program, Explicit = true)]
    public async Task A_Pi_that_reboots_or_loses_power_is_unreachable_and_serves_again_without_anybody_s_help(PiSide side, HostSide host)
    {
        await BringUpAsync(side, host: host);
        foreach (bool inOrder in new[] { true, false })
        {
            string how = inOrder ? "reboot" : "power lost";
            int from = Watch.Count;
            TimeSpan off = Home.Host.Now;
            await Home.Attic.StopAsync(inOrder);
            Message unreachable = await Watch.WaitForAsync(
                message => message.Topic == $"longwire/radio/{ZWave}/state"
                    && message.Payload.Contains("pi_unreachable", StringComparison.Ordinal), Patience, "pi_unreachable", from, Cancelled);
            TimeSpan noticed = Home.Host.ClockAt(unreachable.Timestamp) - off;
            Say($"{how}: unreachable {noticed} after it went");
            // Going down in order takes its own time before the last goodbye.
            if (!inOrder) await KeepsPromiseAsync(noticed, TimeSpan.FromSeconds(8), Home.Host);
            await Home.Host.WaitUntilNothingIsAttachedAsync(Patience);

            from = Watch.Count;
            await Home.Attic.StartAsync(Cancelled);
            // The classic recipe starts usbipd and binds the stick afterwards: what counts begins with the first.
            Task<TimeSpan> serving = Home.Attic.WaitUntilItServesAsync(Patience);
            await Home.Attic.ComeBackAsync(Cancelled);
            TimeSpan serves = await serving;
            Message attached = await UntilEventAsync(ZWave, "attached", from);
            TimeSpan took = Home.Attic.ClockAt(attached.Timestamp) - serves;
            Say($"{how}: attached {took} after the export was back");
            await KeepsPromiseAsync(took, TimeSpan.FromSeconds(5), Home.Attic);
            Assert.Single(await Home.Host.VhciPortsInUseAsync());
        }
    }

    [Theory]
    [InlineData(PiSide.Longwire)]
    [InlineData(PiSide.Stock)]
    public async Task A_host_that_lost_power_attaches_again_although_the_Pi_never_heard_goodbye(PiSide side)
    {
        await BringUpAsync(side);
        int from = Watch.Count;
        // The options are the test's; that ours survives unsynced is what is tested.
        await Home.Host.RunAsync("sync /data/options.yaml");
        await Home.Host.PowerOffAsync();
        await Home.Host.StartAsync(Cancelled);
        TimeSpan started = Home.Host.Now;
        await Home.Host.StartAttachAsync();
        Message attached = await UntilEventAsync(ZWave, "attached", from);
        TimeSpan took = Home.Host.ClockAt(attached.Timestamp) - started;
        Say($"attached {took} after the start");
        await KeepsPromiseAsync(took, TimeSpan.FromSeconds(10), Home.Host);
    }

    [Theory]
    [InlineData(PiSide.Longwire, HostSide.AddOn)]
    [InlineData(PiSide.Stock, HostSide.Program, Explicit = true)]
    public async Task A_cut_cable_is_noticed_with_a_write_pending_and_nobody_hangs_in_close(PiSide side, HostSide host)
    {
        await BringUpAsync(side, host: host);
        await Home.Host.WaitForDeviceAsync(ZWavePath, Patience);
        await Home.Host.RunAsync($"stty -F {ZWavePath} raw -echo");
        await Home.Host.RunAsync(
            "rm -f /tmp/opened /tmp/write /tmp/closed; mkfifo /tmp/write; "
            + $"(exec 3<>{ZWavePath}; : > /tmp/opened; read word < /tmp/write; echo $word >&3; exec 3>&-; cut -d' ' -f1 /proc/uptime > "
            + "/tmp/closed) >/dev/null 2>&1 &");
        await Home.Host.WaitForAsync("[ -e /tmp/opened ]", Patience, "a process has the tty open");
        int from = Watch.Count;
        Home.Attic.Cable.Cut();
        TimeSpan cut = Home.Host.Now;
        await Home.Host.RunAsync("echo pending > /tmp/write");
        Message lost = await UntilEventAsync(ZWave, "lost", from);
        TimeSpan noticed = Home.Host.ClockAt(lost.Timestamp) - cut;
        await Home.Host.WaitForAsync("[ -s /tmp/closed ]", Patience, "the process has closed the tty");
        double closed = double.Parse(await Home.Host.ReadFileAsync("/tmp/closed"), System.Globalization.CultureInfo.InvariantCulture);
        Say($"noticed {noticed} after the cut, closed {closed - cut.TotalSeconds:0.0} s after it");
        await KeepsPromiseAsync(noticed, TimeSpan.FromSeconds(8), Home.Host);
        await KeepsPromiseAsync(TimeSpan.FromSeconds(closed) - cut, TimeSpan.FromSeconds(9), Home.Host);
        await UntilStatusAsync(ZWave, "pi_unreachable");

        Home.Attic.Cable.Mend();
        await UntilConnectedAsync(ZWave);
    }
}
