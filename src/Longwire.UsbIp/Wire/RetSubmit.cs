using System.Diagnostics.CodeAnalysis;
using Longwire.UsbIp.Errors;

namespace Longwire.UsbIp.Wire;

/// <summary>
/// USBIP_RET_SUBMIT: a transfer is over (struct usbip_header_ret_submit, drivers/usb/usbip/usbip_common.h). When the URB's direction was
/// <see cref="UrbDirection.In"/>, <see cref="ActualLength"/> bytes of data follow the 48 bytes of the header, whatever the status.
/// </summary>
public readonly record struct RetSubmit
{
    /// <summary>-EPIPE: the endpoint stalled, which is how a device says "I do not have that".</summary>
    public const int Stall = -32;

    private readonly UrbFields _fields;

    [SetsRequiredMembers]
    private RetSubmit(UrbFields fields) => _fields = fields;

    /// <summary>Of the CMD_SUBMIT that this answers.</summary>
    public required uint Seqnum { get => _fields.Seqnum; init => _fields.Seqnum = value; }

    /// <summary>0 from Linux.</summary>
    public uint DevId { get => _fields.DevId; init => _fields.DevId = value; }

    /// <summary>0 from Linux, whatever the URB's was.</summary>
    public UrbDirection Direction { get => _fields.Direction; init => _fields.Direction = value; }

    /// <summary>0 from Linux.</summary>
    public uint Ep { get => _fields.Ep; init => _fields.Ep = value; }

    /// <summary>0, or a negative errno.</summary>
    public required int Status { get => _fields.First; init => _fields.First = value; }

    /// <summary>Bytes transferred.</summary>
    public required int ActualLength { get => _fields.Length; init => _fields.Length = value; }

    /// <summary>Isochronous transfers only.</summary>
    public int StartFrame { get => _fields.StartFrame; init => _fields.StartFrame = value; }

    /// <summary>Isochronous transfers only.</summary>
    public int NumberOfPackets { get => _fields.NumberOfPackets; init => _fields.NumberOfPackets = value; }

    /// <summary>Isochronous transfers only.</summary>
    public int ErrorCount { get => _fields.Last; init => _fields.Last = value; }

    /// <summary>Reads 48 bytes; the last 8 are padding and not looked at.</summary>
    /// <exception cref="UsbIpFormatException">Cut short, or a field outside its range.</exception>
    /// <exception cref="UsbIpProtocolException">Another message.</exception>
    public static RetSubmit Parse(ReadOnlySpan<byte> bytes) => new(UrbFields.Parse(bytes, UrbCommand.RetSubmit));

    /// <summary>Writes 48 bytes.</summary>
    public void Write(Span<byte> destination) => _fields.Write(destination, UrbCommand.RetSubmit);
}
