namespace Longwire.UsbIp.Errors;

/// <summary>How a server answers an operation (ST_OK … ST_ERROR, tools/usb/usbip/src/usbip_network.h and usbip_common.h).</summary>
public enum UsbIpStatus : uint
{
    Ok = 0,

    /// <summary>Not available: servers before Linux 4.17 give no other reason.</summary>
    NotAvailable = 1,

    /// <summary>Somebody else has the device.</summary>
    DeviceBusy = 2,

    /// <summary>The device is in error state on the server; it must be bound again there.</summary>
    DeviceError = 3,

    /// <summary>The server has no such device, or has not bound it.</summary>
    NoSuchDevice = 4,

    /// <summary>The server could not make sense of the request.</summary>
    UnexpectedError = 5,
}
