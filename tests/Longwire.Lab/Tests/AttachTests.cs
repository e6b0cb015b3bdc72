using Longwire.Lab.Sticks;
using Longwire.Testing.Brokers;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>From the start to a radio that is there, and to the stop that leaves nothing behind.</summary>
[Collection(FirstHouse.Name)]
public sealed class AttachTests(Home home) : RadioTest(home)
{
    [Theory]
    [InlineData(PiSide.Longwire)]
    [InlineData(PiSide.Stock)]
    public async Task A_radio_is_attached_and_shown_with_its_serial_port(PiSide side)
    {
        LabStick stick = await BringUpAsync(side);
        await Watch.WaitUntilAsync(
            house => house.State(DeviceId(ZWave), "serial_port") == ZWavePath, Patience, "the serial port's path is shown", Cancelled);
        Entities house = Watch.Entities();
        Assert.Equal("attached", house.State(DeviceId(ZWave), "status"));
        Assert.Equal("off", house.State(DeviceId(ZWave), "problem"));
        Assert.Equal("on", house.State("longwire_pi_attic", "reachable"));
        await CarriesDataAsync(stick, ZWavePath);
    }

    [Theory]
    [InlineData(PiSide.Longwire)]
    [InlineData(PiSide.Stock)]
    public async Task At_stop_the_ports_are_free_and_the_stick_has_its_own_driver_again(PiSide side)
    {
        LabStick stick = await BringUpAsync(side);
        IReadOnlyList<int> before = await Home.Host.AuthorizedDefaultsAsync();
        Assert.All(before, value => Assert.Equal(0, value));
        Assert.Equal(0, await StopsInTimeAsync(Home.Host, Home.Host.StopAttachAsync));
        TimeSpan stopped = Home.Host.Now;
        await KeepsPromiseAsync(await Home.Host.WaitUntilNothingIsAttachedAsync(Patience) - stopped, TimeSpan.FromSeconds(2), Home.Host);
        Assert.All(await Home.Host.AuthorizedDefaultsAsync(), value => Assert.Equal(1, value));
        Assert.Equal("", (await Home.Host.TryRunAsync("ls /dev/ttyACM* 2>/dev/null")).Output.Trim());
        Assert.Equal("offline", Watch.Latest("longwire/bridge/state"));

        if (side == PiSide.Stock) await Home.Attic.StopStockAsync();
        else Assert.Equal(0, await StopsInTimeAsync(Home.Attic, Home.Attic.StopExportAsync));
        await Home.Attic.WaitForAsync(
            $"[ -e /sys/bus/usb/devices/{stick.BusId}:1.0/tty ]", Patience, "the stick has its own driver and tty");
    }
}
