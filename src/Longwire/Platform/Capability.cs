namespace Longwire.Platform;

/// <summary>The rights of root that mean something to us, by the kernel's numbers (include/uapi/linux/capability.h).</summary>
internal enum Capability
{
    SetPcap = 8,
    SysModule = 16,
    SysAdmin = 21,
}
