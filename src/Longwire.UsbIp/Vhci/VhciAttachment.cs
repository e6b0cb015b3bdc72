using Longwire.UsbIp.Usb;

namespace Longwire.UsbIp.Vhci;

/// <summary>What was put on a port, and as what it came up there: enough to recognise it again, in another process too.</summary>
/// <param name="Local">The device's name here; null until it was enumerated.</param>
/// <param name="LocalDeviceNumber">Its devnum here; 0 until it was enumerated.</param>
public sealed record VhciAttachment(int Port, uint DevId, UsbSpeed Speed, BusId? Local = null, int LocalDeviceNumber = 0)
{
    internal bool IsOn(VhciPort port, Func<BusId, int> deviceNumberOf)
    {
        if (port.Number != Port) return false;
        // The kernel fills these columns from 006 on (port_show_vhci, drivers/usb/usbip/vhci_sysfs.c).
        if (port.State != VhciPortState.Used) return Local is null;
        if (port.DevId != DevId || port.Speed != Speed) return false;
        if (Local is not { } local || port.LocalBusId is not { } seen) return true;
        if (local != seen) return false;
        // A port in use whose device is just going shows its name, but has no number any more.
        return deviceNumberOf(seen) is var number && (number == LocalDeviceNumber || number == 0 || LocalDeviceNumber == 0);
    }
}
