using System.Buffers.Binary;

namespace Longwire.UsbIp.Wire;

/// <summary>
/// USBIP_RET_UNLINK: what became of an unlink (struct usbip_header_ret_unlink, drivers/usb/usbip/usbip_common.h). <see cref="CmdUnlink"/> tells
/// how the race with the URB's completion ends.
/// </summary>
public readonly record struct RetUnlink
{
    /// <summary>-ECONNRESET: the URB was taken back and gets no RET_SUBMIT.</summary>
    public const int TakenBack = -104;

    /// <summary>Of the CMD_UNLINK that this answers, not of the URB.</summary>
    public required uint Seqnum { get; init; }

    /// <summary>0 from Linux.</summary>
    public uint DevId { get; init; }

    /// <summary>0 from Linux.</summary>
    public UrbDirection Direction { get; init; }

    /// <summary>0 from Linux.</summary>
    public uint Ep { get; init; }

    /// <summary><see cref="TakenBack"/>, or 0 when the URB had completed already.</summary>
    public required int Status { get; init; }

    /// <summary>Reads 48 bytes.</summary>
    /// <exception cref="UsbIpFormatException">Cut short, or a field outside its range.</exception>
    /// <exception cref="UsbIpProtocolException">Another message.</exception>
    public static RetUnlink Parse(ReadOnlySpan<byte> bytes)
    {
        UrbHeader basic = UrbHeader.Parse(bytes, UrbCommand.RetUnlink);
        return new RetUnlink
        {
            Seqnum = basic.Seqnum,
            DevId = basic.DevId,
            Direction = basic.Direction,
            Ep = basic.Ep,
            Status = BinaryPrimitives.ReadInt32BigEndian(bytes[20..]),
        };
    }

    /// <summary>Writes 48 bytes.</summary>
    public void Write(Span<byte> destination)
    {
        new UrbHeader(UrbCommand.RetUnlink, Seqnum, DevId, Direction, Ep).Write(destination);
        BinaryPrimitives.WriteInt32BigEndian(destination[20..], Status);
    }
}
