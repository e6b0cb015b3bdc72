using System.Text.RegularExpressions;

namespace Longwire.Doctor;

/// <summary>A kind of line in the kernel's log that tells why sticks are lost.</summary>
/// <param name="Name">Never changed: the subject of its finding.</param>
/// <param name="Line">From the line's start: what a device says of itself stands in the log too, behind a label of the kernel's.</param>
/// <param name="What">Goes before how often and when.</param>
/// <param name="Least">Fewer of them are none.</param>
internal sealed partial record KernelLogSign(string Name, Regex Line, string What, string Remedy, int Least = 1)
{
    public static IReadOnlyList<KernelLogSign> All { get; } =
    [
        new(
            "not_readable", NotReadable(), "The kernel could not read what a plugged-in device is",
            "Try another port, then another cable or a powered hub, then another power supply. On a Pi 4 use a USB 2 hub for a first "
                + "Z-Stick Gen5"),
        new(
            "interference", Interference(), "A hub has switched a port off because of interference",
            "Use a shielded extension cable of a metre or so, away from disks and USB 3, and a powered hub"),
        new(
            "over_current", OverCurrent(), "A USB port was switched off because too much current was drawn",
            "Unplug what needs much power, or plug it into a powered hub; then restart the Pi"),
        new(
            "controller", Controller(), "The USB controller has stumbled",
            "Restart the Pi, and update its kernel and its firmware ('sudo apt full-upgrade', 'sudo rpi-eeprom-update -a'). If it comes "
                + "back, plug the stick into a USB 2 hub"),
        new(
            "unplugged", Unplugged(), "Devices went away",
            "If nobody unplugged them: try another port, another cable and a powered hub", Least: 5),
    ];

    [GeneratedRegex(
        @"^usb \S+: (device descriptor read/|device not accepting address|unable to enumerate USB device"
            + @"|Device not responding to setup address|Cannot enable\. Maybe the USB cable is bad)")]
    private static partial Regex NotReadable();

    [GeneratedRegex(@"^(usb|hub) \S+: (port \d+ )?disabled by hub \(EMI\?\)")]
    private static partial Regex Interference();

    [GeneratedRegex(@"^(usb|hub) \S+: (port \d+ )?over-current")]
    private static partial Regex OverCurrent();

    [GeneratedRegex(
        @"^xhci[-_]\S+ \S+: (WARN|ERROR|Setup ERROR|xHCI host controller not responding|HC died|Host halt failed|Timeout while)")]
    private static partial Regex Controller();

    [GeneratedRegex(@"^usb \S+: USB disconnect, device number \d+$")]
    private static partial Regex Unplugged();
}
