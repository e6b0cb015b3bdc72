using Longwire.Lab.Machines;
using Longwire.Lab.Sticks;
using Longwire.Testing.Brokers;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>Options that change while the program runs.</summary>
[Collection(FirstHouse.Name)]
public sealed class OptionsTests(Home home) : RadioTest(home)
{
    [Fact]
    public async Task While_one_radio_is_renamed_removed_and_added_whoever_has_the_other_one_open_notices_nothing()
    {
        await Task.WhenAll(Home.StartAsync(Home.Attic, Home.Host), Home.Broker.StartAsync());
        await Home.Attic.PlugAsync(StickModel.ZWave);
        LabStick other = await Home.Attic.PlugAsync(StickModel.Zigbee, port: 1);
        await ExportAsync(Home.Attic, PiSide.Longwire, StickModel.ZWave);
        await Home.Host.StartAttachAsync(Home.Options([Home.Attic]));
        await UntilConnectedAsync(ZWave);
        await UntilConnectedAsync(other.Model);
        using ISerialEnd inside = await other.OpenInsideAsync();
        using GuestStream tty = await Home.Host.OpenAsync(ZigbeePath);
        string device = await OtherDeviceAsync();

        await Home.Host.WriteOptionsAsync(Home.Options([Home.Attic], $"radios:\n{Other}  - match: \"0658:0200\"\n    name: Heating\n"));
        await Watch.WaitUntilAsync(
            house => house.Find("Heating", "connected") is { State: "on" }, Patience, "the new name is shown", Cancelled);
        Assert.Equal("0", Watch.Entities().State(DeviceId(ZWave), "disconnects"));
        await CarriesOnAsync("renamed");

        await Home.Host.WriteOptionsAsync(Home.Options([Home.Attic], $"radios:\n{Other}"));
        await Watch.WaitUntilAsync(
            house => house.Find("Heating", "connected") is null, Patience, "the radio that left the options is removed", Cancelled);
        await Home.Host.WaitForAsync($"[ ! -e {ZWavePath} ]", Patience, "its serial port is gone");
        Assert.Single(await Home.Host.VhciPortsInUseAsync());
        await CarriesOnAsync("removed");

        await Home.Host.WriteOptionsAsync(Home.Options([Home.Attic], $"radios:\n{Other}  - match: \"0658:0200\"\n"));
        await UntilConnectedAsync(ZWave);
        await CarriesOnAsync("added");

        async Task CarriesOnAsync(string word)
        {
            byte[] said = System.Text.Encoding.ASCII.GetBytes(word);
            await tty.WriteAsync(said, Cancelled);
            Assert.Equal(said, await inside.ReadExactlyAsync(said.Length, Patience));
            await inside.WriteAsync(said, Cancelled);
            Assert.Equal(said, await tty.ReadExactlyAsync(said.Length, Patience));
            Assert.Equal(device, await OtherDeviceAsync());
            Assert.Equal("0", Watch.Entities().State(DeviceId(IdOf(other.Model)), "disconnects"));
        }
    }

    private static string Other => $"  - match: \"{StickModel.Zigbee.UsbId}\"\n";

    // The kernel counts devices up: one that was attached anew has another number, on whatever port.
    private Task<string> OtherDeviceAsync() => Home.Host.RunAsync(
        $"port=$(readlink -f /sys/class/tty/$(basename $(readlink -f {ZigbeePath}))/device); echo ${{port%/*}} $(cat ${{port%/*}}/devnum)");
}
