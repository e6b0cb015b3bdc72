namespace Longwire.UsbIp.Wire;

/// <summary>
/// Operations before a connection carries URBs (OP_* in tools/usb/usbip/src/usbip_network.h; usbip_protocol.rst, "USB/IP protocol").
/// A request has bit 15 set, its reply has not.
/// </summary>
public enum OpCode : ushort
{
    None = 0,

    /// <summary>OP_REP_IMPORT.</summary>
    ReplyImport = 0x0003,

    /// <summary>OP_REP_DEVLIST.</summary>
    ReplyDeviceList = 0x0005,

    /// <summary>'LW': the trailer that a Longwire appends to its device list, see <see cref="LongwireListExtension"/>.</summary>
    ExportNotice = 0x4C57,

    /// <summary>OP_REQ_IMPORT.</summary>
    RequestImport = 0x8003,

    /// <summary>OP_REQ_DEVLIST.</summary>
    RequestDeviceList = 0x8005,
}
