namespace Longwire.Doctor;

/// <summary>vhci_hcd, through which a Pi's radios appear on the host.</summary>
internal sealed class HostModuleCheck() : UsbIpModuleCheck("vhci-hcd", "longwire attach");
