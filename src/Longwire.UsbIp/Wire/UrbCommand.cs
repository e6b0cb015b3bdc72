namespace Longwire.UsbIp.Wire;

/// <summary>The four messages of a connection that carries URBs (USBIP_CMD_* and USBIP_RET_*, drivers/usb/usbip/usbip_common.h).</summary>
public enum UrbCommand : uint
{
    None = 0,

    /// <summary>USBIP_CMD_SUBMIT, host to Pi.</summary>
    CmdSubmit = 1,

    /// <summary>USBIP_CMD_UNLINK, host to Pi.</summary>
    CmdUnlink = 2,

    /// <summary>USBIP_RET_SUBMIT, Pi to host.</summary>
    RetSubmit = 3,

    /// <summary>USBIP_RET_UNLINK, Pi to host.</summary>
    RetUnlink = 4,
}
