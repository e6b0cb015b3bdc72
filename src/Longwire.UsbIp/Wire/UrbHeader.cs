using System.Buffers.Binary;
using Longwire.UsbIp.Errors;

namespace Longwire.UsbIp.Wire;

/// <summary>
/// The 20 bytes that all four URB messages begin with (struct usbip_header_basic, drivers/usb/usbip/usbip_common.h; usbip_protocol.rst,
/// "usbip_header_basic"). The rest of the 48 bytes is read by the message's own type: <see cref="CmdSubmit"/>, <see cref="CmdUnlink"/>,
/// <see cref="RetSubmit"/>, <see cref="RetUnlink"/>.
/// </summary>
/// <param name="Command">Which message this is.</param>
/// <param name="Seqnum">Chosen by the host, echoed in the answer.</param>
/// <param name="DevId">Bus number &lt;&lt; 16 | device number on the Pi; 0 in answers.</param>
/// <param name="Direction">Where the data goes; 0 in answers.</param>
/// <param name="Ep">Endpoint number, 0 to 15; 0 in answers.</param>
public readonly record struct UrbHeader(UrbCommand Command, uint Seqnum, uint DevId, UrbDirection Direction, uint Ep)
{
    /// <summary>Bytes of every URB message's header, the part of its own type included (struct usbip_header).</summary>
    public const int Size = 48;

    /// <summary>Bytes of this common part.</summary>
    public const int BasicSize = 20;

    /// <summary>The highest endpoint number that USB knows.</summary>
    public const uint MaxEp = 15;

    /// <summary>Reads the common part of a 48-byte header.</summary>
    /// <exception cref="UsbIpFormatException">Cut short, an unknown command, a direction or endpoint outside its range.</exception>
    public static UrbHeader Parse(ReadOnlySpan<byte> bytes)
    {
        FieldFormat.RequireLength(bytes, Size, "a URB header");
        var header = new UrbHeader(
            (UrbCommand)BinaryPrimitives.ReadUInt32BigEndian(bytes),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]),
            (UrbDirection)BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]));
        if (header.Command is < UrbCommand.CmdSubmit or > UrbCommand.RetUnlink) throw Out("command", (uint)header.Command);
        if (header.Direction > UrbDirection.In) throw Out("direction", (uint)header.Direction);
        if (header.Ep > MaxEp) throw Out("ep", header.Ep);
        return header;
    }

    internal static UrbHeader Parse(ReadOnlySpan<byte> bytes, UrbCommand expected)
    {
        UrbHeader header = Parse(bytes);
        return header.Command == expected
            ? header
            : throw new UsbIpProtocolException(
                $"expected {expected}, got {header.Command} with seqnum {FieldFormat.Number(header.Seqnum)}");
    }

    /// <summary>A length that the kernel holds as a signed number: a negative one is no length.</summary>
    internal static int ReadLength(ReadOnlySpan<byte> bytes, string name)
    {
        int length = BinaryPrimitives.ReadInt32BigEndian(bytes);
        return length >= 0 ? length : throw Out(name, (uint)length);
    }

    /// <summary>Writes the common part and zeros up to the end of the header.</summary>
    internal void Write(Span<byte> destination)
    {
        destination = destination[..Size];
        BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)Command);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], Seqnum);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], DevId);
        BinaryPrimitives.WriteUInt32BigEndian(destination[12..], (uint)Direction);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], Ep);
        destination[BasicSize..].Clear();
    }

    private static UsbIpFormatException Out(string name, uint value) =>
        new($"a URB header's {name} is {FieldFormat.Number(value)}, which is outside its range");
}
