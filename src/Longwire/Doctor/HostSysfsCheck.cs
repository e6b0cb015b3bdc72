namespace Longwire.Doctor;

/// <summary>Where attach hands a connection to the kernel.</summary>
internal sealed class HostSysfsCheck() : SysfsCheck("devices/platform/vhci_hcd.0/attach");
