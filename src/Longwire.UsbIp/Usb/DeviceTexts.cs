namespace Longwire.UsbIp.Usb;

/// <summary>The texts that a device descriptor names by an index.</summary>
[Flags]
public enum DeviceTexts
{
    None = 0,
    Manufacturer = 1,
    Product = 2,
    Serial = 4,
}
