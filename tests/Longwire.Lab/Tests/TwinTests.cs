using Longwire.Lab.Machines;
using Longwire.Lab.Sticks;
using Longwire.Testing.Brokers;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>Sticks that look alike, and one that is two.</summary>
[Collection(FirstHouse.Name)]
public sealed class TwinTests(Home home) : RadioTest(home)
{
    [Fact]
    public async Task A_twin_that_is_added_later_renames_nobody_and_changes_no_path_that_was_shown()
    {
        await BringUpAsync(PiSide.Longwire);
        await Watch.WaitUntilAsync(
            shown => shown.State(DeviceId(ZWave), "serial_port") == ZWavePath, Patience, "the serial port's path is shown", Cancelled);
        await Home.Attic.PlugAsync(StickModel.ZWave, port: 2);
        await Watch.WaitUntilAsync(house => Attached(house).Count == 2, Patience, "both twins are connected", Cancelled);
        Entities house = Watch.Entities();
        Assert.Contains(DeviceId(ZWave), Attached(house));
        Assert.Equal(house.All.Count, house.All.Select(entity => entity.UniqueId).Distinct().Count());
        // Their by-id names are one name, which leads to the newer one; that one is shown by path, and what the first was shown by is told.
        await Watch.WaitUntilAsync(
            now =>
                Attached(now).Where(device => device != DeviceId(ZWave)).All(
                    device => now.State(device, "serial_port").StartsWith("/dev/serial/by-path/", StringComparison.Ordinal))
                && now.State("longwire_bridge", "problem") == "on",
            Patience, "the second by path, and a problem", Cancelled);
        Assert.Equal(ZWavePath, Watch.Entities().State(DeviceId(ZWave), "serial_port"));
    }

    [Fact(Explicit = true)]
    public async Task A_twin_that_is_there_when_the_Pi_comes_back_takes_nothing_from_the_radio_that_was_first()
    {
        await Home.StartAsync(Home.Attic, Home.Host);
        // Made first, so that after the reboot the Pi's kernel meets it first.
        LabStick twin = await Home.Attic.MakeStickAsync(StickModel.ZWave);
        LabStick first = await BringUpAsync(PiSide.Longwire, more: "radios:\n  - match: \"0658:0200\"\n");
        string[] devices = [.. Watch.Entities().DiscoveryTopics];
        await twin.PlugAsync(2);
        await Watch.WaitUntilAsync(
            house => house.State("longwire_bridge", "problem") == "on", Patience, "the bridge says that two match", Cancelled);
        Assert.Equal("on", Connected(Watch.Entities(), ZWave));

        int from = Watch.Count;
        await Home.Attic.RebootAsync(inOrder: false);
        await UntilEventAsync(ZWave, "attached", from);
        await Home.Attic.WaitForAsync(
            $"[ \"$(cat /sys/bus/usb/devices/{twin.BusId}/usbip_status)\" = 1 ]", Patience, "the twin is free to take");
        Assert.Equal("2", await Home.Attic.RunAsync($"cat /sys/bus/usb/devices/{first.BusId}/usbip_status"));
        Assert.Single(await Home.Host.VhciPortsInUseAsync());
        Assert.Equal(devices, Watch.Entities().DiscoveryTopics);
    }

    [Fact]
    public async Task Twins_on_two_Pis_are_told_apart_by_Pi()
    {
        await Task.WhenAll(Home.StartAsync(Home.Attic, Home.Cellar, Home.Host), Home.Broker.StartAsync());
        await Task.WhenAll(Home.Attic.PlugAsync(StickModel.ZWave), Home.Cellar.PlugAsync(StickModel.ZWave));
        await Task.WhenAll(
            ExportAsync(Home.Attic, PiSide.Longwire, StickModel.ZWave), ExportAsync(Home.Cellar, PiSide.Longwire, StickModel.ZWave));
        await Home.Host.StartAttachAsync(Home.Options([Home.Attic, Home.Cellar]));
        await Watch.WaitUntilAsync(house => Attached(house).Count == 2, Patience, "both twins are connected", Cancelled);
        Assert.Equal(
            ["longwire_radio_attic_0658_0200", "longwire_radio_cellar_0658_0200"],
            Attached(Watch.Entities()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Asking_for_one_of_a_kind_with_two_present_is_answered_with_a_sentence_that_says_how()
    {
        await Task.WhenAll(Home.StartAsync(Home.Attic, Home.Host), Home.Broker.StartAsync());
        await Home.Attic.PlugAsync(StickModel.ZWave);
        await Home.Attic.PlugAsync(StickModel.ZWave, port: 2);
        await ExportAsync(Home.Attic, PiSide.Longwire, StickModel.ZWave);
        GuestProcess attach = await Home.Host.StartAttachAsync(Home.Options([Home.Attic], "radios:\n  - match: \"0658:0200\"\n"));
        ProcessLine said = await attach.WaitForLineAsync("2 sticks match '0658:0200'", Patience, cancellationToken: Cancelled);
        // The same port below two controllers: only with its controller does a line mean one of them.
        Assert.Contains("match: \"0658:0200@platform/dummy_hcd.0/1\"", said.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("match: \"0658:0200@1\"", said.Text, StringComparison.Ordinal);
        await Watch.WaitUntilAsync(
            house => house.State("longwire_bridge", "problem") == "on", Patience, "the bridge has a problem", Cancelled);
        Assert.Empty(await Home.Host.VhciPortsInUseAsync());
    }

    [Fact]
    public async Task A_stick_with_two_ports_is_one_radio_with_two_serial_ports()
    {
        LabStick stick = await BringUpAsync(PiSide.Longwire, StickModel.TwoPorts);
        string device = DeviceId(IdOf(StickModel.TwoPorts));
        await Watch.WaitUntilAsync(
            house => house.State(device, "serial_port").Contains("-if00", StringComparison.Ordinal)
                && house.State(device, "serial_port_2").Contains("-if02", StringComparison.Ordinal),
            Patience, "both ports are shown", Cancelled);
        await CarriesDataAsync(stick, Watch.Entities().State(device, "serial_port"));
    }

    private static List<string> Attached(Entities house) =>
        [.. house.All.Where(entity => entity is { Key: "connected", State: "on" }).Select(entity => entity.DeviceId)];
}
