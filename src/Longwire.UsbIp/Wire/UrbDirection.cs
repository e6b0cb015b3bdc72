namespace Longwire.UsbIp.Wire;

/// <summary>Where a URB's data goes (USBIP_DIR_*, drivers/usb/usbip/usbip_common.h).</summary>
public enum UrbDirection : uint
{
    /// <summary>To the device: the data follows CMD_SUBMIT.</summary>
    Out = 0,

    /// <summary>From the device: the data follows RET_SUBMIT.</summary>
    In = 1,
}
