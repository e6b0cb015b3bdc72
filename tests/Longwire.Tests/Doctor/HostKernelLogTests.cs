using System.Text.RegularExpressions;
using Longwire.Doctor;
using Longwire.Testing.Kernel;
using Longwire.UsbIp.Linux;
using Xunit;

namespace Longwire.Tests.Doctor;

/// <summary>What is looked at in the kernel's log beside Home Assistant.</summary>
public sealed class HostKernelLogTests : IDisposable
{
    private readonly DoctorBench _bench = new();

    public HostKernelLogTests()
    {
        _ = new FakeVhci(_bench.Sysfs);
        _bench.Write("proc/uptime", "1600.00 900.00\n");
    }

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(
        "not_readable", FindingLevel.Problem,
        "The kernel could not read a radio that it got from a Pi: once, last 8 minutes ago (\"usb 3-1: device descriptor read/64, error "
            + "-110\").",
        "Press Reattach on that radio. If it comes back, look at the quality of its link, and run 'sudo "
        + "longwire doctor' on the Pi.")]
    [InlineData(
        "virtual_controller", FindingLevel.Problem,
        "The virtual USB controller got an answer that it had not asked for, and gave the radio up: once, last 8 minutes ago "
            + "(\"vhci_hcd: cannot find a urb of seqnum 342887 max seqnum 342897\").",
        "Update Longwire here and on the Pi, or what else serves the radio there. If it comes back, "
        + "report it with this line.")]
    [InlineData(
        "serial_driver", FindingLevel.Note,
        "The driver of a serial port, of a radio or of a stick in this machine, got no good answer: 5 times, last 8 minutes ago (\"cp210x "
            + "ttyUSB0: failed set request 0x12 status: -110\").",
        "Look at the quality of the radio's link; if that is good, at the stick: run 'sudo longwire "
        + "doctor' on the Pi.")]
    [InlineData(
        "unplugged", FindingLevel.Note,
        "Radios went away from this machine: 5 times, last 8 minutes ago (\"usb 3-1: USB disconnect, device number 6\").",
        "If nobody detached or unplugged them: look at their events and at the quality of their links.")]
    internal async Task Each_sign_of_the_virtual_ports_and_drivers_is_told(
        string sign, FindingLevel level, string sentence, string remedy)
    {
        _bench.Write("dev/kmsg", DoctorBench.Recorded("kmsg-vhci.txt"));
        Finding found = await _bench.FindAsync(new HostKernelLogCheck(), subject: sign);
        Assert.Equal((level, sentence, remedy), (found.Level, found.Found, found.Remedy));
    }

    [Fact]
    public async Task Each_side_of_a_machine_that_is_both_tells_of_its_own_buses()
    {
        _bench.Write("dev/kmsg", DoctorBench.Recorded("kmsg-vhci.txt"));
        Finding own = Assert.Single(await _bench.RunAsync(new PiKernelLogCheck()));
        Assert.Equal(("not_readable", FindingLevel.Problem), (own.Subject, own.Level));
        Assert.Contains("(\"usb 1-1: device descriptor", own.Found, StringComparison.Ordinal);
        // Without the module there are no virtual buses.
        Directory.Delete(Path.Combine(_bench.Sysfs.Root.Sys, "devices/platform/vhci_hcd.0"), recursive: true);
        Assert.DoesNotContain(await _bench.RunAsync(new HostKernelLogCheck()), finding => finding.Subject == "not_readable");
    }

    [Fact]
    public async Task A_log_that_tells_of_the_machines_own_usb_alone_is_fine()
    {
        _bench.Write("dev/kmsg", DoctorBench.Recorded("kmsg-usb.txt"));
        Finding found = Assert.Single(await _bench.RunAsync(new HostKernelLogCheck()));
        Assert.Equal((FindingLevel.Ok, "It tells of none."), (found.Level, found.Found));
    }

    [Theory]
    [InlineData("kmsg-vhci.txt", true)]
    [InlineData("kmsg-vhci.txt", false)]
    [InlineData("kmsg-usb.txt", false)]
    [InlineData("kmsg-undervoltage.txt", false)]
    public async Task Whoever_searches_the_log_for_the_words_finds_each_line_that_is_looked_for(string log, bool onHost)
    {
        KernelLogCheck check = onHost ? new HostKernelLogCheck() : new PiKernelLogCheck();
        _bench.Context = _bench.Context with { ReadKernelLog = _ => new KernelLogReading(KernelLogAccess.Denied, []) };
        _bench.BeInContainer();
        string remedy = (await _bench.FindAsync(check)).Remedy!;
        var words = new Regex(Regex.Match(remedy, "\"(?<words>.*)\"").Groups["words"].Value, RegexOptions.IgnoreCase);
        string[] lines = [.. DoctorBench.Recorded(log).Split('\n').Where(line => line.Contains(';', StringComparison.Ordinal))];
        string[] texts = [.. lines.Select(line => line[(line.IndexOf(';', StringComparison.Ordinal) + 1)..])];
        IReadOnlyList<KernelLogSign> signs = onHost ? KernelLogSign.OfHost : KernelLogSign.OfPi;
        string[] found = [.. texts.Where(text => signs.Any(sign => sign.Line.IsMatch(text)))];
        Assert.Equal(log.Contains("under", StringComparison.Ordinal), found.Length == 0);
        Assert.All(found, text => Assert.Matches(words, text));
    }

    [Fact]
    public async Task A_log_that_may_not_be_read_names_where_it_can_be()
    {
        _bench.Context = _bench.Context with { ReadKernelLog = _ => new KernelLogReading(KernelLogAccess.Denied, []) };
        await TellsAsync("This user may not read the kernel's log.", "Run 'sudo longwire doctor'.");
        _bench.BeInContainer();
        const string Unseen = "The kernel's log cannot be seen from here.";
        await TellsAsync(Unseen, "Run 'sudo dmesg | grep -i -E \"vhci_hcd|usb|tty\"' on the machine itself.");
        _bench.BeUnderSupervisor();
        await TellsAsync(Unseen, "Open Settings → System → Logs, choose Host, and search for vhci_hcd, usb and tty.");

        async Task TellsAsync(string sentence, string remedy)
        {
            Finding found = await _bench.FindAsync(new HostKernelLogCheck());
            Assert.Equal((FindingLevel.Unknown, sentence, remedy), (found.Level, found.Found, found.Remedy));
        }
    }
}
