using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Longwire.UsbIp.Linux;

/// <summary>
/// Loads kernel modules with kmod's modprobe, which knows compressed modules, aliases and the distribution's own settings.
/// </summary>
public static class KernelModules
{
    private const string Modules = "/lib/modules";
    private const int SysModule = 16;

    /// <summary>
    /// Asks for each module in turn; one that fails does not stop the others. A module that is loaded or built in is not asked for,
    /// so that a system without modprobe, or a container that may not load any, is fine as long as they are there. Without the right to
    /// load modules (CAP_SYS_MODULE) nothing is tried.
    /// </summary>
    public static async Task<ImmutableArray<KernelModuleOutcome>> LoadAsync(
        IEnumerable<string> modules, CancellationToken cancellationToken) =>
        await LoadAsync(SysfsRoot.Machine, Modules, "modprobe", modules, cancellationToken);

    /// <summary>Whether the kernel has a module, for who only wants to know: nothing is loaded.</summary>
    /// <param name="folder">/lib/modules of the machine, as far as it is visible.</param>
    public static KernelModulePresence Look(SysfsRoot root, string folder, string module)
    {
        ArgumentNullException.ThrowIfNull(root);
        ArgumentNullException.ThrowIfNull(module);
        if (IsThere(root, module)) return KernelModulePresence.Running;
        ModuleFiles files = FilesOf(root, folder);
        if (files.IsBuiltIn(module)) return KernelModulePresence.Running;
        if (!files.IsForRunningKernel) return files.IsForAnyKernel ? KernelModulePresence.OtherKernel : KernelModulePresence.Unknown;
        return files.Has(module) ? KernelModulePresence.OnDisk : KernelModulePresence.Absent;
    }

    internal static async Task<ImmutableArray<KernelModuleOutcome>> LoadAsync(
        SysfsRoot root, string folder, string modprobe, IEnumerable<string> modules, CancellationToken cancellationToken)
    {
        ImmutableArray<KernelModuleOutcome>.Builder outcomes = ImmutableArray.CreateBuilder<KernelModuleOutcome>();
        ModuleFiles files = FilesOf(root, folder);
        bool mayLoad = MayLoad(root);
        foreach (string module in modules)
        {
            outcomes.Add(IsThere(root, module) ? new KernelModuleOutcome(module, null)
                : mayLoad ? await LoadAsync(root, files, modprobe, module, cancellationToken)
                : Missing(files, module));
        }
        return outcomes.ToImmutable();
    }

    private static ModuleFiles FilesOf(SysfsRoot root, string folder) =>
        new(folder, SysfsFile.Read(Path.Combine(root.Proc, "sys/kernel/osrelease")) ?? "unknown");

    // The kernel writes '_' where file names have '-'. Built-in ones without parameters do not show here; modprobe and modules.builtin know
    // those.
    private static bool IsThere(SysfsRoot root, string module) =>
        Directory.Exists(Path.Combine(root.Sys, "module", module.Replace('-', '_')));

    // CapEff of proc_pid_status(5). Where it cannot be read, modprobe will know.
    private static bool MayLoad(SysfsRoot root)
    {
        const string Effective = "CapEff:";
        string? line = (SysfsFile.Read(Path.Combine(root.Proc, "self/status")) ?? "").Split('\n')
            .FirstOrDefault(candidate => candidate.StartsWith(Effective, StringComparison.Ordinal));
        return line is null
            || !ulong.TryParse(
                line.AsSpan(Effective.Length).Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong set)
            || (set & (1ul << SysModule)) != 0;
    }

    private static async Task<KernelModuleOutcome> LoadAsync(
        SysfsRoot root, ModuleFiles files, string modprobe, string module, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(modprobe, [module]) { RedirectStandardError = true, RedirectStandardOutput = true };
        try
        {
            using Process process = Process.Start(start) ?? throw new Win32Exception();
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            string error = await process.StandardError.ReadToEndAsync(cancellationToken);
            _ = await output;
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0 || IsThere(root, module)
                ? new KernelModuleOutcome(module, null)
                : Explain(files, module, error.Trim());
        }
        catch (Win32Exception)
        {
            return new KernelModuleOutcome(
                module,
                $"kernel module {module} is not loaded and there is no modprobe here: install the package kmod, or run 'modprobe {module}' "
                + "on the machine itself and list it in /etc/modules-load.d");
        }
    }

    private static KernelModuleOutcome Explain(ModuleFiles files, string module, string error)
    {
        if (error.Contains("not found", StringComparison.OrdinalIgnoreCase)) return Absent(files, module);
        if (error.Contains("not permitted", StringComparison.OrdinalIgnoreCase))
        {
            return new KernelModuleOutcome(
                module,
                $"loading kernel module {module} is not permitted: run as root with CAP_SYS_MODULE, or run 'modprobe {module}' on the "
                    + "machine "
                + "itself and list it in /etc/modules-load.d");
        }
        return new KernelModuleOutcome(module, $"modprobe {module} failed: {(error.Length == 0 ? "no reason given" : error)}");
    }

    private static KernelModuleOutcome Missing(ModuleFiles files, string module)
    {
        if (files.IsBuiltIn(module)) return new KernelModuleOutcome(module, null);
        if (files.IsForRunningKernel && !files.Has(module)) return Absent(files, module);
        // A container that never had the right need not have the folder either: then it tells nothing.
        if (!files.IsForRunningKernel && files.IsForAnyKernel) return Absent(files, module);
        return new KernelModuleOutcome(
            module,
            $"kernel module {module} is not loaded, and Longwire has no right to load it now: run 'modprobe {module}' on the machine "
                + "itself and list "
            + "it in /etc/modules-load.d; in a container with CAP_SYS_MODULE and /lib/modules, start the container again");
    }

    private static KernelModuleOutcome Absent(ModuleFiles files, string module) => new(module, files.IsForRunningKernel
        ? $"the running kernel {files.Release} has no module {module}: install the package with its extra modules "
            + $"(linux-modules-extra-{files.Release} on Ubuntu), or a kernel that has it"
        : $"there are no modules for the running kernel {files.Release}: the kernel was upgraded without a reboot, so restart the machine "
        + "(reboot); in a container, "
            + "mount /lib/modules read-only") { IsAbsent = true };
}
