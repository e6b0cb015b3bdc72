using Longwire.Radios;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.Attach.Reconciling;

/// <summary>The stick that an import gave.</summary>
internal static class ImportedStick
{
    /// <param name="busId">Where it was imported from.</param>
    /// <param name="device">As its Pi described it then.</param>
    /// <param name="id">What it calls itself counts: there are Pis that say another thing at the import.</param>
    public static Stick Of(AttachState state, PiState pi, BusId busId, ExportedDevice device, UsbId id)
    {
        if (pi.Sticks.TryGetValue(busId, out Stick? stick) && stick.DevId == device.DevId && stick.Id == id) return stick;
        // Asked for although not listed; replaced between the list and the import; or the Pi calls it by two names.
        UsbId listedAs = stick?.ListedAs ?? pi.Tries.At(device.BusId)?.Id ?? device.Id;
        var port = UsbPort.Of(device.Path, device.BusId);
        stick = new Stick(
            pi.Options.Id, device.BusId, id, port, device.DevId, pi.Tries.At(device.BusId, listedAs, port, state.Random, state.Now))
        {
            Listed = false,
            ListedAs = listedAs,
        };
        pi.Sticks[busId] = stick;
        return stick;
    }
}
