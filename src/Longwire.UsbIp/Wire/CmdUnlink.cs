using System.Buffers.Binary;

namespace Longwire.UsbIp.Wire;

/// <summary>
/// USBIP_CMD_UNLINK: the host takes back a URB that it submitted (struct usbip_header_cmd_unlink, drivers/usb/usbip/usbip_common.h).
/// <para>
/// The URB may complete while the unlink is on its way. The Pi resolves that race: if it still held the URB, it answers RET_UNLINK with
/// -ECONNRESET and never RET_SUBMIT; if not, RET_SUBMIT is already on the wire ahead of a RET_UNLINK with 0.
/// </para>
/// </summary>
public readonly record struct CmdUnlink
{
    /// <summary>Of this message itself, echoed in RET_UNLINK.</summary>
    public required uint Seqnum { get; init; }

    /// <summary>Bus number &lt;&lt; 16 | device number on the Pi.</summary>
    public required uint DevId { get; init; }

    public UrbDirection Direction { get; init; }

    public uint Ep { get; init; }

    /// <summary>The seqnum of the URB to take back.</summary>
    public required uint UnlinkSeqnum { get; init; }

    /// <summary>Reads 48 bytes.</summary>
    /// <exception cref="UsbIpFormatException">Cut short, or a field outside its range.</exception>
    /// <exception cref="UsbIpProtocolException">Another message.</exception>
    public static CmdUnlink Parse(ReadOnlySpan<byte> bytes)
    {
        UrbHeader basic = UrbHeader.Parse(bytes, UrbCommand.CmdUnlink);
        return new CmdUnlink
        {
            Seqnum = basic.Seqnum,
            DevId = basic.DevId,
            Direction = basic.Direction,
            Ep = basic.Ep,
            UnlinkSeqnum = BinaryPrimitives.ReadUInt32BigEndian(bytes[20..]),
        };
    }

    /// <summary>Writes 48 bytes.</summary>
    public void Write(Span<byte> destination)
    {
        new UrbHeader(UrbCommand.CmdUnlink, Seqnum, DevId, Direction, Ep).Write(destination);
        BinaryPrimitives.WriteUInt32BigEndian(destination[20..], UnlinkSeqnum);
    }
}
