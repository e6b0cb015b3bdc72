using System.Globalization;
using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.UsbipHost;

namespace Longwire.Doctor;

/// <summary>Known trouble of the kernel's driver on a Pi: sticks in error, and a table of 16 places that only a restart empties.</summary>
internal sealed class UsbipHostCheck : LocalCheck
{
    // stub_main.c, MAX_BUSID. An entry stays for the life of the module: taking one out can crash the kernel.
    private const int Places = 16;
    private const int Scarce = 13;

    private static readonly Question s_error = new("usbip_host_error", "The sticks that usbip-host has were asked for their state.");

    public override Question Question { get; } = new("usbip_host_table", "The places in usbip-host's table were counted.");

    protected override IEnumerable<Finding> Look(DoctorContext context)
    {
        var driver = new UsbipHostDriver(context.Sysfs);
        if (!driver.IsLoaded) yield break;
        if (KernelText.Read(Path.Combine(context.Sysfs.UsbDrivers, "usbip-host/match_busid")) is { } table)
        {
            int used = table.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
            string found = string.Create(CultureInfo.InvariantCulture, $"{used} of {Places} USB ports have a place there.");
            yield return used >= Places
                ? Question.Problem($"{found} A stick at another port cannot be given to a host.", "Restart the Pi: nothing else empties it")
                : used >= Scarce
                    ? Question.Note(found, "Keep each stick at its port; when the table is full only a restart of the Pi empties it")
                    : Question.Ok(found);
        }
        List<SysfsUsbDevice> bound = [.. UsbDevices.Enumerate(context.Sysfs).Where(UsbipHostDriver.IsBound)];
        SysfsUsbDevice[] failed = [.. bound.Where(device => driver.Status(device.BusId) == UsbipHostStatus.Error)];
        foreach (SysfsUsbDevice device in failed)
        {
            yield return s_error.About(device.BusId.ToString()).Problem(
                $"The stick {device.Id} at {device.BusId} is in error: its last session ended badly, and the kernel gives it to nobody.",
                "Restart Longwire there, which binds it anew ('sudo systemctl restart longwire-export'); if that does not help, unplug "
                    + "it and plug it in again");
        }
        if (bound.Count > 0 && failed.Length == 0) yield return s_error.Ok("None is in error.");
    }
}
