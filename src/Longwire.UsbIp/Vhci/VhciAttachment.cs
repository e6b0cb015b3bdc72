using Longwire.UsbIp.Usb;

namespace Longwire.UsbIp.Vhci;

/// <summary>What was put on a port, and as what it came up there: enough to recognise it again, in another process too.</summary>
/// <param name="Local">The device's name here; null until it was enumerated.</param>
/// <param name="LocalDeviceNumber">Its devnum here; 0 until it was enumerated.</param>
public sealed record VhciAttachment(int Port, uint DevId, UsbSpeed Speed, BusId? Local = null, int LocalDeviceNumber = 0)
{
    internal bool IsOn(VhciPort port, Func<BusId, int> deviceNumberOf)
    {
        if (port.Number != Port || port.State == VhciPortState.Null) return false;
        // Only a port in use shows what is on it (port_show_vhci). What was enumerated once never goes back to 005, so a
        // name of ours and a port at 005 are two devices; at 007 the connection is dead, whosever it was.
        if (port.State != VhciPortState.Used) return port.State == VhciPortState.Error || Local is null;
        if (port.DevId != DevId || port.Speed != Speed) return false;
        if (Local is not { } local || port.LocalBusId is not { } seen) return true;
        if (local != seen) return false;
        // A port in use whose device is just going shows its name, but has no number any more.
        return deviceNumberOf(seen) is var number && (number == LocalDeviceNumber || number == 0 || LocalDeviceNumber == 0);
    }
}
