using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using Longwire.UsbIp.Sysfs;

namespace Longwire.UsbIp.Linux;

/// <summary>Loads kernel modules with kmod's modprobe, which knows compressed modules, aliases and the distribution's own settings.</summary>
public static class KernelModules
{
    /// <summary>
    /// Asks for each module in turn; one that fails does not stop the others. A module that is loaded or built in is not asked for,
    /// so that a system without modprobe, or a container that may not load any, is fine as long as they are there.
    /// </summary>
    public static async Task<ImmutableArray<KernelModuleOutcome>> LoadAsync(IEnumerable<string> modules, CancellationToken cancellationToken) =>
        await LoadAsync(SysfsRoot.Machine, "modprobe", modules, cancellationToken);

    internal static async Task<ImmutableArray<KernelModuleOutcome>> LoadAsync(
        SysfsRoot root, string modprobe, IEnumerable<string> modules, CancellationToken cancellationToken)
    {
        ImmutableArray<KernelModuleOutcome>.Builder outcomes = ImmutableArray.CreateBuilder<KernelModuleOutcome>();
        foreach (string module in modules)
        {
            string? reason = IsThere(root, module) ? null : await LoadAsync(root, modprobe, module, cancellationToken);
            outcomes.Add(new KernelModuleOutcome(module, reason));
        }
        return outcomes.ToImmutable();
    }

    // The kernel writes '_' where file names have '-'. Built-in ones without parameters do not show here; modprobe knows those.
    private static bool IsThere(SysfsRoot root, string module) =>
        Directory.Exists(Path.Combine(root.Sys, "module", module.Replace('-', '_')));

    private static async Task<string?> LoadAsync(SysfsRoot root, string modprobe, string module, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(modprobe, [module]) { RedirectStandardError = true, RedirectStandardOutput = true };
        try
        {
            using Process process = Process.Start(start) ?? throw new Win32Exception();
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            string error = await process.StandardError.ReadToEndAsync(cancellationToken);
            _ = await output;
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0 || IsThere(root, module) ? null : Explain(root, module, error.Trim());
        }
        catch (Win32Exception)
        {
            return $"kernel module {module} is not loaded and there is no modprobe here: install the package kmod, or run 'modprobe {module}' "
                + "on the machine itself and list it in /etc/modules-load.d";
        }
    }

    private static string Explain(SysfsRoot root, string module, string error)
    {
        string release = SysfsFile.Read(Path.Combine(root.Proc, "sys/kernel/osrelease")) ?? "unknown";
        if (error.Contains("not found", StringComparison.OrdinalIgnoreCase))
        {
            return Directory.Exists(Path.Combine("/lib/modules", release))
                ? $"the running kernel {release} has no module {module}: install the package with its extra modules "
                    + $"(linux-modules-extra-{release} on Ubuntu), or a kernel that has it"
                : $"there are no modules for the running kernel {release}: the kernel was upgraded without a reboot, so reboot; in a container, "
                    + "mount /lib/modules read-only";
        }
        if (error.Contains("not permitted", StringComparison.OrdinalIgnoreCase))
        {
            return $"loading kernel module {module} is not permitted: run as root with CAP_SYS_MODULE, or run 'modprobe {module}' on the machine "
                + "itself and list it in /etc/modules-load.d";
        }
        return $"modprobe {module} failed: {(error.Length == 0 ? "no reason given" : error)}";
    }
}
