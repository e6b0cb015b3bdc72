namespace Longwire.Doctor;

/// <summary>The Pi's own USB.</summary>
internal sealed class PiKernelLogCheck() : KernelLogCheck(KernelLogSign.OfPi, onVirtualBuses: false, "usb", "xhci", "hub", "voltage")
{
    public override Question Question { get; } = new("usb_errors", "The kernel's log was read for faults of USB.");
}
