using Longwire.Lab.Containers;
using Longwire.Lab.Machines;
using Longwire.Lab.Sticks;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>The companion: the image on a Pi, with what its compose file asks for and nothing else.</summary>
[Collection(SecondHouse.Name)]
public sealed class CompanionTests(Home home) : RadioTest(home)
{
    private const string Name = "companion";

    private static readonly Compose s_compose = Compose.Read("addon/companion/compose.yaml", "export");

    [Fact]
    public async Task The_companion_serves_with_the_rights_of_its_compose_file_and_gives_the_stick_back()
    {
        await Task.WhenAll(Home.StartAsync(Home.Attic, Home.Host), Home.Broker.StartAsync());
        Stick stick = await Home.Attic.PlugAsync(StickModel.ZWave);
        Container companion = await StartCompanionAsync(s_compose.Rights);
        await Home.Attic.WaitUntilItServesAsync(Patience);
        await Home.Host.StartAttachAsync(Home.Options([Home.Attic]));
        await UntilConnectedAsync(stick.Model);
        await CarriesDataAsync(stick, ZWavePath);

        await stick.PullAsync();
        await UntilStatusAsync(ZWave, "unplugged");
        await stick.PlugAsync(2);
        await UntilConnectedAsync(stick.Model);

        Assert.Equal(0, await companion.StopAsync(TimeSpan.FromSeconds(10)));
        await Home.Attic.WaitForAsync($"[ -e /sys/bus/usb/devices/{stick.BusId}:1.0/tty ]", TimeSpan.FromSeconds(10), "the stick has its own driver and tty");
    }

    // What is said where a right is missing. One that is not in here is either not needed or not tested.
    private static readonly Dictionary<string, string> s_said = new(StringComparer.Ordinal)
    {
        ["SYS_MODULE"] = "has no right to load it",
        ["SETPCAP"] = "--cap-add SETPCAP",
        ["/sys"] = "/sys is read-only",
        ["/lib/modules"] = "usbip-host is not loaded",
        ["/data"] = "give it a named volume",
        ["/run"] = "make that folder writable",
    };

    public static TheoryDataRow<string>[] Rights() =>
        [.. s_compose.Rights.Capabilities.Select(one => new TheoryDataRow<string>(one)), .. s_compose.Rights.Mounts.Select(one => new TheoryDataRow<string>(one.Target))];

    [Theory]
    [MemberData(nameof(Rights))]
    public async Task One_right_less_is_answered_with_a_sentence(string lacking)
    {
        await Home.StartAsync(Home.Attic);
        // A module that is there already needs no right. To unload usbip-host crashes the kernel now and then, so the Pi starts afresh.
        if (lacking is "SYS_MODULE" or "/lib/modules" && await Home.Attic.HasModuleAsync("usbip_host"))
        {
            await Home.Attic.PowerOffAsync();
            await Home.Attic.StartAsync(Cancelled);
        }
        await Home.Attic.PlugAsync(StickModel.ZWave);
        ContainerRights rights = s_compose.Rights;
        Container companion = await StartCompanionAsync(rights with
        {
            Capabilities = [.. rights.Capabilities.Where(one => one != lacking)],
            Mounts = [.. rights.Mounts.Where(one => one.Target != lacking)],
        });
        ProcessLine line = await companion.Process.WaitForLineAsync(s_said[lacking], Patience, cancellationToken: Cancelled);
        Say($"without {lacking}: {line.Text}");
    }

    // The file as it stands, with the one line changed that its comment says to change.
    private Task<Container> StartCompanionAsync(ContainerRights rights) =>
        s_compose.StartAsync(Home.Attic, Name, rights, new Dictionary<string, string>(StringComparer.Ordinal) { ["LONGWIRE_STOCK_ALLOW"] = Home.Host.Address.ToString() });
}
