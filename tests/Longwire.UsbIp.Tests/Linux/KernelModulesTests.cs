using System.Collections.Immutable;
using System.Runtime.Versioning;
using System.Text;
using Longwire.Testing.Kernel;
using Longwire.UsbIp.Linux;
using Xunit;

namespace Longwire.UsbIp.Tests.Linux;

[SupportedOSPlatform("linux")]
public sealed class KernelModulesTests : IDisposable
{
    private readonly FakeSysfs _sysfs = new();

    [Fact]
    public async Task A_module_that_is_there_needs_no_modprobe()
    {
        Directory.CreateDirectory(Path.Combine(_sysfs.Root.Sys, "module/usbip_host"));
        KernelModuleOutcome outcome = Assert.Single(await LoadAsync("/nowhere/modprobe", "usbip-host"));
        Assert.True(outcome.Ok);
        Assert.Equal("usbip-host", outcome.Module);
    }

    [Fact]
    public async Task One_that_fails_does_not_stop_the_others()
    {
        string modprobe = Script(
            "[ $1 = good ] || { echo 'modprobe: FATAL: Module bad not found in directory /lib/modules/6.1.0-fake' >&2; exit 1; }");
        ImmutableArray<KernelModuleOutcome> outcomes = await LoadAsync(modprobe, "bad", "good");
        Assert.Equal([false, true], outcomes.Select(o => o.Ok));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_kernel_upgraded_without_a_reboot_is_told_from_a_kernel_without_the_module(bool emptyFolderIsLeft)
    {
        if (emptyFolderIsLeft) Directory.CreateDirectory(Path.Combine(_sysfs.Folder, "lib/modules/6.1.0-fake"));
        string modprobe = Script("echo 'modprobe: FATAL: Module usbip-host not found in directory /lib/modules/6.1.0-fake' >&2; exit 1");
        KernelModuleOutcome outcome = Assert.Single(await LoadAsync(modprobe, "usbip-host"));
        Assert.Contains("6.1.0-fake", outcome.Reason, StringComparison.Ordinal);
        Assert.Contains("reboot", outcome.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_that_may_not_load_modules_is_told_so()
    {
        string modprobe = Script("echo \"modprobe: ERROR: could not insert 'usbip_host': Operation not permitted\" >&2; exit 1");
        Assert.Contains("CAP_SYS_MODULE", Assert.Single(await LoadAsync(modprobe, "usbip-host")).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_without_modprobe_is_told_what_to_install() =>
        Assert.Contains("kmod", Assert.Single(await LoadAsync("/nowhere/modprobe", "usbip-host")).Reason, StringComparison.Ordinal);

    [Fact]
    public async Task Any_other_failure_is_repeated_as_it_was_said()
    {
        string modprobe = Script("echo 'something odd' >&2; exit 1");
        Assert.Contains("something odd", Assert.Single(await LoadAsync(modprobe, "usbip-host")).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0000000000000000", "", "no right to load it now")]
    [InlineData("0000003fffdeffff", "modules.dep", "no right to load it now")]
    [InlineData("0000000000000000", "modules.other", "has no module usbip-host")]
    [InlineData("0000000000000000", "../6.0.0-old/modules.dep", "restart the machine")]
    public async Task Without_the_right_to_load_modules_nothing_is_tried_and_the_files_say_why(
        string effective, string list, string expected)
    {
        FakeSysfs.WriteFile(Path.Combine(_sysfs.Root.Proc, "self/status"), $"Name:\tlongwire\nCapEff:\t{effective}\n");
        if (list.Length > 0)
        {
            FakeSysfs.WriteFile(
                Path.Combine(_sysfs.Folder, "lib/modules/6.1.0-fake", list),
                "kernel/drivers/usb/usbip/usbip-host.ko.xz: kernel/drivers/usb/usbip/usbip-core.ko.xz\n");
        }
        if (list == "modules.other")
        {
            FakeSysfs.WriteFile(
                Path.Combine(_sysfs.Folder, "lib/modules/6.1.0-fake/modules.dep"), "kernel/drivers/usb/usbip/usbip-core.ko.xz:\n");
        }
        string trace = Path.Combine(_sysfs.Folder, "tried");
        KernelModuleOutcome outcome = Assert.Single(await LoadAsync(Script($"touch {trace}; exit 1"), "usbip-host"));
        Assert.Contains(expected, outcome.Reason, StringComparison.Ordinal);
        Assert.False(File.Exists(trace));
    }

    [Fact]
    public async Task A_built_in_module_is_there_though_nothing_may_be_loaded()
    {
        FakeSysfs.WriteFile(Path.Combine(_sysfs.Root.Proc, "self/status"), "CapEff:\t0000000000000000\n");
        FakeSysfs.WriteFile(Path.Combine(_sysfs.Folder, "lib/modules/6.1.0-fake/modules.builtin"), "kernel/drivers/usb/class/cdc-acm.ko\n");
        Assert.Equal([true, false], (await LoadAsync("/nowhere/modprobe", "cdc_acm", "cp210x")).Select(outcome => outcome.Ok));
    }

    public void Dispose() => _sysfs.Dispose();

    private Task<ImmutableArray<KernelModuleOutcome>> LoadAsync(string modprobe, params string[] modules) =>
        KernelModules.LoadAsync(
            _sysfs.Root, Path.Combine(_sysfs.Folder, "lib/modules"), modprobe, modules, TestContext.Current.CancellationToken);

    private string Script(string body)
    {
        string path = Path.Combine(_sysfs.Folder, "modprobe");
        using var file = new FileStream(
            path,
            new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserExecute,
            });
        file.Write(Encoding.ASCII.GetBytes("#!/bin/sh\n" + body + "\n"));
        return path;
    }
}
