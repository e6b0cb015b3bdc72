using System.Diagnostics.CodeAnalysis;
using Longwire.UsbIp.Errors;

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
    private readonly UrbFields _fields;

    [SetsRequiredMembers]
    private CmdUnlink(UrbFields fields) => _fields = fields;

    /// <summary>Of this message itself, echoed in RET_UNLINK.</summary>
    public required uint Seqnum { get => _fields.Seqnum; init => _fields.Seqnum = value; }

    /// <summary>Bus number &lt;&lt; 16 | device number on the Pi.</summary>
    public required uint DevId { get => _fields.DevId; init => _fields.DevId = value; }

    public UrbDirection Direction { get => _fields.Direction; init => _fields.Direction = value; }

    public uint Ep { get => _fields.Ep; init => _fields.Ep = value; }

    /// <summary>The seqnum of the URB to take back.</summary>
    public required uint UnlinkSeqnum { get => (uint)_fields.First; init => _fields.First = (int)value; }

    /// <summary>Reads 48 bytes.</summary>
    /// <exception cref="UsbIpFormatException">Cut short, or a field outside its range.</exception>
    /// <exception cref="UsbIpProtocolException">Another message.</exception>
    public static CmdUnlink Parse(ReadOnlySpan<byte> bytes) => new(UrbFields.Parse(bytes, UrbCommand.CmdUnlink));

    /// <summary>Writes 48 bytes.</summary>
    public void Write(Span<byte> destination) => _fields.Write(destination, UrbCommand.CmdUnlink);
}
