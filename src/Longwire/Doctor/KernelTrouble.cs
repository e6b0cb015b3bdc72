using System.Collections.Immutable;
using Longwire.UsbIp.Usb;

namespace Longwire.Doctor;

/// <summary>Releases of the kernel that are known to be bad for Longwire. None without a source.</summary>
/// <param name="Name">Never changed: the subject of its finding.</param>
/// <param name="Side">Where it does harm.</param>
/// <param name="Affected">From the first that has it to before the first that has it no more.</param>
/// <param name="Only">It does harm to radios of this id alone; null: to all.</param>
internal sealed record KernelTrouble(
    string Name, KernelSide Side, ImmutableArray<(Version First, Version Fixed)> Affected, string Known, UsbId? Only = null)
{
    public static IReadOnlyList<KernelTrouble> All { get; } =
    [
        // kernel.org bug 208267, QubesOS/qubes-issues issue 5905 (seen with 5.7.4), and stable's "usbip: Implement a match function to fix
        // usbip", which was patch 205 of 255 in the review of 5.8.6. The series 5.7 had ended by then.
        new(
            "usbip_host_does_not_bind", KernelSide.Pi, [(new(5, 7, 0), new(5, 8, 6))],
            "the driver usbip-host of this kernel does not take sticks, so none can be given to a host"),
        // raspberrypi/linux issue 6270, kernel.org bug 219039: what 6.6.39 brought was taken back in 6.6.40.
        new(
            "xhci_hangs", KernelSide.Pi, [(new(6, 6, 39), new(6, 6, 40))],
            "with a disk at a USB 3 port the USB controller can hang with this kernel, and with it all sticks"),
        // Koenkk/zigbee2mqtt issue 8663, home-assistant/operating-system issue 1532, kernel.org bug 214131.
        new(
            "ch341_delays", KernelSide.Host,
            [(new(5, 4, 140), new(5, 4, 144)), (new(5, 10, 58), new(5, 10, 62)), (new(5, 13, 10), new(5, 13, 14))],
            "the driver ch341 of this kernel holds back what radios with that chip say", new UsbId(0x1a86, 0x7523)),
    ];

    public bool Has(Version upstream) => Affected.Any(range => upstream >= range.First && upstream < range.Fixed);

    /// <summary>Some of the series have it.</summary>
    public bool Touches(Version series) =>
        Affected.Any(range => series >= new Version(range.First.Major, range.First.Minor) && series <= range.Fixed);
}

internal enum KernelSide
{
    Host,
    Pi,
}
