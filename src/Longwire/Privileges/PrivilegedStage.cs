using System.Collections.Immutable;
using Longwire.Platform;
using Longwire.UsbIp.Linux;

namespace Longwire.Privileges;

/// <summary>
/// The first of two stages of rights. In a container /sys is read-only and modules are not loaded, and the rights that change this
/// (SYS_ADMIN, SYS_MODULE) are those that own the whole machine: no AppArmor profile confines what a kernel module does. So they are
/// used here, before anything is heard from the network, given up for good, and the program is started again without them.
/// </summary>
/// <remarks>
/// The second start finds no such rights and goes on. A mark in the environment only says that there was a first stage; whoever still
/// has the rights goes through it, whatever the mark says. It cannot go round in circles: nothing is started before the kernel has
/// confirmed that the rights are gone.
/// </remarks>
/// <param name="loadModules"><see cref="KernelModules.LoadAsync(IEnumerable{string}, CancellationToken)"/></param>
internal sealed class PrivilegedStage(
    SysfsRoot root,
    IReadOnlyDictionary<string, string> environment,
    IOwnProcess process,
    Func<IEnumerable<string>, CancellationToken, Task<ImmutableArray<KernelModuleOutcome>>> loadModules,
    TextWriter error)
{
    /// <summary>Says in the second stage that there was a first.</summary>
    public const string Mark = "LONGWIRE_CONFINED";

    /// <summary>
    /// Returns at once where there is nothing to give up: on a machine of one's own, and in the second stage. Else it does not
    /// return, except for a failure.
    /// </summary>
    /// <returns>Null: go on. Else why this role cannot run, a sentence with its remedy.</returns>
    public async Task<string?> RunAsync(IEnumerable<string> modules, CancellationToken cancellationToken)
    {
        bool readOnly = IsSysReadOnly();
        // Root on a machine of its own keeps what it has: modules may have to be loaded again there while we run.
        if (!readOnly && !ContainerImage.IsOurs(environment)) return null;
        ProcessCapabilities rights = ProcessCapabilities.Read(root);
        if (readOnly && !rights.Has(Capability.SysAdmin))
        {
            return environment.ContainsKey(Mark) ? PrivilegedStageText.ReadOnlyAgain : PrivilegedStageText.NoSysAdmin(environment);
        }
        if (!rights.Has(Capability.SysAdmin) && !rights.Has(Capability.SysModule)) return null;

        if (rights.Has(Capability.SysModule)) await LoadAsync(modules, cancellationToken);
        return (readOnly ? Remount() : null) ?? StartWithout();
    }

    private bool IsSysReadOnly() => MountTable.Read(root).At("/sys") is { ReadOnly: true };

    // A module that this kernel does not have is named in the second stage, where it is missed. What modprobe alone knows is said here.
    private async Task LoadAsync(IEnumerable<string> modules, CancellationToken cancellationToken)
    {
        foreach (KernelModuleOutcome outcome in await loadModules(modules, cancellationToken))
        {
            if (outcome is { Reason: { } reason, IsAbsent: false }) await error.WriteLineAsync(Clause.Sentence(reason));
        }
    }

    private string? Remount()
    {
        try
        {
            process.RemountSysWritable();
        }
        catch (KernelRefusedException e)
        {
            return PrivilegedStageText.RemountRefused(e, environment);
        }
        return IsSysReadOnly() ? PrivilegedStageText.NotOurSysfs : null;
    }

    // One thread from here on: rights are a thread's own, and the one that starts the program again is the one that counts.
    private string StartWithout()
    {
        try
        {
            process.DropCapabilities(Capability.SysModule, Capability.SysAdmin);
        }
        catch (KernelRefusedException e)
        {
            return PrivilegedStageText.NotGivenUp(e);
        }
        try
        {
            process.ExecSelf(Mark, "1");
            return PrivilegedStageText.NotStartedAgain("it returned");
        }
        catch (IOException e)
        {
            return PrivilegedStageText.NotStartedAgain(e.Message);
        }
    }
}
