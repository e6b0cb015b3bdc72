using System.Diagnostics.CodeAnalysis;
using Longwire.UsbIp.Errors;

namespace Longwire.UsbIp.Wire;

/// <summary>
/// USBIP_RET_UNLINK: what became of an unlink (struct usbip_header_ret_unlink, drivers/usb/usbip/usbip_common.h). <see cref="CmdUnlink"/>
/// tells how the race with the URB's completion ends.
/// </summary>
public readonly record struct RetUnlink
{
    /// <summary>-ECONNRESET: the URB was taken back and gets no RET_SUBMIT.</summary>
    public const int TakenBack = -104;

    private readonly UrbFields _fields;

    [SetsRequiredMembers]
    private RetUnlink(UrbFields fields) => _fields = fields;

    /// <summary>Of the CMD_UNLINK that this answers, not of the URB.</summary>
    public required uint Seqnum { get => _fields.Seqnum; init => _fields.Seqnum = value; }

    /// <summary>0 from Linux.</summary>
    public uint DevId { get => _fields.DevId; init => _fields.DevId = value; }

    /// <summary>0 from Linux.</summary>
    public UrbDirection Direction { get => _fields.Direction; init => _fields.Direction = value; }

    /// <summary>0 from Linux.</summary>
    public uint Ep { get => _fields.Ep; init => _fields.Ep = value; }

    /// <summary><see cref="TakenBack"/>, or 0 when the URB had completed already.</summary>
    public required int Status { get => _fields.First; init => _fields.First = value; }

    /// <summary>Reads 48 bytes.</summary>
    /// <exception cref="UsbIpFormatException">Cut short, or a field outside its range.</exception>
    /// <exception cref="UsbIpProtocolException">Another message.</exception>
    public static RetUnlink Parse(ReadOnlySpan<byte> bytes) => new(UrbFields.Parse(bytes, UrbCommand.RetUnlink));

    /// <summary>Writes 48 bytes.</summary>
    public void Write(Span<byte> destination) => _fields.Write(destination, UrbCommand.RetUnlink);
}
