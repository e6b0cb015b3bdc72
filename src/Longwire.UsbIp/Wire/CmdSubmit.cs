using System.Buffers.Binary;

namespace Longwire.UsbIp.Wire;

/// <summary>
/// USBIP_CMD_SUBMIT: the host asks for a transfer (struct usbip_header_cmd_submit, drivers/usb/usbip/usbip_common.h). With direction
/// <see cref="UrbDirection.Out"/> <see cref="TransferBufferLength"/> bytes of data follow the 48 bytes of the header.
/// </summary>
public readonly record struct CmdSubmit
{
    /// <summary>URB_DIR_IN (include/linux/usb.h): the flag that goes with <see cref="UrbDirection.In"/>.</summary>
    public const uint UrbDirIn = 0x200;

    /// <summary>Chosen by the host, echoed in RET_SUBMIT.</summary>
    public required uint Seqnum { get; init; }

    /// <summary>Bus number &lt;&lt; 16 | device number on the Pi.</summary>
    public required uint DevId { get; init; }

    public required UrbDirection Direction { get; init; }

    /// <summary>Endpoint number without the direction bit, 0 to 15.</summary>
    public required uint Ep { get; init; }

    /// <summary>URB_* of include/linux/usb.h.</summary>
    public uint TransferFlags { get; init; }

    /// <summary>Bytes to send, or room for bytes to receive.</summary>
    public int TransferBufferLength { get; init; }

    /// <summary>Isochronous transfers only, else 0.</summary>
    public int StartFrame { get; init; }

    /// <summary>Isochronous transfers only; otherwise 0 from Linux, and 0xffffffff by the document.</summary>
    public int NumberOfPackets { get; init; }

    /// <summary>Microframes or frames between two polls of an interrupt or isochronous endpoint.</summary>
    public int Interval { get; init; }

    /// <summary>Control transfers only, else zeros.</summary>
    public SetupPacket Setup { get; init; }

    /// <summary>Reads 48 bytes.</summary>
    /// <exception cref="UsbIpFormatException">Cut short, or a field outside its range.</exception>
    /// <exception cref="UsbIpProtocolException">Another message.</exception>
    public static CmdSubmit Parse(ReadOnlySpan<byte> bytes)
    {
        UrbHeader basic = UrbHeader.Parse(bytes, UrbCommand.CmdSubmit);
        return new CmdSubmit
        {
            Seqnum = basic.Seqnum,
            DevId = basic.DevId,
            Direction = basic.Direction,
            Ep = basic.Ep,
            TransferFlags = BinaryPrimitives.ReadUInt32BigEndian(bytes[20..]),
            TransferBufferLength = UrbHeader.ReadLength(bytes[24..], "transfer_buffer_length"),
            StartFrame = BinaryPrimitives.ReadInt32BigEndian(bytes[28..]),
            NumberOfPackets = BinaryPrimitives.ReadInt32BigEndian(bytes[32..]),
            Interval = BinaryPrimitives.ReadInt32BigEndian(bytes[36..]),
            Setup = SetupPacket.Read(bytes[40..]),
        };
    }

    /// <summary>Writes 48 bytes.</summary>
    public void Write(Span<byte> destination)
    {
        new UrbHeader(UrbCommand.CmdSubmit, Seqnum, DevId, Direction, Ep).Write(destination);
        BinaryPrimitives.WriteUInt32BigEndian(destination[20..], TransferFlags);
        BinaryPrimitives.WriteInt32BigEndian(destination[24..], TransferBufferLength);
        BinaryPrimitives.WriteInt32BigEndian(destination[28..], StartFrame);
        BinaryPrimitives.WriteInt32BigEndian(destination[32..], NumberOfPackets);
        BinaryPrimitives.WriteInt32BigEndian(destination[36..], Interval);
        Setup.Write(destination[40..]);
    }
}
