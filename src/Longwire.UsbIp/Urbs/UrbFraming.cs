using System.Buffers.Binary;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Urbs;

/// <summary>
/// Where a command ends. Commands say it themselves; of answers only the table of URBs knows it, because a RET_SUBMIT does not say whether
/// its URB was an IN.
/// </summary>
public static class UrbFraming
{
    /// <summary>The longest data of one URB that is taken. Control transfers have at most 65535 bytes, serial ports less.</summary>
    public const int MaxTransfer = 64 * 1024;

    /// <summary>The longest command: a buffer of this size can always make progress.</summary>
    public const int MaxCommand = UrbHeader.Size + MaxTransfer + (MaxPackets * PacketSize);

    /// <summary>The longest answer: a buffer of this size can always make progress.</summary>
    public const int MaxAnswer = UrbHeader.Size + MaxTransfer;

    // USBIP_MAX_ISO_PACKETS and struct usbip_iso_packet_descriptor (drivers/usb/usbip/usbip_common.h).
    private const int MaxPackets = 1024;
    private const int PacketSize = 16;

    /// <summary>Length in bytes of the command that begins here; 0: its header is not whole.</summary>
    /// <exception cref="UsbIpFormatException">A field outside its range.</exception>
    /// <exception cref="UsbIpProtocolException">No command, or one that is longer than any serial port's.</exception>
    public static int CommandLength(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < UrbHeader.Size) return 0;
        if (BinaryPrimitives.ReadUInt32BigEndian(bytes) == (uint)UrbCommand.CmdUnlink)
        {
            CmdUnlink.Parse(bytes);
            return UrbHeader.Size;
        }
        CmdSubmit submit = CmdSubmit.Parse(bytes);
        if (submit.TransferBufferLength > MaxTransfer)
            throw TooMuch(submit.Seqnum, "transfer_buffer_length", submit.TransferBufferLength, MaxTransfer);
        if (submit.NumberOfPackets > MaxPackets) throw TooMuch(submit.Seqnum, "number_of_packets", submit.NumberOfPackets, MaxPackets);
        // -1 is what the protocol's document says for URBs that are not isochronous; Linux says 0.
        return UrbHeader.Size + (Math.Max(submit.NumberOfPackets, 0) * PacketSize)
            + (submit.Direction == UrbDirection.Out ? submit.TransferBufferLength : 0);
    }

    private static UsbIpProtocolException TooMuch(uint seqnum, string field, int value, int most) => new(
        $"CMD_SUBMIT {FieldFormat.Number(seqnum)}: {field} is {FieldFormat.Number(value)}, and at most {FieldFormat.Number(most)} is "
            + "taken");
}
