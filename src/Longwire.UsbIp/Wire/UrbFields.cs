using System.Buffers.Binary;
using Longwire.UsbIp.Errors;

namespace Longwire.UsbIp.Wire;

/// <summary>
/// The 48 bytes of a URB message as they lie on the wire, once for all four (struct usbip_header, drivers/usb/usbip/usbip_common.h). The
/// two SUBMIT messages share one layout and the two UNLINK messages another, which is the first field of it; each message's own type gives
/// the fields their names. Holds values only: parsing and writing allocate nothing.
/// </summary>
internal record struct UrbFields
{
    private const int FirstAt = UrbHeader.BasicSize;
    private const int LengthAt = 24;
    private const int StartFrameAt = 28;
    private const int NumberOfPacketsAt = 32;
    private const int LastAt = 36;
    private const int SetupAt = 40;

    public uint Seqnum;
    public uint DevId;
    public UrbDirection Direction;
    public uint Ep;

    /// <summary>transfer_flags, the seqnum to unlink, or status: the only one of the UNLINK messages.</summary>
    public int First;

    /// <summary>transfer_buffer_length or actual_length.</summary>
    public int Length;
    public int StartFrame;
    public int NumberOfPackets;

    /// <summary>interval or error_count.</summary>
    public int Last;

    /// <summary>CMD_SUBMIT only.</summary>
    public SetupPacket Setup;

    /// <summary>Reads 48 bytes; what is padding in this message is not looked at.</summary>
    /// <exception cref="UsbIpFormatException">Cut short, or a field outside its range.</exception>
    /// <exception cref="UsbIpProtocolException">Another message.</exception>
    public static UrbFields Parse(ReadOnlySpan<byte> bytes, UrbCommand command)
    {
        UrbHeader basic = UrbHeader.Parse(bytes, command);
        var fields = new UrbFields
        {
            Seqnum = basic.Seqnum,
            DevId = basic.DevId,
            Direction = basic.Direction,
            Ep = basic.Ep,
            First = BinaryPrimitives.ReadInt32BigEndian(bytes[FirstAt..]),
        };
        if (command is UrbCommand.CmdUnlink or UrbCommand.RetUnlink) return fields;
        fields.Length = UrbHeader.ReadLength(
            bytes[LengthAt..], command == UrbCommand.CmdSubmit ? "transfer_buffer_length" : "actual_length");
        fields.StartFrame = BinaryPrimitives.ReadInt32BigEndian(bytes[StartFrameAt..]);
        fields.NumberOfPackets = BinaryPrimitives.ReadInt32BigEndian(bytes[NumberOfPacketsAt..]);
        fields.Last = BinaryPrimitives.ReadInt32BigEndian(bytes[LastAt..]);
        if (command == UrbCommand.CmdSubmit) fields.Setup = SetupPacket.Read(bytes[SetupAt..]);
        return fields;
    }

    /// <summary>Writes 48 bytes. What a message does not have is 0 here, and so is its padding.</summary>
    public readonly void Write(Span<byte> destination, UrbCommand command)
    {
        new UrbHeader(command, Seqnum, DevId, Direction, Ep).Write(destination);
        BinaryPrimitives.WriteInt32BigEndian(destination[FirstAt..], First);
        BinaryPrimitives.WriteInt32BigEndian(destination[LengthAt..], Length);
        BinaryPrimitives.WriteInt32BigEndian(destination[StartFrameAt..], StartFrame);
        BinaryPrimitives.WriteInt32BigEndian(destination[NumberOfPacketsAt..], NumberOfPackets);
        BinaryPrimitives.WriteInt32BigEndian(destination[LastAt..], Last);
        Setup.Write(destination[SetupAt..]);
    }
}
