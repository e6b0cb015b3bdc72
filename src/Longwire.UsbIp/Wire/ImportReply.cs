using Longwire.UsbIp.Errors;

namespace Longwire.UsbIp.Wire;

/// <summary>
/// OP_REP_IMPORT: a header and, only when its status is 0, the device (struct op_import_reply, tools/usb/usbip/src/usbip_network.h).
/// After a good reply the connection carries URBs.
/// </summary>
public static class ImportReply
{
    /// <summary>Bytes of a good reply, the header included. A refusal is the header alone.</summary>
    public const int Size = OpCommon.Size + DeviceRecord.Size;

    /// <summary>A good reply: 320 bytes.</summary>
    public static byte[] Encode(ExportedDevice device)
    {
        var bytes = new byte[Size];
        new OpCommon(OpCode.ReplyImport).Write(bytes);
        DeviceRecord.Write(bytes.AsSpan(OpCommon.Size), device);
        return bytes;
    }

    /// <summary>A refusal: 8 bytes.</summary>
    public static byte[] EncodeRefusal(UsbIpStatus status)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(status, UsbIpStatus.Ok);
        var bytes = new byte[OpCommon.Size];
        new OpCommon(OpCode.ReplyImport, status).Write(bytes);
        return bytes;
    }
}
