using System.Net;
using System.Net.Sockets;
using Longwire.Doctor;
using Longwire.Options;
using Longwire.Testing;
using Longwire.Testing.Kernel;
using Longwire.UsbIp.Linux;
using Xunit;

namespace Longwire.Tests.Doctor;

/// <summary>What is looked at on the Pi.</summary>
public sealed class PiTests : IDisposable
{
    private const string Throttled = "sys/devices/platform/soc/soc:firmware/get_throttled";

    private readonly DoctorBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(0, FindingLevel.Problem, "Its power is too low right now.")]
    [InlineData(1, FindingLevel.Problem, "Its power was too low since it was started.")]
    [InlineData(2, FindingLevel.Ok, "It was not.")]
    internal async Task What_the_firmware_says_of_its_power_is_told(int line, FindingLevel level, string sentence)
    {
        _bench.Write(Throttled, DoctorBench.Recorded("get_throttled.txt").Split('\n')[line] + "\n");
        Finding found = await _bench.FindAsync(new PowerCheck());
        Assert.Equal((level, sentence), (found.Level, found.Found));
    }

    [Theory]
    [InlineData("1\n", FindingLevel.Problem, "Its power was too low a moment ago.")]
    [InlineData("0\n", FindingLevel.Ok, "It was not.")]
    internal async Task What_the_sensor_says_of_its_power_is_told(string alarm, FindingLevel level, string sentence)
    {
        _bench.Write("sys/class/hwmon/hwmon0/name", "cpu_thermal\n");
        _bench.Write("sys/class/hwmon/hwmon1/name", "rpi_volt\n");
        _bench.Write("sys/class/hwmon/hwmon1/in0_lcrit_alarm", alarm);
        _bench.Write("dev/kmsg", "");
        Finding found = await _bench.FindAsync(new PowerCheck());
        Assert.Equal((level, sentence), (found.Level, found.Found));
    }

    [Fact]
    public async Task A_sensor_that_tells_of_now_alone_is_no_answer_where_the_log_cannot_be_read()
    {
        _bench.Write("sys/class/hwmon/hwmon1/name", "rpi_volt\n");
        _bench.Write("sys/class/hwmon/hwmon1/in0_lcrit_alarm", "0\n");
        Assert.Equal(FindingLevel.Unknown, (await _bench.FindAsync(new PowerCheck())).Level);
    }

    [Fact]
    public async Task What_the_kernels_log_says_of_its_power_is_told_in_either_spelling()
    {
        _bench.Write("dev/kmsg", DoctorBench.Recorded("kmsg-undervoltage.txt"));
        Finding found = await _bench.FindAsync(new PowerCheck());
        Assert.Equal(
            (FindingLevel.Problem, "Its power was too low since it was started; the kernel's log tells of it 2 times."),
            (found.Level, found.Found));
        Assert.Equal(
            "Use the Pi's own power supply (5.1 V, 3 A; 5 A for a Pi 5) with its own cable, and a powered "
                + "USB hub for sticks and disks. Then restart the Pi, which forgets what was.", found.Remedy);
    }

    [Fact]
    public async Task A_machine_that_does_not_say_so_names_the_command()
    {
        Finding found = await _bench.FindAsync(new PowerCheck());
        Assert.Equal((FindingLevel.Unknown, "This machine does not say so here."), (found.Level, found.Found));
        Assert.Equal("On a Raspberry Pi run 'vcgencmd get_throttled' on the machine itself: 0x0 is good.", found.Remedy);
    }

    [Theory]
    [InlineData(
        "not_readable", "The kernel could not read what a plugged-in device is: 4 times, last 7 minutes ago",
        "Try another port, then another cable or a powered hub, then another power supply. On a Pi 4 use "
        + "a USB 2 hub for a first Z-Stick Gen5.")]
    [InlineData(
        "interference", "A hub has switched a port off because of interference: once",
        "Use a shielded extension cable of a metre or so, away from disks and USB 3, and a powered hub.")]
    [InlineData(
        "over_current", "A USB port was switched off because too much current was drawn: once",
        "Unplug what needs much power, or plug it into a powered hub; then restart the Pi.")]
    [InlineData(
        "controller", "The USB controller has stumbled: once",
        "Restart the Pi, and update its kernel and its firmware ('sudo apt full-upgrade', 'sudo "
        + "rpi-eeprom-update -a'). If it comes back, plug the stick into a USB 2 hub.")]
    public async Task Each_sign_in_the_kernels_log_is_a_problem_with_its_own_remedy(string sign, string sentence, string remedy)
    {
        _bench.Write("dev/kmsg", DoctorBench.Recorded("kmsg-usb.txt"));
        _bench.Write("proc/uptime", "1600.00 900.00\n");
        Finding found = await _bench.FindAsync(new PiKernelLogCheck(), subject: sign);
        Assert.Equal((FindingLevel.Problem, remedy), (found.Level, found.Remedy));
        Assert.StartsWith(sentence, found.Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Devices_that_go_away_again_and_again_are_told()
    {
        _bench.Write("dev/kmsg", DoctorBench.Recorded("kmsg-usb.txt"));
        Finding found = await _bench.FindAsync(new PiKernelLogCheck(), subject: "unplugged");
        Assert.Equal(
            (FindingLevel.Note, "Devices went away: 5 times (\"usb 1-1.5: USB disconnect, device number 5\")."),
            (found.Level, found.Found));
        Assert.Equal("If nobody unplugged them: try another port, another cable and a powered hub.", found.Remedy);
    }

    [Fact]
    public async Task What_is_older_than_a_day_is_only_noted()
    {
        _bench.Write("dev/kmsg", DoctorBench.Recorded("kmsg-usb.txt"));
        _bench.Write("proc/uptime", "400000.00 900.00\n");
        Finding found = await _bench.FindAsync(new PiKernelLogCheck(), subject: "controller");
        Assert.Equal(FindingLevel.Note, found.Level);
        Assert.Contains("last 5 days ago", found.Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1180.00 900.00", "last just now (")]
    [InlineData("40000.00 900.00", "last 11 hours ago (")]
    public async Task How_long_ago_it_was_is_told(string uptime, string ago)
    {
        _bench.Write("dev/kmsg", DoctorBench.Recorded("kmsg-usb.txt"));
        _bench.Write("proc/uptime", uptime + "\n");
        Assert.Contains(ago, (await _bench.FindAsync(new PiKernelLogCheck(), subject: "controller")).Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_without_a_sign_is_fine()
    {
        _bench.Write("dev/kmsg", DoctorBench.Recorded("kmsg-undervoltage.txt"));
        Assert.Equal("It tells of none.", (await _bench.FindAsync(new PiKernelLogCheck())).Found);
    }

    [Fact]
    public async Task A_log_that_may_not_be_read_or_is_not_there_names_the_command()
    {
        Finding found = await _bench.FindAsync(new PiKernelLogCheck());
        Assert.Equal((FindingLevel.Unknown, "The kernel's log cannot be seen from here."), (found.Level, found.Found));
        _bench.Context = _bench.Context with { ReadKernelLog = _ => new KernelLogReading(KernelLogAccess.Denied, []) };
        Assert.Equal("This user may not read the kernel's log.", (await _bench.FindAsync(new PiKernelLogCheck())).Found);
        // Root of a container has not the right either, and sudo would not help.
        _bench.BeInContainer();
        found = await _bench.FindAsync(new PiKernelLogCheck());
        Assert.Equal((FindingLevel.Unknown, "The kernel's log cannot be seen from here."), (found.Level, found.Found));
        Assert.Equal("Run 'sudo dmesg | grep -i -E \"usb|xhci|hub|voltage\"' on the machine itself.", found.Remedy);
    }

    [Fact]
    public async Task A_stick_that_can_be_given_is_fine_and_one_that_a_program_has_is_a_problem()
    {
        _bench.Sysfs.Plug();
        Finding found = await _bench.FindAsync(new PiSticksCheck(), subject: "1-1");
        Assert.Equal(FindingLevel.Ok, found.Level);
        Assert.EndsWith("at 1-1: will be exported.", found.Found, StringComparison.Ordinal);
        _bench.Sysfs.AddProcess(30, "ModemManager", "/dev/null");
        found = await _bench.FindAsync(new PiSticksCheck());
        Assert.Equal(FindingLevel.Problem, found.Level);
        Assert.Contains(
            " at 1-1 is not given to a host: not while ModemManager (pid 30) has its serial port open", found.Found,
            StringComparison.Ordinal);
        Assert.Equal(
            "Stop that program and keep it from starting at boot, as with 'sudo systemctl disable --now "
                + "ModemManager'.", found.Remedy);
    }

    [Fact]
    public async Task Sticks_of_one_kind_that_only_their_port_tells_apart_are_named()
    {
        _bench.Sysfs.Plug("1-1", serial: "A");
        _bench.Sysfs.Plug("1-2", serial: "B", tty: "ttyACM1");
        Assert.Equal(FindingLevel.Ok, (await _bench.FindAsync(new PiTwinsCheck())).Level);
        _bench.Sysfs.Plug("1-3", serial: null, tty: "ttyACM2");
        Finding found = await _bench.FindAsync(new PiTwinsCheck(), subject: "0658:0200");
        Assert.Equal(FindingLevel.Note, found.Level);
        Assert.EndsWith(
            " at 1-3 (0658:0200) has a serial number that others have, too, or none: only the port tells "
                + "which is which, and one name below /dev/serial/by-id may mean several.", found.Found,
            StringComparison.Ordinal);
        Assert.Equal(
            "Do not swap such sticks between ports, and give your programs the path that Longwire shows for "
                + "each.", found.Remedy);
    }

    [Fact]
    public async Task In_a_container_it_is_not_known_whether_a_program_has_a_stick()
    {
        _bench.Sysfs.Plug();
        _bench.BeInContainer();
        Finding found = await _bench.FindAsync(new PiSticksCheck());
        Assert.Equal(FindingLevel.Unknown, found.Level);
        Assert.EndsWith(
            "at 1-1: will be exported. Whether another program has its serial port open cannot be seen from "
                + "here.", found.Found,
            StringComparison.Ordinal);
        Assert.Equal("Run 'sudo fuser -v /dev/ttyUSB* /dev/ttyACM*' on the machine itself.", found.Remedy);
    }

    [Fact]
    public async Task A_pi_without_a_radio_is_told_where_all_sticks_are_shown()
    {
        Finding found = await _bench.FindAsync(new PiSticksCheck());
        Assert.Equal(FindingLevel.Note, found.Level);
        Assert.Equal("No radio is plugged in here, or none that would be given to a host.", found.Found);
        Assert.Equal("Run 'sudo longwire list': it shows every stick, and the line for the options that names it.", found.Remedy);
    }

    [Theory]
    [InlineData(3, FindingLevel.Ok, "3 of 16 USB ports have a place there.", null)]
    [InlineData(
        14, FindingLevel.Note, "14 of 16 USB ports have a place there.",
        "Keep each stick at its port; when the table is full only a restart of the Pi empties it.")]
    [InlineData(
        16, FindingLevel.Problem, "16 of 16 USB ports have a place there. A stick at another port cannot be given to a host.",
        "Restart the Pi: nothing else empties it.")]
    internal async Task Places_in_the_drivers_table_are_counted(int used, FindingLevel level, string sentence, string? remedy)
    {
        _bench.Write("sys/bus/usb/drivers/usbip-host/match_busid", string.Join(' ', Enumerable.Range(1, used).Select(i => $"1-{i}")));
        Finding found = await _bench.FindAsync(new UsbipHostCheck(), "usbip_host_table");
        Assert.Equal((level, sentence, remedy), (found.Level, found.Found, found.Remedy));
    }

    [Fact]
    public async Task A_stick_in_error_is_named()
    {
        string folder = _bench.Sysfs.Plug();
        _bench.Sysfs.SetDriver(folder, "usbip-host");
        FakeSysfs.WriteFile(Path.Combine(folder, "usbip_status"), "1\n");
        Assert.Equal("None is in error.", (await _bench.FindAsync(new UsbipHostCheck(), "usbip_host_error")).Found);
        FakeSysfs.WriteFile(Path.Combine(folder, "usbip_status"), "3\n");
        Finding found = await _bench.FindAsync(new UsbipHostCheck(), "usbip_host_error", "1-1");
        Assert.Equal(FindingLevel.Problem, found.Level);
        Assert.Equal(
            "The stick 0658:0200 at 1-1 is in error: its last session ended badly, and the kernel gives it "
                + "to nobody.", found.Found);
        Assert.Equal(
            "Restart Longwire there, which binds it anew ('sudo systemctl restart longwire-export'); if that "
                + "does not help, unplug it and plug it in again.", found.Remedy);
    }

    [Fact]
    public async Task The_classic_recipe_is_named_with_what_ends_it()
    {
        Assert.Equal("There is none.", (await _bench.FindAsync(new PiLeftoversCheck())).Found);
        _bench.Write("etc/systemd/system/usbipd.service", "[Service]\nExecStart=/usr/sbin/usbipd -D\n");
        Finding found = await _bench.FindAsync(new PiLeftoversCheck());
        Assert.Equal(FindingLevel.Problem, found.Level);
        Assert.StartsWith("Run: sudo systemctl disable --now usbipd.service", found.Remedy, StringComparison.Ordinal);
        File.Delete(Path.Combine(_bench.Sysfs.Folder, "etc/systemd/system/usbipd.service"));
        _bench.BeInContainer();
        found = await _bench.FindAsync(new PiLeftoversCheck());
        Assert.Equal(FindingLevel.Unknown, found.Level);
        Assert.StartsWith(
            "Where the machine has a shell, run 'systemctl list-units 'usbip*'' there; Home Assistant OS has "
                + "none", found.Remedy,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_ports_are_fine_and_closed_ones_a_problem()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int open = ((IPEndPoint)listener.LocalEndpoint).Port, closed = FreePort.Tcp().Port;
        Listen(open, closed, "192.168.0.2");
        Finding unseen = await _bench.FindAsync(new PiListenersCheck(), subject: $"port {open}");
        Assert.Equal(
            (FindingLevel.Unknown, $"Port {open} is open. Who listens there cannot be seen from here."), (unseen.Level, unseen.Found));
        Assert.Equal($"Run 'sudo ss -ltnp sport = :{open}' on the machine itself.", unseen.Remedy);
        Own(open, "longwire");
        Assert.Equal($"Port {open} is open.", (await _bench.FindAsync(new PiListenersCheck(), subject: $"port {open}")).Found);
        Finding found = await _bench.FindAsync(new PiListenersCheck(), subject: $"port {closed}");
        Assert.Equal(
            (FindingLevel.Problem, $"Nothing listens on port {closed}: longwire export does not run, or has another port."),
            (found.Level, found.Found));
        Assert.Equal(
            "Start it: 'sudo systemctl start longwire-export', or 'docker compose up -d'. 'journalctl -u "
                + "longwire-export' says why it ended.", found.Remedy);
        // Nobody is to be served stock USB/IP.
        Listen(open, closed);
        Assert.Equal(FindingLevel.Ok, Assert.Single(await _bench.RunAsync(new PiListenersCheck())).Level);
    }

    private void Own(int port, string program, int id = 40)
    {
        _bench.Write("proc/net/tcp", $"  sl  local_address\n   0: 00000000:{port:X4} 00000000:0000 0A 0:0 00:0 0 0 0 4711 1\n");
        _bench.Sysfs.AddProcess(id, program, "socket:[4711]");
    }

    [Fact]
    public async Task A_port_that_somebody_else_has_is_named_with_its_owner()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int open = ((IPEndPoint)listener.LocalEndpoint).Port;
        Listen(open, open);
        Own(open, "usbipd");
        Finding found = await _bench.FindAsync(new PiListenersCheck());
        Assert.Equal(
            (FindingLevel.Problem, $"usbipd (pid 40) listens on port {open}, where longwire export is to listen."),
            (found.Level, found.Found));
        Assert.Equal("Run 'sudo systemctl disable --now usbipd', then restart longwire export.", found.Remedy);
        Directory.Delete(Path.Combine(_bench.Sysfs.Folder, "proc/40"), recursive: true);
        Own(open, "nginx", 41);
        found = await _bench.FindAsync(new PiListenersCheck());
        Assert.Equal(
            (FindingLevel.Problem, $"nginx (pid 41) listens on port {open}, where longwire export is to listen."),
            (found.Level, found.Found));
        Assert.Equal("Stop that program, or give longwire export another port in its options.", found.Remedy);
    }

    [Fact]
    public async Task A_port_that_takes_no_connection_is_a_problem()
    {
        using var hole = Longwire.Testing.Usbipd.BlackHole.Dig();
        Listen(hole.Port, hole.Port);
        Finding found = await _bench.FindAsync(new PiListenersCheck());
        Assert.Equal(
            (FindingLevel.Problem, $"Port {hole.Port} takes no connection: what listens there hangs, or a firewall swallows it."),
            (found.Level, found.Found));
        Assert.Equal("Restart it: 'sudo systemctl restart longwire-export', or 'docker compose restart'.", found.Remedy);
    }

    [Fact]
    public async Task A_pi_whose_radios_nobody_may_have_has_a_problem()
    {
        Finding found = await _bench.FindAsync(new HostsLetInCheck());
        Assert.Equal((FindingLevel.Problem, "None may."), (found.Level, found.Found));
        Assert.Equal(
            "Run 'sudo longwire pair' here, and paste the code that it prints into pairing_code of this Pi "
                + "in the host's options.", found.Remedy);
        Listen(1, 1, "192.168.0.2");
        found = await _bench.FindAsync(new HostsLetInCheck());
        Assert.Equal(
            (FindingLevel.Ok, "0 paired, and 1 named as addresses or networks for stock USB/IP."), (found.Level, found.Found));
    }

    [Fact]
    public async Task A_file_of_hosts_that_cannot_be_read_is_a_problem_for_root_and_unknown_to_others()
    {
        _bench.Write("data/link-hosts.json", DoctorBench.Secret);
        Finding found = await _bench.FindAsync(new HostsLetInCheck());
        Assert.Equal(FindingLevel.Problem, found.Level);
        Assert.StartsWith("Which hosts are paired cannot be read: ", found.Found, StringComparison.Ordinal);
        Assert.Equal(
            "Put that file back from a backup, or remove it, and pair every host anew: 'sudo longwire pair' "
                + "prints the code.", found.Remedy);
        _bench.BeRoot(false);
        found = await _bench.FindAsync(new HostsLetInCheck());
        Assert.Equal((FindingLevel.Unknown, "This user may not read which hosts are paired."), (found.Level, found.Found));
        Assert.Equal("Run 'sudo longwire doctor'.", found.Remedy);
    }

    private void Listen(int port, int stock, params string[] allow) => _bench.Context = _bench.Context with
    {
        Export = ExportOptions.Default with { Listen = port, Stock = new StockExportOptions { Port = stock, Allow = [.. allow] } },
    };
}
