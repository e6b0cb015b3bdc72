namespace Longwire.Doctor;

/// <summary>The virtual USB ports, and the drivers that make serial ports of radios. The host's own USB is not looked at.</summary>
internal sealed class HostKernelLogCheck() : KernelLogCheck(KernelLogSign.OfHost, onVirtualBuses: true, "vhci_hcd", "usb", "tty")
{
    public override Question Question { get; } = new(
        "virtual_usb_errors", "The kernel's log was read for faults of the virtual USB ports and of the radios' drivers.");
}
