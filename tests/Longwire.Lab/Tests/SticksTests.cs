using Longwire.Lab.Machines;
using Longwire.Lab.Sticks;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>The lab's sticks are what they say they are, seen by the real kernels at both ends.</summary>
[Collection(FirstHouse.Name)]
public sealed class SticksTests(Home home) : LabTest(home)
{
    [Fact]
    public async Task A_stick_with_two_ports_has_two_ttys_each_with_an_inside_of_its_own()
    {
        await Home.StartAsync(Home.Attic, Home.Host);
        LabStick stick = await Home.Attic.PlugAsync(StickModel.TwoPorts);
        await Home.Attic.StartStockAsync(stick.Model.UsbId);
        // As the program does at its start: the driver that claims this chip by its id is there before the stick.
        await Home.Host.RunAsync("modprobe -a vhci-hcd cp210x cdc_acm");
        await Home.Host.StrangerAttachAsync(Home.Attic, stick.BusId);
        await Home.Host.WaitForAsync("[ $(ls /dev/serial/by-id | wc -l) = 2 ]", Patience);
        foreach (int function in new[] { 0, 1 })
        {
            using ISerialEnd inside = await stick.OpenInsideAsync(function);
            using GuestStream tty = await Home.Host.OpenAsync(
                $"/dev/serial/by-id/usb-Silicon_Labs_HubZ_Smart_Home_Controller_51600001-if0{StickModel.InterfaceOf(function)}");
            await tty.WriteAsync("down"u8.ToArray(), Cancelled);
            Assert.Equal("down"u8.ToArray(), await inside.ReadExactlyAsync(4, Patience));
            await inside.WriteAsync("back"u8.ToArray(), Cancelled);
            Assert.Equal("back"u8.ToArray(), await tty.ReadExactlyAsync(4, Patience));
        }
    }

    [Fact]
    public async Task Twins_are_alike_to_the_last_letter()
    {
        await Home.StartAsync(Home.Attic);
        LabStick one = await Home.Attic.PlugAsync(StickModel.ZWave, port: 0);
        LabStick other = await Home.Attic.PlugAsync(StickModel.ZWave, port: 1);
        Assert.NotEqual(one.BusId, other.BusId);
        string[] faces =
            await Task.WhenAll(new[] { one, other }.Select(stick => Home.Attic.RunAsync($"cd /sys/bus/usb/devices/{stick.BusId}; cat "
                + "idVendor idProduct serial product")));
        Assert.Equal(faces[0], faces[1]);
    }

    [Fact]
    public async Task A_stick_without_a_serial_says_none()
    {
        await Home.StartAsync(Home.Attic);
        LabStick stick = await Home.Attic.PlugAsync(StickModel.ZWave.WithoutSerial(), port: 5);
        Assert.Equal("no", await Home.Attic.RunAsync($"[ -e /sys/bus/usb/devices/{stick.BusId}/serial ] && echo yes || echo no"));
    }

    [Fact]
    public async Task A_keyboard_can_claim_to_be_a_radio()
    {
        await Home.StartAsync(Home.Attic);
        LabStick stick = await Home.Attic.PlugAsync(StickModel.ZWave.AsKeyboard(), port: 2);
        Assert.Equal("03", await Home.Attic.RunAsync($"cat /sys/bus/usb/devices/{stick.BusId}:1.0/bInterfaceClass"));
    }

    // The lab's own; a Pi's reboot and a host's loss of power in the other tests would not pass without these two.
    [Fact(Explicit = true)]
    public async Task A_pi_that_comes_back_has_its_sticks_where_they_were()
    {
        await Home.StartAsync(Home.Attic);
        LabStick stick = await Home.Attic.PlugAsync(StickModel.ZWave, port: 4);
        LabStick pulled = await Home.Attic.PlugAsync(StickModel.Zigbee, port: 6);
        await pulled.PullAsync();
        await Home.Attic.StartStockAsync("0658:0200");
        await Home.Attic.RebootAsync(inOrder: true);
        Assert.Equal("usbip-host", await Home.Attic.RunAsync($"basename $(readlink /sys/bus/usb/devices/{stick.BusId}/driver)"));
        Assert.Equal(1, (await Home.Attic.TryRunAsync($"[ -e /sys/bus/usb/devices/{pulled.BusId} ]")).ExitCode);
    }

    [Fact(Explicit = true)]
    public async Task A_host_that_lost_power_remembers_what_it_wrote_to_its_disk()
    {
        await Home.StartAsync(Home.Host);
        await Home.Host.RunAsync("echo kept >/data/memory && sync /data/memory");
        await Home.Host.PowerOffAsync();
        await Home.Host.StartAsync(Cancelled);
        Assert.Equal("kept", await Home.Host.ReadFileAsync("/data/memory"));
    }
}
