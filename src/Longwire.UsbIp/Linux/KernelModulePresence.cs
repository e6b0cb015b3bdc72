namespace Longwire.UsbIp.Linux;

/// <summary>What a look finds of a kernel module.</summary>
public enum KernelModulePresence
{
    /// <summary>There are no modules on disk that could be seen from here, and it is not loaded.</summary>
    Unknown,

    /// <summary>Loaded, or built in.</summary>
    Running,

    /// <summary>Not loaded, and there to be.</summary>
    OnDisk,

    /// <summary>The running kernel has none.</summary>
    Absent,

    /// <summary>There are modules on disk, and none of them is for the running kernel.</summary>
    OtherKernel,
}
