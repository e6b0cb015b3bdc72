using System.Diagnostics;
using Longwire.Attach;
using Longwire.Attach.Ports;
using Longwire.Platform;
using Longwire.Testing;
using Longwire.Testing.Kernel;
using Longwire.Tests.HomeAssistant.Brokers;
using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.Usb;
using Xunit;

namespace Longwire.Tests.Attach.Ports;

/// <summary>A device that the kernel has enumerated, and whose ttys do not come.</summary>
public sealed class DriverGateTests : IDisposable
{
    private readonly FakeSysfs _sysfs = new();
    private readonly SteppedClock _clock = new();
    private readonly AttachKernel _kernel;

    public DriverGateTests() => _kernel = new AttachKernel(_sysfs.Root, new FakeVhci(_sysfs).Host);

    [Fact]
    public async Task An_acm_stick_that_no_driver_took_names_the_interface_and_the_module() =>
        Assert.Equal(
            "no driver took the radio's serial interface 3-1:1.0 (class 02): load the kernel module cdc_acm (modprobe cdc_acm) on this "
                + "machine, or install a kernel that has it",
            await ReasonAsync("0658:0200", ("02", "02", null), ("0a", "00", null)));

    [Theory]
    [InlineData("10c4:ea60", "load the kernel module cp210x (modprobe cp210x)")]
    [InlineData("0403:6015", "load the kernel module ftdi_sio (modprobe ftdi_sio)")]
    [InlineData("1a86:7523", "load the kernel module ch341 (modprobe ch341)")]
    [InlineData("067b:2303", "load the kernel module pl2303 (modprobe pl2303)")]
    [InlineData("0451:3410", "load the kernel module ti_usb_3410_5052 (modprobe ti_usb_3410_5052)")]
    [InlineData(
        "1234:5678",
        "load the kernel module of its serial chip, one of cdc_acm, cp210x, ftdi_sio, ch341, pl2303, ti_usb_3410_5052 (modprobe)")]
    public async Task A_bridge_that_no_driver_took_names_its_makers_module(string id, string remedy)
    {
        string reason = await ReasonAsync(id, ("ff", "00", null));
        Assert.StartsWith("no driver took the radio's serial interface 3-1:1.0 (class ff): " + remedy, reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stick_whose_driver_made_too_few_ttys_names_the_driver() =>
        Assert.Equal(
            "0 of its 1 serial ports came up with the driver cdc_acm: see the kernel's log (dmesg)",
            await ReasonAsync("0658:0200", ("02", "02", "cdc_acm"), ("0a", "00", "cdc_acm")));

    [Fact]
    public async Task A_stick_without_a_configuration_says_so() =>
        Assert.StartsWith("the kernel gave the stick no configuration", await ReasonAsync("0658:0200"), StringComparison.Ordinal);

    [Theory]
    [InlineData("serial")]
    [InlineData("product")]
    [InlineData("manufacturer")]
    public async Task A_text_that_the_kernel_could_not_read_keeps_no_stick_out(string text)
    {
        string folder = _sysfs.Plug("3-1", controller: FakeVhci.Controller());
        SysfsUsbDevice local = UsbDevices.TryRead(_sysfs.Root, BusId.Parse("3-1"))!;
        DeviceIdentity asked = local.ReadIdentity()!;
        File.Delete(Path.Combine(folder, text));
        Assert.Null(await Gate(asked).OpenAsync(local, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("ZW0001", true)]
    [InlineData("ZW0002", false)]
    public async Task A_serial_that_only_the_kernel_could_read_must_be_the_one_that_is_expected(string expected, bool opens)
    {
        _sysfs.Plug("3-1", controller: FakeVhci.Controller());
        SysfsUsbDevice local = UsbDevices.TryRead(_sysfs.Root, BusId.Parse("3-1"))!;
        DeviceIdentity asked = local.ReadIdentity()! with { Serial = expected, Product = null, Unread = DeviceTexts.Product };
        DriverGate gate = Gate(asked);
        AttachOutcome.Refused? refused = await gate.OpenAsync(local, TestContext.Current.CancellationToken);
        Assert.Equal(opens, refused is null);
        if (opens) Assert.Equal(("UZB", DeviceTexts.None), (gate.Identity.Product, gate.Identity.Unread));
        else Assert.Contains("'ZW0002' and then 'ZW0001'", refused!.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_interface_that_is_no_serial_one_is_kept_from_drivers_or_the_stick_is_refused(bool kernelCan)
    {
        string folder = _sysfs.Plug("3-1", "0451:bef3", controller: FakeVhci.Controller());
        _sysfs.AddInterface(folder, "3-1:1.5", "03", "00", "00", driver: null);
        string authorized = Path.Combine(folder, "3-1:1.5", "authorized");
        if (kernelCan) FakeSysfs.WriteFile(authorized, "1");
        SysfsUsbDevice local = UsbDevices.TryRead(_sysfs.Root, BusId.Parse("3-1"))!;
        AttachOutcome.Refused? refused = await Gate(local.ReadIdentity()!).OpenAsync(local, TestContext.Current.CancellationToken);
        Assert.Equal(kernelCan, refused is null);
        if (kernelCan) Assert.Equal("0", await File.ReadAllTextAsync(authorized, TestContext.Current.CancellationToken));
        else Assert.Contains("could not be kept from drivers", refused!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_that_somebody_has_let_its_drivers_have_loses_them_before_it_is_looked_at()
    {
        string folder = _sysfs.Plug("3-1", controller: FakeVhci.Controller());
        SysfsUsbDevice local = UsbDevices.TryRead(_sysfs.Root, BusId.Parse("3-1"))!;
        Assert.True(local.Authorized);
        DeviceIdentity identity = local.ReadIdentity()!;
        // Looking at it waits: opening a pipe does, until somebody opens its other end.
        string pipe = Path.Combine(folder, "descriptors");
        File.Delete(pipe);
        using (Process making = Process.Start("mkfifo", [pipe])) await making.WaitForExitAsync(TestContext.Current.CancellationToken);
        var gate = new DriverGate(_kernel, new AsyncAutoResetEvent(_clock), identity, serialPorts: 1);
        Task<AttachOutcome.Refused?> opening = gate.OpenAsync(local, TestContext.Current.CancellationToken);
        string authorized = Path.Combine(folder, "authorized");
        await Eventually.IsTrueAsync(
            () => File.ReadAllText(authorized).StartsWith('0'), () => "the drivers have left");
        Assert.False(opening.IsCompleted);
        await using (new FileStream(pipe, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            // Nothing can be read of a pipe, so nothing is let in.
            await Assert.ThrowsAnyAsync<Exception>(
                () => opening.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        }
        Assert.StartsWith("0", await File.ReadAllTextAsync(authorized, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    public void Dispose() => _sysfs.Dispose();

    private DriverGate Gate(DeviceIdentity asked) => new(_kernel, new AsyncAutoResetEvent(_clock), asked, serialPorts: 1);

    private async Task<string> ReasonAsync(string id, params (string Class, string SubClass, string? Driver)[] interfaces)
    {
        string folder = _sysfs.Plug("3-1", id, controller: FakeVhci.Controller());
        foreach (string made in Directory.GetDirectories(folder, "3-1:*")) Directory.Delete(made, recursive: true);
        for (int i = 0; i < interfaces.Length; i++)
        {
            _sysfs.AddInterface(folder, $"3-1:1.{i}", interfaces[i].Class, interfaces[i].SubClass, "00", interfaces[i].Driver);
        }
        SysfsUsbDevice local = UsbDevices.TryRead(_sysfs.Root, BusId.Parse("3-1"))!;
        DriverGate gate = Gate(local.ReadIdentity()!);
        using var deadline = new CancellationTokenSource();
        Task opening = gate.OpenAsync(local, deadline.Token);
        // It waits for the kernel now.
        await _clock.StartedAsync(AttachTimers.Attach);
        await deadline.CancelAsync();
        return (await Assert.ThrowsAsync<TimeoutException>(() => opening
            .WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken))).Message;
    }
}
