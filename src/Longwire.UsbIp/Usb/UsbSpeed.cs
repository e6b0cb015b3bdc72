namespace Longwire.UsbIp.Usb;

/// <summary>Speeds as the kernel numbers them (<c>enum usb_device_speed</c>, include/uapi/linux/usb/ch9.h).</summary>
public enum UsbSpeed : uint
{
    Unknown = 0,
    Low = 1,
    Full = 2,
    High = 3,
    Wireless = 4,
    Super = 5,
    SuperPlus = 6,
}
