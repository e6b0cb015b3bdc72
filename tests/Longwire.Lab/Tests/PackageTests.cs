using System.Globalization;
using Longwire.Lab.Machines;
using Longwire.Lab.Sticks;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>
/// The Debian package on a machine with systemd: installed, upgraded, removed and purged by hand, its units run by the real thing.
/// </summary>
[Collection(SecondHouse.Name)]
public sealed class PackageTests(Home home) : PackageTest(home)
{
    [Fact]
    public async Task The_package_is_installed_one_file_edited_and_the_stick_served_through_an_upgrade_until_the_removal_gives_it_back()
    {
        await Task.WhenAll(Home.StartAsync(Home.Shed, Home.Host), Home.Broker.StartAsync());
        await Home.Shed.FollowJournalAsync();
        LabStick stick = await Home.Shed.PlugAsync(StickModel.ZWave);
        await Home.Shed.WaitForAsync($"[ -c {ZWavePath} ]", Patience, "the stick has a tty here");
        string before = await TracesAsync();

        await Home.Shed.TypeAsync($"apt-get install --yes {Package}");
        Assert.Equal("active", await Home.Shed.RunAsync("systemctl is-active longwire-export.path"));
        Assert.Equal("inactive", (await Home.Shed.TryRunAsync("systemctl is-active longwire-export.service")).Output);
        await Home.Shed.EditAsync(ExportFile, ExportOptions);
        await ServesAsync();
        await Home.Host.StartAttachAsync(Home.Options([Home.Shed]));
        await UntilConnectedAsync(stick.Model);
        await CarriesDataAsync(stick, ZWavePath);
        await IsConfinedAsync("longwire-export", "CAP_SYS_PTRACE CAP_DAC_READ_SEARCH");

        string process = await Home.Shed.MainProcessAsync("longwire-export");
        int from = Watch.Count;
        await Home.Shed.TypeAsync($"dpkg --install {LaterPackage}");
        Assert.NotEqual(process, await Home.Shed.MainProcessAsync("longwire-export"));
        Assert.Equal(ExportOptions, await Home.Shed.ReadFileAsync(ExportFile) + "\n");
        await UntilEventAsync(ZWave, "attached", from);
        await UntilConnectedAsync(stick.Model);

        await Home.Shed.TypeAsync("dpkg --remove longwire");
        await Home.Shed.WaitForAsync($"[ -c {ZWavePath} ]", Patience, "the stick has its own driver and tty again");
        Assert.Equal(ExportOptions, await Home.Shed.ReadFileAsync(ExportFile) + "\n");

        await Home.Shed.TypeAsync("dpkg --purge longwire");
        Assert.Equal(before, await TracesAsync());
    }

    [Fact]
    public async Task Over_the_classic_units_the_log_names_what_is_in_the_way_and_after_its_commands_and_a_replug_the_stick_is_served()
    {
        await Task.WhenAll(Home.StartAsync(Home.Shed, Home.Host), Home.Broker.StartAsync());
        await Home.Shed.FollowJournalAsync();
        LabStick stick = await Home.Shed.PlugAsync(StickModel.ZWave);
        await ClassicUnitFiles.SetUpPiAsync(Home.Shed, stick.Model.UsbId);
        Assert.Equal("1", await Home.Shed.RunAsync($"cat /sys/bus/usb/devices/{stick.BusId}/usbip_status"));

        await Home.Shed.TypeAsync($"dpkg --install {Package}");
        await Home.Shed.EditAsync(ExportFile, ExportOptions);
        await Home.Shed.Journal.WaitForLineAsync("Port 3240 is taken by usbipd", Patience, cancellationToken: Cancelled);
        await Home.Shed.Journal.WaitForLineAsync("is bound to usbip-host by somebody else (usbipd", Patience, cancellationToken: Cancelled);
        IReadOnlyList<string> commands = Commands();
        foreach (string command in commands) Say(command);
        Assert.Contains(commands, command => command.Contains("disable --now usbipd.service", StringComparison.Ordinal));
        Assert.Contains(commands, command => command.Contains("disable --now usbip-zwave.service", StringComparison.Ordinal));
        Assert.Contains(commands, command => command.Contains("/etc/modules", StringComparison.Ordinal));

        await Home.Shed.TypeAsync(string.Join('\n', commands));
        await stick.PullAsync();
        await stick.PlugAsync();
        await ServesAsync();
        await Home.Host.StartAttachAsync(Home.Options([Home.Shed]));
        await UntilConnectedAsync(stick.Model);
        await CarriesDataAsync(stick, ZWavePath);
        await ClassicUnitFiles.AreGoneAsync(Home.Shed);
    }

    // A minute of a short run's quarter of an hour: with --long.
    [Fact(Explicit = true)]
    public async Task The_attach_service_says_that_a_reboot_is_due_follows_the_classic_unit_survives_a_kill_and_frees_its_port_when_purged()
    {
        await Home.StartAsync(Home.Shed, Home.Attic);
        await Home.Shed.FollowJournalAsync();
        LabStick stick = await Home.Attic.PlugAsync(StickModel.ZWave);
        await ExportAsync(Home.Attic, PiSide.Longwire, stick.Model);
        await Home.Shed.TypeAsync($"dpkg --install {Package}");

        // As after a kernel upgrade without a reboot: what belongs to the kernel that still runs is no longer there.
        await Home.Shed.RunAsync("modprobe -r vhci_hcd; mkdir -p /run/lab/empty && mount --bind /run/lab/empty /lib/modules/$(uname -r)");
        await Home.Shed.EditAsync(AttachFile, AttachOptions);
        ProcessLine due = await Home.Shed.Journal.WaitForLineAsync(
            "the kernel was upgraded without a reboot", Patience, cancellationToken: Cancelled);
        Say(due.Text);
        await Home.Shed.RunAsync("umount /lib/modules/$(uname -r); systemctl stop longwire-attach");
        // Each import ends with a reset of the stick.
        Assert.InRange(
            Home.Attic.Export!.Lines.Count(line => line.Text.Contains($"is served to {Home.Shed.Address}", StringComparison.Ordinal)),
            0,
            1);

        await ClassicUnitFiles.SetUpHostAsync(Home.Shed, Home.Attic, stick.Model.UsbId);
        await TtyIsThereAsync();
        int from = Home.Shed.Journal.Lines.Count;
        await Home.Shed.RunAsync("systemctl start longwire-attach");
        await Home.Shed.Journal.WaitForLineAsync("so Longwire cannot have it", Patience, from, Cancelled);
        IReadOnlyList<string> commands = Commands(from);
        foreach (string command in commands) Say(command);
        await Home.Shed.TypeAsync(string.Join('\n', commands));
        await ClassicUnitFiles.AreGoneAsync(Home.Shed);
        // The classic unit's stop detaches whatever has its port, ours too: once more, and then for good.
        await AttachedAsync(from);
        await IsConfinedAsync("longwire-attach", "");

        from = Home.Shed.Journal.Lines.Count;
        await Home.Shed.RunAsync("systemctl kill --signal=KILL longwire-attach");
        await AttachedAsync(from);
        await CarriesDataAsync(stick, ZWavePath, host: Home.Shed);

        await Home.Shed.TypeAsync("dpkg --purge longwire");
        await Home.Shed.WaitForAsync("! grep -q ' 00[567] ' /sys/devices/platform/vhci_hcd.0/status*", Patience, "every vhci port is free");
        Assert.Equal(
            "", (await Home.Shed.TryRunAsync("ls -d /dev/ttyACM* /etc/longwire /var/lib/longwire 2>/dev/null; pidof longwire")).Output);
    }

    private async Task AttachedAsync(int from)
    {
        await Home.Shed.Journal.WaitForLineAsync($"({ZWave}) is attached", Patience, from, Cancelled);
        await TtyIsThereAsync();
    }

    private Task<TimeSpan> TtyIsThereAsync() => Home.Shed.WaitForAsync($"[ -c {ZWavePath} ]", Patience, "the radio has its tty here");

    private Task<TimeSpan> ServesAsync() =>
        Home.Shed.WaitForAsync(GuestPorts.Listens(GuestPorts.UsbIp), Patience, "something listens on 3240");

    /// <summary>What the log of Longwire gave to be pasted, line by line.</summary>
    private List<string> Commands(int from = 0)
    {
        const string Mark = ": sudo ";
        return
        [
            .. Home.Shed.Journal.Lines.Skip(from).Select(line => line.Text)
                .Where(text => text.Contains("From an earlier set-up: ", StringComparison.Ordinal))
                .Select(text => text[(text.IndexOf(Mark, StringComparison.Ordinal) + 2)..]),
        ];
    }

    // The running process tells what systemd has made of the unit.
    private async Task IsConfinedAsync(string service, string capabilities)
    {
        ulong held = 0;
        foreach (string name in capabilities.Split(' ', StringSplitOptions.RemoveEmptyEntries)) held |= 1UL << s_capabilities[name];
        string process = await Home.Shed.MainProcessAsync(service);
        string status = await Home.Shed.RunAsync($"cat /proc/{process}/status");
        foreach (string set in new[] { "CapPrm", "CapEff", "CapBnd" })
        {
            Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"{set}:\t{held:x16}\n"), status, StringComparison.Ordinal);
        }
        Assert.Contains("NoNewPrivs:\t1\n", status, StringComparison.Ordinal);
        Assert.Contains("Seccomp:\t2\n", status, StringComparison.Ordinal);
        // Its own view of the files: all but what the unit names is read-only, and what /dev has left is not a disk.
        string mounts = await Home.Shed.RunAsync($"cat /proc/{process}/mounts");
        Assert.Contains(mounts.Split('\n'), mount => mount.Split(' ') is [_, "/", _, var options, ..] && options.Split(',').Contains("ro"));
        Assert.Contains(
            mounts.Split('\n'), mount => mount.Split(' ') is [_, "/sys", _, var options, ..] && options.Split(',').Contains("rw"));
    }

    private static readonly Dictionary<string, int> s_capabilities = new(StringComparer.Ordinal)
    {
        ["CAP_DAC_READ_SEARCH"] = 2,
        ["CAP_SYS_PTRACE"] = 19,
    };

    // Every file of the system but those that Debian's own tools keep of what they have done, the users, the units and what runs.
    private Task<string> TracesAsync() => Home.Shed.TypeAsync("""
        find / -xdev \( -path /var/lib/dpkg -o -path /var/lib/apt -o -path /var/cache -o -path /var/log -o -path /lab \) -prune -o -print | sort
        find /run -path /run/lab -prune -o -name '*longwire*' -print
        cat /etc/passwd /etc/group
        systemctl list-unit-files --no-legend 'longwire*' || true
        systemctl list-units --all --plain --no-legend 'longwire*' || true
        pidof longwire || true
        """);
}
