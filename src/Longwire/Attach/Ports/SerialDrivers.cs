using System.Collections.Frozen;
using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Ports;

/// <summary>Linux's drivers for what a radio can be: CDC-ACM, and the serial bridges that sticks are built on.</summary>
internal static class SerialDrivers
{
    private const byte Communications = 0x02;
    private const byte CommunicationsData = 0x0A;

    private static readonly FrozenSet<string> s_names =
        FrozenSet.Create(
            StringComparer.Ordinal,
            "cdc_acm",
            "cp210x",
            "ftdi_sio",
            "ch341",
            "pl2303",
            "ti_usb_3410_5052",
            "usbserial",
            "usbserial_generic");

    /// <summary>Those that are modules of their own, to be loaded before a radio comes.</summary>
    public static IReadOnlyList<string> Modules { get; } = ["cdc_acm", "cp210x", "ftdi_sio", "ch341", "pl2303", "ti_usb_3410_5052"];

    public static bool Contains(string driver) => s_names.Contains(driver);

    /// <summary>Why a stick that drivers may have shows fewer ttys than it has serial ports, and what to do.</summary>
    public static string WhyNoTty(SysfsUsbDevice device, int serialPorts)
    {
        if (device.Interfaces.IsEmpty)
        {
            return "the kernel gave the stick no configuration, and so no serial port: see the kernel's log (dmesg)";
        }
        SysfsUsbInterface? bare = device.Interfaces.FirstOrDefault(part => part.Driver is null && IsSerial(part.Class));
        if (bare is not null)
        {
            string module = ModuleFor(device.Id, bare.Class) is { } one
                ? $"load the kernel module {one} (modprobe {one})"
                : $"load the kernel module of its serial chip, one of {string.Join(", ", Modules)} (modprobe)";
            return $"no driver took the radio's serial interface {bare.Name} (class {bare.Class.Class:x2}): {module} on this machine, or "
                + "install a kernel that has it";
        }
        string drivers = string.Join(", ", device.Interfaces.Select(part => part.Driver).OfType<string>().Distinct());
        return $"{device.Ttys.Count()} of its {serialPorts} serial ports came up with the driver {drivers}: see the kernel's log (dmesg)";
    }

    private static bool IsSerial(UsbInterfaceClass shown) => shown.Class is Communications or CommunicationsData or 0xFF;

    // Vendor-specific says nothing, but who made the chip does: the bridges in radios.json carry their makers' ids.
    private static string? ModuleFor(UsbId id, UsbInterfaceClass shown) => (shown.Class, id.Vendor) switch
    {
        (Communications or CommunicationsData, _) => "cdc_acm",
        (_, 0x10C4) => "cp210x",
        (_, 0x0403) => "ftdi_sio",
        (_, 0x1A86) => "ch341",
        (_, 0x067B) => "pl2303",
        (_, 0x0451) => "ti_usb_3410_5052",
        _ => null,
    };
}
