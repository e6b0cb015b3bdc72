using Longwire.UsbIp.Linux;

namespace Longwire.Platform;

/// <summary>What a process does to itself. All of it is of the calling thread only, until that thread starts the program again.</summary>
internal interface IOwnProcess
{
    /// <summary>Makes the sysfs at /sys writable: its superblock and this mount of it.</summary>
    /// <exception cref="KernelRefusedException">EACCES: AppArmor. EPERM: no SYS_ADMIN, or not where this sysfs belongs.</exception>
    public void RemountSysWritable();

    /// <summary>
    /// Gives rights up for good: out of every set, the bounding one included, and nothing started from here on can gain any.
    /// </summary>
    /// <exception cref="KernelRefusedException">EPERM: the thread has no SETPCAP.</exception>
    public void DropCapabilities(params ReadOnlySpan<Capability> capabilities);

    /// <summary>
    /// The same program with the same arguments and environment in place of this one, and one variable more. Does not return.
    /// </summary>
    /// <exception cref="KernelRefusedException">The program could not be started.</exception>
    public void ExecSelf(string variable, string value);
}
