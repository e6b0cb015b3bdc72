using Longwire.Doctor;
using Longwire.Testing.Kernel;
using Longwire.Tests.Attach;
using Xunit;

namespace Longwire.Tests.Doctor;

/// <summary>What is looked at beside Home Assistant, but for the ways to Pis and the broker.</summary>
public sealed class HostTests : IDisposable
{
    private const string ReadOnlySys = "23 27 0:22 / /sys ro,nosuid shared:7 - sysfs sysfs ro\n";

    private readonly DoctorBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task An_attach_that_runs_is_found_and_the_doctor_is_none()
    {
        Run(12, "longwire\0doctor\0attach\0");
        Assert.Equal(FindingLevel.Problem, (await _bench.FindAsync(new AttachRunsCheck())).Level);
        Run(13, "/usr/bin/longwire\0attach\0--data\0/data\0");
        Assert.Equal("It runs: longwire (pid 13).", (await _bench.FindAsync(new AttachRunsCheck())).Found);
    }

    [Fact]
    public async Task Attach_that_makes_the_checks_itself_runs_by_whatever_name()
    {
        _bench.Context = _bench.Context with { IsAttach = true };
        Finding found = await _bench.FindAsync(new AttachRunsCheck());
        Assert.Equal((FindingLevel.Ok, "It runs, and has made these checks."), (found.Level, found.Found));
    }

    [Fact]
    public async Task An_attach_that_does_not_run_is_a_problem_and_unknown_where_processes_are_not_seen()
    {
        Finding found = await _bench.FindAsync(new AttachRunsCheck());
        Assert.Equal("It does not run, so no radio is attached.", found.Found);
        Assert.Equal(
            "Start it: 'sudo systemctl start longwire-attach', or 'docker compose up -d'. 'journalctl -u "
                + "longwire-attach' says why it ended.", found.Remedy);
        _bench.BeInContainer();
        found = await _bench.FindAsync(new AttachRunsCheck());
        Assert.Equal((FindingLevel.Unknown, "Whether it runs cannot be seen from here."), (found.Level, found.Found));
        Assert.Equal("Run 'systemctl status longwire-attach' on the machine itself, or 'docker compose ps'.", found.Remedy);
    }

    [Fact]
    public async Task Free_ports_are_counted_in_the_half_that_radios_use()
    {
        var vhci = new FakeVhci(_bench.Sysfs);
        vhci.Set(0, 6, local: "3-1");
        Assert.Equal("7 of 8 are free for radios.", (await _bench.FindAsync(new VhciPortsCheck())).Found);
        Assert.Equal("There is none.", (await _bench.FindAsync(new VhciPortsCheck(), "vhci_stuck")).Found);
    }

    [Fact]
    public async Task A_machine_without_a_free_port_is_told_how_to_get_one()
    {
        var vhci = new FakeVhci(_bench.Sysfs);
        for (int port = 0; port < 8; port++) vhci.Set(port, 6, local: $"3-{port + 1}");
        Finding found = await _bench.FindAsync(new VhciPortsCheck());
        Assert.Equal((FindingLevel.Note, "0 of 8 are free for radios."), (found.Level, found.Found));
        Assert.Equal(
            "For one more, detach a radio that you do not need, or stop the other program that uses USB/IP "
                + "here; 'cat /sys/devices/platform/vhci_hcd.0/status' shows what is on them.", found.Remedy);
    }

    [Fact]
    public async Task Without_the_module_there_are_no_ports_to_count() => Assert.Empty(await _bench.RunAsync(new VhciPortsCheck()));

    [Fact]
    public async Task A_port_that_gets_no_device_and_one_in_error_are_named()
    {
        var vhci = new FakeVhci(_bench.Sysfs);
        vhci.Set(2, 5);
        vhci.Set(3, 7);
        Finding stuck = await _bench.FindAsync(new VhciPortsCheck(), "vhci_stuck", "port 2");
        Assert.Equal(FindingLevel.Problem, stuck.Level);
        Assert.Equal(
            "Port 2 has a connection and got no device from it: whoever is at its other end says nothing, "
                + "and holds up the other ports.", stuck.Found);
        Assert.Equal(
            "Free it: press Reattach on that radio, or run 'echo 2 | sudo tee "
                + "/sys/devices/platform/vhci_hcd.0/detach'. Then restart what serves it on the Pi.", stuck.Remedy);
        Finding broken = await _bench.FindAsync(new VhciPortsCheck(), "vhci_stuck", "port 3");
        Assert.Equal(FindingLevel.Problem, broken.Level);
        Assert.Equal("Port 3 is in error: its connection broke, and the kernel has not cleaned up.", broken.Found);
        Assert.Equal(
            "Free it with 'echo 3 | sudo tee /sys/devices/platform/vhci_hcd.0/detach'; if that does not "
                + "help, restart this machine.", broken.Remedy);
    }

    [Fact]
    public async Task What_may_be_written_is_opened_and_not_written()
    {
        string attach = _bench.Write("sys/devices/platform/vhci_hcd.0/attach", "as it was");
        Assert.Equal("It may be written.", (await _bench.FindAsync(new HostSysfsCheck())).Found);
        Assert.Equal("as it was", await File.ReadAllTextAsync(attach, TestContext.Current.CancellationToken));
        string table = _bench.Write("sys/bus/usb/drivers/usbip-host/match_busid", "1-1");
        Assert.Equal("It may be written.", (await _bench.FindAsync(new PiSysfsCheck())).Found);
        Assert.Equal("1-1", await File.ReadAllTextAsync(table, TestContext.Current.CancellationToken));
        File.Delete(attach);
        Assert.Empty(await _bench.RunAsync(new HostSysfsCheck()));
    }

    [Fact]
    public async Task A_read_only_sys_is_a_problem_with_the_remedy_of_its_place()
    {
        _bench.Write("sys/devices/platform/vhci_hcd.0/attach", "");
        _bench.Write("proc/self/mountinfo", ReadOnlySys);
        Finding found = await _bench.FindAsync(new HostSysfsCheck());
        Assert.Equal(
            (FindingLevel.Problem, "/sys is read-only, so no radio can be attached or exported."), (found.Level, found.Found));
        Assert.Equal(
            "In a systemd unit leave out ProtectKernelTunables. In a container of LXC make /sys writable on "
                + "its host.", found.Remedy);
        _bench.BeInContainer();
        found = await _bench.FindAsync(new HostSysfsCheck());
        Assert.Equal(
            (FindingLevel.Problem, "/sys is read-only in this container, so no radio can be attached or exported."),
            (found.Level, found.Found));
        Assert.Equal(
            "Give the container a writable /sys (docker run: -v /sys:/sys; compose: volumes: "
                + "[\"/sys:/sys\"]), or SYS_ADMIN to make it so.", found.Remedy);
        _bench.BeUnderSupervisor();
        Assert.Equal(
            "Start the app again. If that does not help, uninstall and install it: its rights come from its "
                + "repository.", (await _bench.FindAsync(new HostSysfsCheck())).Remedy);
    }

    [Fact]
    public async Task What_root_may_not_write_is_forbidden_by_a_profile()
    {
        // A program that runs cannot be opened for writing, not even by root.
        string attach = _bench.Write("sys/devices/platform/vhci_hcd.0/attach", "");
        File.Delete(attach);
        File.CreateSymbolicLink(attach, "/proc/self/exe");
        Finding found = await _bench.FindAsync(new HostSysfsCheck());
        Assert.Equal(FindingLevel.Problem, found.Level);
        Assert.StartsWith(
            "It may not be written, though this is root: a security profile is in the way (", found.Found,
            StringComparison.Ordinal);
        Assert.Equal(
            "In a container name Longwire's own profile (apparmor.txt, security_opt: "
                + "[\"apparmor=longwire\"]); else see 'sudo dmesg' for DENIED.", found.Remedy);
    }

    [Fact]
    public async Task What_another_user_may_not_write_is_unknown()
    {
        // Of the kernel's own files nobody may write to this one, and the answer is that of any missing permission.
        string attach = _bench.Write("sys/devices/platform/vhci_hcd.0/attach", "");
        File.Delete(attach);
        File.CreateSymbolicLink(attach, "/sys/kernel/uevent_seqnum");
        _bench.BeRoot(false);
        Finding found = await _bench.FindAsync(new HostSysfsCheck());
        Assert.SkipWhen(found.Found.Contains("Read-only", StringComparison.Ordinal), "/sys is read-only here");
        Assert.Equal((FindingLevel.Unknown, "This user may not write there; Longwire itself may well."), (found.Level, found.Found));
        Assert.Equal("Run 'sudo longwire doctor' to see it.", found.Remedy);
    }

    [Fact]
    public async Task Programs_at_a_radios_serial_port_are_named_and_two_are_a_problem()
    {
        new FakeVhci(_bench.Sysfs).Plug(0);
        Finding found = await _bench.FindAsync(new HostSerialPortsCheck(), subject: "ttyACM0");
        Assert.Equal((FindingLevel.Note, "No program has /dev/ttyACM0 open."), (found.Level, found.Found));
        Assert.Equal("Name its path below /dev/serial/by-id in your program, and restart that.", found.Remedy);
        // The played tty has the number of /dev/null.
        _bench.Sysfs.AddProcess(20, "node", "/dev/null");
        Assert.Equal("node (pid 20) has /dev/ttyACM0 open.", (await _bench.FindAsync(new HostSerialPortsCheck())).Found);
        _bench.Sysfs.AddProcess(21, "ModemManager", "/dev/null");
        found = await _bench.FindAsync(new HostSerialPortsCheck());
        Assert.Equal(FindingLevel.Problem, found.Level);
        Assert.Contains("node (pid 20)", found.Found, StringComparison.Ordinal);
        Assert.Contains("ModemManager (pid 21)", found.Found, StringComparison.Ordinal);
        Assert.EndsWith(" have /dev/ttyACM0 open at the same time, and take each other's answers.", found.Found, StringComparison.Ordinal);
        Assert.Equal("Stop all but one of them, ModemManager first: 'sudo systemctl disable --now ModemManager'.", found.Remedy);
    }

    [Fact]
    public async Task In_a_container_it_is_not_known_who_has_a_serial_port()
    {
        new FakeVhci(_bench.Sysfs).Plug(0);
        _bench.BeInContainer();
        await FindsAsync("Which program has /dev/ttyACM0 open cannot be seen from here.");
        _bench.Sysfs.AddProcess(20, "node", "/dev/null");
        await FindsAsync(
            "node (pid 20) has /dev/ttyACM0 open. Whether another program has it as well cannot be seen from here.");

        async Task FindsAsync(string sentence)
        {
            Finding found = await _bench.FindAsync(new HostSerialPortsCheck());
            Assert.Equal((FindingLevel.Unknown, sentence), (found.Level, found.Found));
            Assert.Equal("Run 'sudo fuser -v /dev/ttyACM0' on the machine itself.", found.Remedy);
        }
    }

    [Fact]
    public async Task Another_set_up_that_attaches_is_named_with_what_ends_it()
    {
        Assert.Equal("There is none.", (await _bench.FindAsync(new HostLeftoversCheck())).Found);
        _bench.Write("etc/systemd/system/usbip-radio.service", "[Service]\nExecStart=/usr/bin/usbip attach -r 192.168.0.10 -b 1-1\n");
        Finding found = await _bench.FindAsync(new HostLeftoversCheck());
        Assert.Equal(FindingLevel.Problem, found.Level);
        Assert.StartsWith("/etc/systemd/system/usbip-radio.service runs the stock USB/IP tools", found.Found, StringComparison.Ordinal);
        Assert.StartsWith("Run: sudo systemctl disable --now usbip-radio.service && sudo rm", found.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_virtual_port_that_the_stock_tool_uses_for_a_pi_of_ours_is_named_with_what_frees_it()
    {
        _bench.HasPis(DoctorBench.Pi(3240, "192.168.0.10"));
        new FakeVhci(_bench.Sysfs).Plug(2, devId: 65539);
        _bench.Write("run/vhci_hcd/port2", "192.168.0.10 3240 1-1\n");
        Finding found = await _bench.FindAsync(new HostLeftoversCheck());
        Assert.Equal(
            (FindingLevel.Problem, "The stock tool attached 1-1 of attic (192.168.0.10) on vhci port 2, so Longwire cannot have it."),
            (found.Level, found.Found));
        Assert.Equal("Run: sudo usbip detach -p 2.", found.Remedy);
    }

    [Fact]
    public async Task A_virtual_port_with_a_radio_of_another_app_is_named_with_what_frees_it()
    {
        new FakeVhci(_bench.Sysfs).Plug(2);
        Finding found = await _bench.FindAsync(new HostLeftoversCheck());
        Assert.Equal(FindingLevel.Problem, found.Level);
        Assert.Equal(
            "Another USB/IP app, or usbip attach, has put Z-Wave stick (Aeotec Z-Stick Gen5, Z-Wave.Me UZB) "
                + "(0658:0200) on vhci port 2. If it is one of your radios, Longwire cannot have it: stop that app "
                + "and switch off its 'Start on boot' (Settings → Apps), or free the port where there is a shell.", found.Found);
        Assert.Equal("Run: sudo usbip detach -p 2.", found.Remedy);
    }

    [Fact]
    public async Task Commands_that_are_too_long_are_not_cut_in_the_middle()
    {
        string name = new('a', 120);
        _bench.Write($"etc/systemd/system/{name}.service", "[Service]\nExecStart=/usr/bin/usbip attach -r 192.168.0.10 -b 1-1\n");
        Finding found = await _bench.FindAsync(new HostLeftoversCheck());
        Assert.Equal("Run 'sudo longwire list PI', which prints the commands that end it.", found.Remedy);
    }

    [Fact]
    public async Task Lines_that_load_modules_do_no_harm_and_a_container_does_not_see_them()
    {
        _bench.Write("etc/modules-load.d/usbip.conf", "vhci-hcd\n");
        Finding found = await _bench.FindAsync(new HostLeftoversCheck());
        Assert.Equal(FindingLevel.Note, found.Level);
        Assert.Contains("That does no harm", found.Found, StringComparison.Ordinal);
        File.Delete(Path.Combine(_bench.Sysfs.Folder, "etc/modules-load.d/usbip.conf"));
        _bench.BeInContainer();
        found = await _bench.FindAsync(new HostLeftoversCheck());
        Assert.Equal(FindingLevel.Unknown, found.Level);
        Assert.Equal("From this container the machine's units and rules cannot be seen.", found.Found);
        Assert.Equal(
            "Where the machine has a shell, run 'systemctl list-units 'usbip*' 'vhci*'' there; Home "
                + "Assistant OS has none of them, only other apps: see Settings → Apps.", found.Remedy);
    }

    [Fact]
    public async Task Radios_of_one_kind_and_one_serial_are_told_apart_by_their_place_alone()
    {
        _bench.Remembers(AttachBench.Known("a", "A1"), AttachBench.Known("b", "B1", "1.3"));
        Assert.Equal("Nothing but its own stick has each of them.", (await _bench.FindAsync(new HostTwinsCheck())).Found);
        _bench.Remembers(AttachBench.Known("a"), AttachBench.Known("b", null, "1.3"));
        Finding found = await _bench.FindAsync(new HostTwinsCheck(), subject: "0658:0200");
        Assert.Equal(FindingLevel.Note, found.Level);
        Assert.Equal(
            "a and b (0658:0200) have a serial number that others have, too, or none: only the port tells "
                + "which is which, and one name below /dev/serial/by-id may mean several.", found.Found);
        Assert.Equal(
            "Do not swap such sticks between ports, and give your programs the path that Longwire shows for "
                + "each.", found.Remedy);
        // Of that many sticks are known to have it.
        _bench.Remembers(
            AttachBench.Known("a", "533D004242") with { UsbId = "1a86:55d4" },
            AttachBench.Known("b", "X1", "1.3") with { UsbId = "1a86:55d4" });
        Assert.StartsWith("a (1a86:55d4) has a serial", (await _bench.FindAsync(new HostTwinsCheck())).Found, StringComparison.Ordinal);
    }

    private void Run(int id, string commandLine)
    {
        _bench.Sysfs.AddProcess(id, "longwire");
        _bench.Write($"proc/{id}/cmdline", commandLine);
    }
}
