using Longwire.UsbIp.Linux;

namespace Longwire.UsbIp.Sysfs;

/// <summary>
/// A stick that the kernel put to sleep answers late or never: <c>power/control</c> (Documentation/driver-api/usb/power-management.rst).
/// The setting belongs to the plugged-in device: a replug brings the default back.
/// </summary>
public static class UsbAutosuspend
{
    private const string Awake = "on";
    private const string Auto = "auto";

    public static bool MaySleep(SysfsUsbDevice device) => SysfsFile.Read(Attribute(device)) == Auto;

    public static void SwitchOff(SysfsUsbDevice device) => Write(device, Awake);

    public static void SwitchOn(SysfsUsbDevice device) => Write(device, Auto);

    private static void Write(SysfsUsbDevice device, string value)
    {
        try
        {
            SysfsFile.Write(Attribute(device), value);
        }
        catch (KernelRefusedException)
        {
            // Unplugged, or a kernel without runtime power management: then it does not sleep either.
        }
    }

    private static string Attribute(SysfsUsbDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return Path.Combine(device.Folder, "power/control");
    }
}
