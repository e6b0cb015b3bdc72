using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;

namespace Longwire.UsbIp.Wire;

/// <summary>OP_REQ_IMPORT: a header and the bus id wanted (struct op_import_request, tools/usb/usbip/src/usbip_network.h).</summary>
public static class ImportRequest
{
    /// <summary>Bytes on the wire, the header included.</summary>
    public const int Size = OpCommon.Size + BusId.WireSize;

    /// <summary>Bytes that follow the header.</summary>
    public const int BodySize = BusId.WireSize;

    /// <summary>Writes 40 bytes.</summary>
    public static void Write(Span<byte> destination, BusId busId)
    {
        new OpCommon(OpCode.RequestImport).Write(destination);
        DeviceRecord.WriteBusId(destination.Slice(OpCommon.Size, BusId.WireSize), busId);
    }

    /// <summary>Reads the 32 bytes that follow the header.</summary>
    /// <exception cref="UsbIpFormatException">Cut short, or a text that no bus id is.</exception>
    public static BusId ParseBody(ReadOnlySpan<byte> body)
    {
        FieldFormat.RequireLength(body, BodySize, "an import request");
        return DeviceRecord.ParseBusId(body[..BodySize]);
    }
}
