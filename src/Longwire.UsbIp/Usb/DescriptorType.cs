namespace Longwire.UsbIp.Usb;

/// <summary>bDescriptorType (USB 2.0, table 9-5).</summary>
internal static class DescriptorType
{
    public const byte Device = 1;
    public const byte Configuration = 2;
    public const byte String = 3;
    public const byte Interface = 4;
    public const byte Endpoint = 5;

    /// <summary>CS_INTERFACE (USB CDC 1.2, table 12).</summary>
    public const byte CdcFunctional = 0x24;
}
