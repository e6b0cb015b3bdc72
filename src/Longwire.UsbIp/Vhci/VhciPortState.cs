namespace Longwire.UsbIp.Vhci;

// The kernel begins these at 4, behind those of usbip-host; a zero would be a state it never shows.
#pragma warning disable CA1008
/// <summary>The <c>sta</c> column of vhci_hcd's status (enum usbip_device_status, drivers/usb/usbip/usbip_common.h).</summary>
public enum VhciPortState
{
    /// <summary>Free.</summary>
    Null = 4,

    /// <summary>Has a socket, but the device on it is not enumerated. With a silent peer it stays so for ever.</summary>
    NotAssigned = 5,

    /// <summary>In use.</summary>
    Used = 6,

    /// <summary>The connection broke and the port is being cleaned up.</summary>
    Error = 7,
}
#pragma warning restore CA1008

/// <summary>Which half of a controller a port belongs to. The kernel picks the half by speed, whatever port it is told.</summary>
public enum VhciHubSpeed
{
    /// <summary>Low, full and high speed.</summary>
    High,

    /// <summary>Super speed and above.</summary>
    Super,
}
