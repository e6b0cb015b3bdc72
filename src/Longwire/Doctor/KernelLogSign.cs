using System.Text.RegularExpressions;

namespace Longwire.Doctor;

/// <summary>A kind of line in the kernel's log that tells why sticks are lost.</summary>
/// <param name="Name">Never changed: the subject of its finding.</param>
/// <param name="Line">From the line's start: what a device says of itself stands in the log too, behind a label of the kernel's.</param>
/// <param name="What">Goes before how often and when.</param>
/// <param name="Least">Fewer of them are none.</param>
internal sealed partial record KernelLogSign(string Name, Regex Line, string What, string Remedy, int Least = 1)
{
    public static IReadOnlyList<KernelLogSign> OfPi { get; } =
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

    public static IReadOnlyList<KernelLogSign> OfHost { get; } =
    [
        new(
            "not_readable", NotReadable(), "The kernel could not read a radio that it got from a Pi",
            "Press Reattach on that radio. If it comes back, look at the quality of its link, and run 'sudo longwire doctor' on the Pi"),
        new(
            "virtual_controller", VirtualController(), "The virtual USB controller got an answer that it had not asked for, and gave the "
                + "radio up",
            "Update Longwire here and on the Pi, or what else serves the radio there. If it comes back, report it with this line"),
        new(
            "serial_driver", SerialDriver(), "The driver of a serial port, of a radio or of a stick in this machine, got no good answer",
            "Look at the quality of the radio's link; if that is good, at the stick: run 'sudo longwire doctor' on the Pi", Least: 5),
        new(
            "unplugged", Unplugged(), "Radios went away from this machine",
            "If nobody detached or unplugged them: look at their events and at the quality of their links", Least: 5),
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

    // drivers/usb/usbip/vhci_rx.c
    [GeneratedRegex(@"^vhci_hcd: (cannot find a urb of seqnum|unknown pdu|received pdu size is) ")]
    private static partial Regex VirtualController();

    // A stall, a broken or late answer (-32, -62, -71, -110). What ends because the radio goes has other numbers. ch341 names the device.
    [GeneratedRegex(
        @"^((cp210x|ftdi_sio|ch341-uart|pl2303|ti_usb_3410_5052\S*) tty\S+: .*(status|stopped|failed|error|control|modem).*-(32|62|71|110)$"
            + @"|usb \S+: failed to (send|receive) control message: -(32|62|71|110)$)")]
    private static partial Regex SerialDriver();

    [GeneratedRegex(@"^usb \S+: USB disconnect, device number \d+$")]
    private static partial Regex Unplugged();
}
