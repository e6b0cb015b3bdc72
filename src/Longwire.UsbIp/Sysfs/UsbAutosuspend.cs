using Longwire.UsbIp.Linux;

namespace Longwire.UsbIp.Sysfs;

/// <summary>A stick that the kernel put to sleep answers late or never: <c>power/control</c> (Documentation/driver-api/usb/power-management.rst).</summary>
public static class UsbAutosuspend
{
    private const string Awake = "on";
    private const string MaySleep = "auto";

    /// <returns>The value to give back later; null if there is nothing to give back: it was awake, or there is no such setting.</returns>
    public static string? SwitchOff(SysfsUsbDevice device)
    {
        if (SysfsFile.Read(Attribute(device)) != MaySleep) return null;
        return TryWrite(device, Awake) ? MaySleep : null;
    }

    /// <param name="former">What <see cref="SwitchOff"/> returned.</param>
    public static void PutBack(SysfsUsbDevice device, string? former)
    {
        if (former == MaySleep) TryWrite(device, MaySleep);
    }

    private static bool TryWrite(SysfsUsbDevice device, string value)
    {
        try
        {
            SysfsFile.Write(Attribute(device), value);
            return true;
        }
        catch (KernelRefusedException)
        {
            // Unplugged, or a kernel without runtime power management: then it does not sleep either.
            return false;
        }
    }

    private static string Attribute(SysfsUsbDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return Path.Combine(device.Folder, "power/control");
    }
}
