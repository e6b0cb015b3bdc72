namespace Longwire.UsbIp.UsbipHost;

/// <summary>usbip-host's word on a bound device, <c>usbip_status</c> (enum usbip_device_status, include/uapi/linux/usbip.h).</summary>
public enum UsbipHostStatus
{
    /// <summary>Gone, or with another driver.</summary>
    NotBound = 0,

    /// <summary>Nobody has it.</summary>
    Available = 1,

    /// <summary>A session is running.</summary>
    InUse = 2,

    /// <summary>It can serve nobody until it was unbound and bound again.</summary>
    Error = 3,
}
