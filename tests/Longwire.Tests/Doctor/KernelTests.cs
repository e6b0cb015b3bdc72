using Longwire.Doctor;
using Longwire.Tests.Attach;
using Xunit;

namespace Longwire.Tests.Doctor;

/// <summary>Known trouble of the kernel that runs.</summary>
public sealed class KernelTests : IDisposable
{
    private readonly DoctorBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("5.7.4-1.pvops", "usbip_host_does_not_bind", "the driver usbip-host of this kernel does not take sticks, so none can be "
        + "given to a host")]
    [InlineData("5.8.5-arch1-1", "usbip_host_does_not_bind", "the driver usbip-host of this kernel does not take sticks, so none can be "
        + "given to a host")]
    [InlineData("6.6.39-v8+", "xhci_hangs", "with a disk at a USB 3 port the USB controller can hang with this kernel, and with it all "
        + "sticks")]
    public async Task A_kernel_with_known_trouble_on_a_pi_is_a_problem(string release, string trouble, string sentence)
    {
        Runs(release);
        Finding found = await _bench.FindAsync(new KernelCheck(), subject: trouble);
        Assert.Equal((FindingLevel.Problem, $"This is {release}: {sentence}."), (found.Level, found.Found));
        Assert.Equal(
            "Update the system ('sudo apt full-upgrade'; in Home Assistant Settings → System → Updates), "
                + "then restart this machine.", found.Remedy);
        _bench.Context = _bench.Context with { Export = null };
        Assert.Equal(FindingLevel.Ok, (await _bench.FindAsync(new KernelCheck())).Level);
    }

    [Theory]
    [InlineData("5.6.19")]
    [InlineData("5.8.6")]
    [InlineData("6.6.38-v8+")]
    [InlineData("6.6.40+rpt-rpi-2712")]
    [InlineData("6.1.0-57-amd64")]
    public async Task Of_other_kernels_none_is_known(string release)
    {
        Runs(release);
        Finding found = await _bench.FindAsync(new KernelCheck());
        Assert.Equal((FindingLevel.Ok, $"Of {release} none is known."), (found.Level, found.Found));
    }

    [Theory]
    [InlineData("5.4.140", true)]
    [InlineData("5.4.144", false)]
    [InlineData("5.10.57", false)]
    [InlineData("5.10.61-v7l+", true)]
    [InlineData("5.13.13", true)]
    [InlineData("5.13.14", false)]
    public async Task A_bad_driver_is_told_where_there_is_a_radio_for_it(string release, bool bad)
    {
        Runs(release);
        Assert.Equal(FindingLevel.Ok, (await _bench.FindAsync(new KernelCheck())).Level);
        _bench.Remembers(AttachBench.Known("a") with { UsbId = "1a86:7523" });
        Finding found = await _bench.FindAsync(new KernelCheck());
        Assert.Equal(
            bad
                ? (FindingLevel.Problem, "ch341_delays", $"This is {release}: the driver ch341 of this kernel holds back what radios with "
                    + "that chip say.")
                : (FindingLevel.Ok, null, $"Of {release} none is known."),
            (found.Level, found.Subject, found.Found));
        // The Pi gives the stick away as it is, without that driver.
        _bench.Context = _bench.Context with { Attach = null };
        Assert.Equal(FindingLevel.Ok, (await _bench.FindAsync(new KernelCheck())).Level);
    }

    [Theory]
    [InlineData("5.8.0-63-generic", "proc/version_signature", "Ubuntu 5.8.0-63.71-generic 5.8.5", FindingLevel.Problem)]
    [InlineData("5.8.0-63-generic", "proc/version_signature", "Ubuntu 5.8.0-63.71-generic 5.8.18", FindingLevel.Ok)]
    [InlineData("5.8.0-3-amd64", "proc/version", "Linux version 5.8.0-3-amd64 (gcc) #1 SMP Debian 5.8.14-1 (2020-10-10)", FindingLevel.Ok)]
    [InlineData("5.7.0-3-amd64", "proc/version", "Linux version 5.7.0-3-amd64 (gcc) #1 SMP Debian 5.7.17-1 (2020-08-23)",
        FindingLevel.Problem)]
    internal async Task A_distribution_that_counts_by_itself_says_elsewhere_which_kernel_it_is(
        string release, string file, string text, FindingLevel level)
    {
        Runs(release);
        Finding found = await _bench.FindAsync(new KernelCheck());
        Assert.Equal(
            (FindingLevel.Unknown, $"Some kernels {release[..3]} have trouble, and {release} does not say which of them it is."),
            (found.Level, found.Found));
        Assert.Equal("Run 'cat /proc/version' on the machine itself, and update the system if its kernel is old.", found.Remedy);
        _bench.Write(file, text + "\n");
        Assert.Equal(level, (await _bench.FindAsync(new KernelCheck())).Level);
    }

    [Theory]
    [InlineData("")]
    [InlineData("six")]
    [InlineData("99999999999.1.1")]
    public async Task A_kernel_that_does_not_say_its_release_is_unknown(string release)
    {
        Runs(release);
        Finding found = await _bench.FindAsync(new KernelCheck());
        Assert.Equal(
            (FindingLevel.Unknown, "The kernel does not say its release here.", "Run 'uname -r' on the machine itself."),
            (found.Level, found.Found, found.Remedy));
    }

    [Fact]
    public void Every_range_of_the_table_has_a_beginning_before_its_end() =>
        Assert.All(KernelTrouble.All, trouble => Assert.All(trouble.Affected, range => Assert.True(range.First < range.Fixed)));

    private void Runs(string release) => _bench.Write("proc/sys/kernel/osrelease", release + "\n");
}
