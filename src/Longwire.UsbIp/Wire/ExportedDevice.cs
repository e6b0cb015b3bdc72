using System.Collections.Immutable;
using Longwire.UsbIp.Usb;

namespace Longwire.UsbIp.Wire;

/// <summary>
/// One device as a USB/IP server describes it in its list and in its answer to an import
/// (struct usbip_usb_device, Documentation/usb/usbip_protocol.rst).
/// </summary>
public sealed record ExportedDevice
{
    /// <summary>The device's path in the server's sysfs, for example /sys/devices/platform/soc/…/usb1/1-1/1-1.4.</summary>
    public required string Path { get; init; }
    public required BusId BusId { get; init; }
    public required uint BusNumber { get; init; }
    public required uint DeviceNumber { get; init; }
    public required UsbSpeed Speed { get; init; }
    public required UsbId Id { get; init; }
    public required ushort BcdDevice { get; init; }
    public required byte DeviceClass { get; init; }
    public required byte DeviceSubClass { get; init; }
    public required byte DeviceProtocol { get; init; }
    public required byte ConfigurationValue { get; init; }
    public required byte ConfigurationCount { get; init; }

    /// <summary>
    /// Only the list carries interfaces; empty in the answer to an import. Empty too, with <see cref="ConfigurationValue"/> 0, for a stick
    /// that was bound and never attached since: taking it from its own driver unconfigures it (measured on Linux 6.1). Whoever wants to
    /// know what a stick is must ask the stick.
    /// </summary>
    public ImmutableArray<UsbInterfaceClass> Interfaces { get; init; } = [];

    /// <summary>The interface count the server stated; the import's answer states it without listing them.</summary>
    public required byte InterfaceCount { get; init; }

    /// <summary>The number by which both kernels name this device in every URB: bus number &lt;&lt; 16 | device number.</summary>
    public uint DevId => (BusNumber << 16) | DeviceNumber;
}
