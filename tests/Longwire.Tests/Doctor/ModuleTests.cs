using Longwire.Attach.Ports;
using Longwire.Doctor;
using Xunit;

namespace Longwire.Tests.Doctor;

public sealed class ModuleTests : IDisposable
{
    private readonly DoctorBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_module_that_is_loaded_is_fine()
    {
        _bench.Write("sys/module/vhci_hcd/version", "1");
        Assert.Equal("It is loaded.", (await _bench.FindAsync(new HostModuleCheck())).Found);
    }

    [Fact]
    public async Task A_module_that_is_built_in_is_fine()
    {
        _bench.Write("lib/modules/6.1.0-fake/modules.builtin", "kernel/drivers/usb/usbip/usbip-host.ko\n");
        Assert.Equal(FindingLevel.Ok, (await _bench.FindAsync(new PiModuleCheck(), subject: "usbip-host")).Level);
    }

    [Fact]
    public async Task A_module_that_is_only_on_disk_is_to_be_loaded()
    {
        _bench.Write("lib/modules/6.1.0-fake/modules.dep", "kernel/drivers/usb/usbip/vhci-hcd.ko.xz:\n");
        Finding found = await _bench.FindAsync(new HostModuleCheck(), subject: "vhci-hcd");
        Assert.Equal((FindingLevel.Problem, "It is not loaded, though the kernel has it."), (found.Level, found.Found));
        Assert.Equal(
            "Run 'sudo modprobe vhci-hcd', or start longwire attach, which loads it where it may. To have it "
                + "after each boot write its name to /etc/modules-load.d/longwire.conf.", found.Remedy);
    }

    [Fact]
    public async Task A_module_that_the_kernel_does_not_have_is_to_be_installed()
    {
        _bench.Write("lib/modules/6.1.0-fake/modules.dep", "kernel/drivers/usb/other.ko:\n");
        Finding found = await _bench.FindAsync(new PiModuleCheck());
        Assert.Equal((FindingLevel.Problem, "The kernel that runs does not have it."), (found.Level, found.Found));
        Assert.Equal(
            "On Ubuntu run 'sudo apt install linux-modules-extra-$(uname -r)'. A container of LXC has its "
                + "host's kernel: load it there.", found.Remedy);
    }

    [Fact]
    public async Task After_an_upgrade_the_machine_is_to_be_restarted()
    {
        _bench.Write("lib/modules/6.2.0/modules.dep", "");
        Finding found = await _bench.FindAsync(new HostModuleCheck());
        Assert.Equal(FindingLevel.Problem, found.Level);
        Assert.Equal("The system was updated: the modules on the disk are not for the kernel that runs.", found.Found);
        Assert.Equal("Restart the machine.", found.Remedy);
        Finding drivers = await _bench.FindAsync(new SerialDriversCheck());
        Assert.Equal((FindingLevel.Problem, "Restart the machine."), (drivers.Level, drivers.Remedy));
        Assert.EndsWith(
            ". The modules on the disk are not for the kernel that runs, so radios with such chips get no "
                + "serial port here.", drivers.Found,
            StringComparison.Ordinal);
        Assert.StartsWith("Not loaded: cdc_acm, cp210x, ", drivers.Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_view_of_the_modules_a_missing_one_is_to_be_loaded_on_the_machine_itself()
    {
        Finding found = await _bench.FindAsync(new HostModuleCheck());
        Assert.Equal(FindingLevel.Problem, found.Level);
        Assert.Equal("It is not loaded, and whether the kernel has it cannot be seen from here.", found.Found);
        Assert.Equal(
            "Run 'sudo modprobe vhci-hcd' on the machine itself, and write its name to "
                + "/etc/modules-load.d/longwire.conf.", found.Remedy);
        Finding drivers = await _bench.FindAsync(new SerialDriversCheck());
        Assert.Equal(FindingLevel.Unknown, drivers.Level);
        Assert.StartsWith("Not loaded: cdc_acm, cp210x, ftdi_sio, ch341, pl2303", drivers.Found, StringComparison.Ordinal);
        Assert.EndsWith(". Whether the kernel has them cannot be seen from here.", drivers.Found, StringComparison.Ordinal);
        Assert.Equal("Run 'sudo modprobe' with each name on the machine itself: where it says nothing, all is well.", drivers.Remedy);
    }

    [Fact]
    public async Task A_driver_that_the_kernel_does_not_have_is_named()
    {
        _bench.Write(
            "lib/modules/6.1.0-fake/modules.dep",
            string.Concat(SerialDrivers.Modules.Where(name => name != "ch341").Select(name => $"kernel/drivers/{name}.ko.xz:\n")));
        Finding found = await _bench.FindAsync(new SerialDriversCheck());
        Assert.Equal(
            (FindingLevel.Note, "The kernel does not have ch341: radios with such chips get no serial port here."),
            (found.Level, found.Found));
        Assert.Equal(
            "If yours is one of them, install a kernel that has it; on Ubuntu 'sudo apt install "
                + "linux-modules-extra-$(uname -r)'.", found.Remedy);
    }

    [Fact]
    public async Task Drivers_on_disk_are_loaded_when_they_are_needed()
    {
        _bench.Write(
            "lib/modules/6.1.0-fake/modules.dep", string.Concat(SerialDrivers.Modules.Select(name => $"kernel/drivers/{name}.ko.xz:\n")));
        Assert.Equal("All of them are there.", (await _bench.FindAsync(new SerialDriversCheck())).Found);
    }
}
