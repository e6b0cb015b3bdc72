using System.Globalization;
using Longwire.UsbIp.Usb;

namespace Longwire.UsbIp.Vhci;

/// <summary>One of the two root hubs of a vhci controller.</summary>
/// <param name="Folder">Its sysfs folder.</param>
/// <param name="BusNumber">The N of usbN.</param>
public sealed record VhciRootHub(string Folder, int BusNumber, int Controller, VhciHubSpeed Speed)
{
    public string Name => string.Create(CultureInfo.InvariantCulture, $"usb{BusNumber}");

    /// <summary>The name of a device on one of this hub's ports, counted from 1.</summary>
    public BusId BusIdOf(int hubPort) => BusId.Parse(string.Create(CultureInfo.InvariantCulture, $"{BusNumber}-{hubPort}"));
}
