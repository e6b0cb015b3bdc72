using System.Buffers.Binary;

namespace Longwire.UsbIp.Wire;

/// <summary>
/// USBIP_RET_SUBMIT: a transfer is over (struct usbip_header_ret_submit, drivers/usb/usbip/usbip_common.h). When the URB's direction was
/// <see cref="UrbDirection.In"/>, <see cref="ActualLength"/> bytes of data follow the 48 bytes of the header, whatever the status.
/// </summary>
public readonly record struct RetSubmit
{
    /// <summary>-EPIPE: the endpoint stalled, which is how a device says "I do not have that".</summary>
    public const int Stall = -32;

    /// <summary>Of the CMD_SUBMIT that this answers.</summary>
    public required uint Seqnum { get; init; }

    /// <summary>0 from Linux.</summary>
    public uint DevId { get; init; }

    /// <summary>0 from Linux, whatever the URB's was.</summary>
    public UrbDirection Direction { get; init; }

    /// <summary>0 from Linux.</summary>
    public uint Ep { get; init; }

    /// <summary>0, or a negative errno.</summary>
    public required int Status { get; init; }

    /// <summary>Bytes transferred.</summary>
    public required int ActualLength { get; init; }

    /// <summary>Isochronous transfers only.</summary>
    public int StartFrame { get; init; }

    /// <summary>Isochronous transfers only.</summary>
    public int NumberOfPackets { get; init; }

    /// <summary>Isochronous transfers only.</summary>
    public int ErrorCount { get; init; }

    /// <summary>Reads 48 bytes; the last 8 are padding and not looked at.</summary>
    /// <exception cref="UsbIpFormatException">Cut short, or a field outside its range.</exception>
    /// <exception cref="UsbIpProtocolException">Another message.</exception>
    public static RetSubmit Parse(ReadOnlySpan<byte> bytes)
    {
        UrbHeader basic = UrbHeader.Parse(bytes, UrbCommand.RetSubmit);
        return new RetSubmit
        {
            Seqnum = basic.Seqnum,
            DevId = basic.DevId,
            Direction = basic.Direction,
            Ep = basic.Ep,
            Status = BinaryPrimitives.ReadInt32BigEndian(bytes[20..]),
            ActualLength = UrbHeader.ReadLength(bytes[24..], "actual_length"),
            StartFrame = BinaryPrimitives.ReadInt32BigEndian(bytes[28..]),
            NumberOfPackets = BinaryPrimitives.ReadInt32BigEndian(bytes[32..]),
            ErrorCount = BinaryPrimitives.ReadInt32BigEndian(bytes[36..]),
        };
    }

    /// <summary>Writes 48 bytes.</summary>
    public void Write(Span<byte> destination)
    {
        new UrbHeader(UrbCommand.RetSubmit, Seqnum, DevId, Direction, Ep).Write(destination);
        BinaryPrimitives.WriteInt32BigEndian(destination[20..], Status);
        BinaryPrimitives.WriteInt32BigEndian(destination[24..], ActualLength);
        BinaryPrimitives.WriteInt32BigEndian(destination[28..], StartFrame);
        BinaryPrimitives.WriteInt32BigEndian(destination[32..], NumberOfPackets);
        BinaryPrimitives.WriteInt32BigEndian(destination[36..], ErrorCount);
    }
}
