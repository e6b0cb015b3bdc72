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
        LabStick stick = await Home.Attic.PlugAsync(StickModel.ZWave);
        Container companion = await StartCompanionAsync(s_compose.Rights);
        await Home.Attic.WaitUntilItServesAsync(Patience);
        await Home.Host.StartAttachAsync(Home.Options([Home.Attic]));
        await UntilConnectedAsync(stick.Model);
        await CarriesDataAsync(stick, ZWavePath);
        await TheChecksFindNothingWrongAsync(companion);

        await stick.PullAsync();
        await UntilStatusAsync(ZWave, "unplugged");
        await stick.PlugAsync(2);
        await UntilConnectedAsync(stick.Model);

        Assert.Equal(0, await StopsInTimeAsync(Home.Attic, () => companion.StopAsync(Patience)));
        await Home.Attic.WaitForAsync(
            $"[ -e /sys/bus/usb/devices/{stick.BusId}:1.0/tty ]", Patience, "the stick has its own driver and tty");
    }

    private static async Task TheChecksFindNothingWrongAsync(Container companion)
    {
        ShellResult said = await companion.TryAsync(s_compose.Rights, "longwire", "doctor", "--json");
        DoctorFindings findings = DoctorFindings.Parse(said.Output);
        findings.AssertNothingWrong();
        findings.AssertOk("module_usbip");
        findings.AssertOk("sysfs_writable");
        findings.AssertOk("export_port", times: 2);
        Assert.Equal(0, said.ExitCode);
    }

    // What is said where a right is missing. A module that is there already needs no right, so those come first that leave it out: to
    // unload usbip-host crashes the kernel now and then, and a Pi that starts afresh for each takes its time.
    private static readonly (string Lacking, string Said)[] s_said =
    [
        ("SYS_MODULE", "has no right to load it"),
        ("/lib/modules", "usbip-host is not loaded"),
        ("SETPCAP", "--cap-add SETPCAP"),
        ("/sys", "/sys is read-only"),
        ("/data", "give it a named volume"),
        ("/run", "make that folder writable"),
    ];

    [Fact]
    public async Task One_right_less_is_answered_with_a_sentence_whichever_it_is()
    {
        ContainerRights rights = s_compose.Rights;
        Assert.Equal(
            rights.Capabilities.Concat(rights.Mounts.Select(mount => mount.Target)).Order(StringComparer.Ordinal),
            s_said.Select(one => one.Lacking).Order(StringComparer.Ordinal));
        await Home.StartAsync(Home.Attic);
        if (await Home.Attic.HasModuleAsync("usbip_host"))
        {
            await Home.Attic.PowerOffAsync();
            await Home.Attic.StartAsync(Cancelled);
        }
        await Home.Attic.PlugAsync(StickModel.ZWave);
        foreach ((string lacking, string said) in s_said)
        {
            Container companion = await StartCompanionAsync(rights with
            {
                Capabilities = [.. rights.Capabilities.Where(one => one != lacking)],
                Mounts = [.. rights.Mounts.Where(one => one.Target != lacking)],
            });
            ProcessLine line = await companion.Process.WaitForLineAsync(said, Patience, cancellationToken: Cancelled);
            Say($"without {lacking}: {line.Text}");
            await companion.RemoveAsync();
        }
    }

    // The file as it stands, with the one line changed that its comment says to change.
    private Task<Container> StartCompanionAsync(ContainerRights rights) =>
        s_compose.StartAsync(
            Home.Attic,
            Name,
            rights,
            new Dictionary<string, string>(StringComparer.Ordinal) { ["LONGWIRE_STOCK_ALLOW"] = Home.Host.Address.ToString() });
}
