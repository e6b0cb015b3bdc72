using System.Diagnostics.CodeAnalysis;
using Longwire.UsbIp.Errors;

namespace Longwire.UsbIp.Wire;

/// <summary>
/// USBIP_CMD_SUBMIT: the host asks for a transfer (struct usbip_header_cmd_submit, drivers/usb/usbip/usbip_common.h). With direction
/// <see cref="UrbDirection.Out"/> <see cref="TransferBufferLength"/> bytes of data follow the 48 bytes of the header.
/// </summary>
public readonly record struct CmdSubmit
{
    /// <summary>URB_DIR_IN (include/linux/usb.h): the flag that goes with <see cref="UrbDirection.In"/>.</summary>
    public const uint UrbDirIn = 0x200;

    private readonly UrbFields _fields;

    [SetsRequiredMembers]
    private CmdSubmit(UrbFields fields) => _fields = fields;

    /// <summary>Chosen by the host, echoed in RET_SUBMIT.</summary>
    public required uint Seqnum { get => _fields.Seqnum; init => _fields.Seqnum = value; }

    /// <summary>Bus number &lt;&lt; 16 | device number on the Pi.</summary>
    public required uint DevId { get => _fields.DevId; init => _fields.DevId = value; }

    public required UrbDirection Direction { get => _fields.Direction; init => _fields.Direction = value; }

    /// <summary>Endpoint number without the direction bit, 0 to 15.</summary>
    public required uint Ep { get => _fields.Ep; init => _fields.Ep = value; }

    /// <summary>URB_* of include/linux/usb.h.</summary>
    public uint TransferFlags { get => (uint)_fields.First; init => _fields.First = (int)value; }

    /// <summary>Bytes to send, or room for bytes to receive.</summary>
    public int TransferBufferLength { get => _fields.Length; init => _fields.Length = value; }

    /// <summary>Isochronous transfers only, else 0.</summary>
    public int StartFrame { get => _fields.StartFrame; init => _fields.StartFrame = value; }

    /// <summary>Isochronous transfers only; otherwise 0 from Linux, and 0xffffffff by the document.</summary>
    public int NumberOfPackets { get => _fields.NumberOfPackets; init => _fields.NumberOfPackets = value; }

    /// <summary>Microframes or frames between two polls of an interrupt or isochronous endpoint.</summary>
    public int Interval { get => _fields.Last; init => _fields.Last = value; }

    /// <summary>Control transfers only, else zeros.</summary>
    public SetupPacket Setup { get => _fields.Setup; init => _fields.Setup = value; }

    /// <summary>Reads 48 bytes.</summary>
    /// <exception cref="UsbIpFormatException">Cut short, or a field outside its range.</exception>
    /// <exception cref="UsbIpProtocolException">Another message.</exception>
    public static CmdSubmit Parse(ReadOnlySpan<byte> bytes) => new(UrbFields.Parse(bytes, UrbCommand.CmdSubmit));

    /// <summary>Writes 48 bytes.</summary>
    public void Write(Span<byte> destination) => _fields.Write(destination, UrbCommand.CmdSubmit);
}
