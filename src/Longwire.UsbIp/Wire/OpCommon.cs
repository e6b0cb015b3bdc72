using System.Buffers.Binary;
using System.Globalization;
using Longwire.UsbIp.Errors;

namespace Longwire.UsbIp.Wire;

/// <summary>The header of every operation: version, code and status (struct op_common, tools/usb/usbip/src/usbip_network.h).</summary>
public readonly record struct OpCommon(ushort Version, OpCode Code, UsbIpStatus Status)
{
    /// <summary>Bytes on the wire.</summary>
    public const int Size = 8;

    /// <summary>USBIP_VERSION: 1.1.1 in binary coded decimal, the only version in use since Linux 2.6.</summary>
    public const ushort CurrentVersion = 0x0111;

    /// <summary>The port that IANA registered for USB/IP, and usbipd listens on.</summary>
    public const int DefaultPort = 3240;

    public OpCommon(OpCode code, UsbIpStatus status = UsbIpStatus.Ok)
        : this(CurrentVersion, code, status)
    {
    }

    /// <summary>Reads the first 8 bytes. Any version, code and status is kept: <see cref="Expect"/> judges them.</summary>
    /// <exception cref="UsbIpFormatException">There are fewer than 8 bytes.</exception>
    public static OpCommon Parse(ReadOnlySpan<byte> bytes)
    {
        FieldFormat.RequireLength(bytes, Size, "an operation header");
        return new OpCommon(
            BinaryPrimitives.ReadUInt16BigEndian(bytes),
            (OpCode)BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]),
            (UsbIpStatus)BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]));
    }

    /// <summary>Writes 8 bytes.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, Version);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)Code);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], (uint)Status);
    }

    /// <summary>Checks version and code; the status is the caller's to judge, because only it knows what was asked.</summary>
    /// <exception cref="UsbIpProtocolException">Another version, or another operation.</exception>
    public void Expect(OpCode code)
    {
        if (Version != CurrentVersion)
        {
            throw new UsbIpProtocolException(string.Create(
                CultureInfo.InvariantCulture, $"the peer speaks USB/IP version 0x{Version:x4}, we speak 0x{CurrentVersion:x4}"));
        }
        if (Code != code)
        {
            throw new UsbIpProtocolException(string.Create(
                CultureInfo.InvariantCulture, $"expected operation 0x{(ushort)code:x4} ({code}), got 0x{(ushort)Code:x4}"));
        }
    }
}
