using System.Buffers.Binary;

namespace Longwire.UsbIp.Wire;

/// <summary>
/// The 8 bytes that start a control transfer (USB 2.0, 9.3; struct usb_ctrlrequest, include/uapi/linux/usb/ch9.h). They cross the wire
/// as they cross the bus: the words are little-endian, unlike everything around them.
/// </summary>
public readonly record struct SetupPacket(byte RequestType, byte Request, ushort Value, ushort Index, ushort Length)
{
    /// <summary>Bytes on the wire.</summary>
    public const int Size = 8;

    /// <summary>
    /// GET_DESCRIPTOR to the device (USB 2.0, 9.4.3): type and index name the descriptor, langId only matters for strings.
    /// </summary>
    public static SetupPacket GetDescriptor(byte type, byte index, ushort langId, ushort length) =>
        new(0x80, 6, (ushort)((type << 8) | index), langId, length);

    internal static SetupPacket Read(ReadOnlySpan<byte> bytes) => new(
        bytes[0],
        bytes[1],
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]),
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]),
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]));

    internal void Write(Span<byte> destination)
    {
        destination[0] = RequestType;
        destination[1] = Request;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[2..], Value);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[4..], Index);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[6..], Length);
    }
}
