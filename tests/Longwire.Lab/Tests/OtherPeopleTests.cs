using Longwire.Lab.Brokers;
using Longwire.Lab.Sticks;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>We are not alone on vhci, nor at a Pi.</summary>
[Collection(FirstHouse.Name)]
public sealed class OtherPeopleTests(Home home) : RadioTest(home)
{
    [Fact]
    public async Task A_stranger_s_device_gets_its_driver_before_during_and_after_us_and_after_our_end_by_kill()
    {
        await Task.WhenAll(Home.StartAsync(Home.Attic, Home.Cellar, Home.Host), Home.Broker.StartAsync());
        await Home.Host.RunAsync("modprobe vhci-hcd");
        IReadOnlyList<int> found = await Home.Host.AuthorizedDefaultsAsync();
        Stick theirs = await Home.Cellar.PlugAsync(StickModel.Zigbee);
        await Home.Cellar.StartStockAsync(theirs.Model.UsbId);
        await Home.Attic.PlugAsync(StickModel.ZWave);
        await ExportAsync(Home.Attic, PiSide.Longwire, StickModel.ZWave);

        int before = await StrangerGetsDriverAsync(theirs);
        await Home.Host.StartAttachAsync(Home.Options([Home.Attic]));
        await UntilConnectedAsync(ZWave);
        Assert.Contains(await Home.Host.VhciPortsInUseAsync(), port => port.Number == before);
        await Home.Host.StrangerDetachAsync(before);

        int during = await StrangerGetsDriverAsync(theirs);
        await Home.Host.Attach!.KillAsync();
        await Home.Host.WaitForAsync("! grep -qv 1 /sys/devices/platform/vhci_hcd.0/usb*/authorized_default", TimeSpan.FromSeconds(3), "authorized_default is as it was");
        Assert.Contains(await Home.Host.VhciPortsInUseAsync(), port => port.Number == during);
        await Home.Host.StrangerDetachAsync(during);
        int after = await StrangerGetsDriverAsync(theirs);

        int from = Watch.Count;
        await Home.Host.StartAttachAsync();
        await UntilEventAsync(ZWave, "attached", from);
        Assert.Contains(await Home.Host.VhciPortsInUseAsync(), port => port.Number == after);
        Assert.Equal(0, await Home.Host.StopAttachAsync());
        Assert.Contains(await Home.Host.VhciPortsInUseAsync(), port => port.Number == after);
        Assert.Equal(found, await Home.Host.AuthorizedDefaultsAsync());
        await Home.Host.StrangerDetachAsync(after);
        await Home.Host.StrangerDetachAsync(await StrangerGetsDriverAsync(theirs));
    }

    [Theory]
    [InlineData(PiSide.Longwire)]
    [InlineData(PiSide.Stock)]
    public async Task A_radio_that_somebody_else_has_is_in_use_and_attached_when_it_is_free(PiSide side)
    {
        Stick stick = await BringUpAsync(side);
        await Watch.PublishAsync($"longwire/radio/{ZWave}/attach/set", "OFF");
        await UntilStatusAsync(ZWave, "detached");
        await Home.StartAsync(Home.Neighbour);
        await Home.Neighbour.RunAsync("modprobe vhci-hcd");
        await Home.Attic.WaitForAsync($"[ \"$(cat /sys/bus/usb/devices/{stick.BusId}/usbip_status)\" = 1 ]", Patience, "the stick is free");
        int port = await Home.Neighbour.StrangerAttachAsync(Home.Attic, stick.BusId);
        await Watch.PublishAsync($"longwire/radio/{ZWave}/attach/set", "ON");
        await UntilStatusAsync(ZWave, "in_use");
        int from = Watch.Count;
        await Home.Neighbour.StrangerDetachAsync(port);
        await UntilEventAsync(ZWave, "attached", from);
    }

    private async Task<int> StrangerGetsDriverAsync(Stick theirs)
    {
        int port = await Home.Host.StrangerAttachAsync(Home.Cellar, theirs.BusId);
        await Home.Host.WaitForAsync("ls /dev/serial/by-id/*ConBee* >/dev/null 2>&1", TimeSpan.FromSeconds(10), "the stranger's stick has its tty");
        return port;
    }
}
