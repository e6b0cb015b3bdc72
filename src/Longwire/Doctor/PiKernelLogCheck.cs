namespace Longwire.Doctor;

/// <summary>The Pi's own USB.</summary>
internal sealed class PiKernelLogCheck() : KernelLogCheck(KernelLogSign.OfPi, "usb|voltage")
{
    public override Question Question { get; } = new("usb_errors", "The kernel's log was read for faults of USB.");

    // Where a machine is both, what happens on its virtual ports is the host's.
    protected override bool IsOurs(int? busOf, IReadOnlySet<int> virtualBuses) => busOf is not { } bus || !virtualBuses.Contains(bus);
}
