using System.Buffers.Binary;
using Longwire.UsbIp.Errors;

namespace Longwire.UsbIp.Usb;

/// <summary>
/// The device descriptor (USB 2.0, table 9-8; struct usb_device_descriptor, include/uapi/linux/usb/ch9.h), little-endian.
/// </summary>
public readonly record struct DeviceDescriptor
{
    /// <summary>Bytes on the wire.</summary>
    public const int Size = 18;

    public required byte DeviceClass { get; init; }
    public required byte DeviceSubClass { get; init; }
    public required byte DeviceProtocol { get; init; }
    public required UsbId Id { get; init; }
    public required ushort BcdDevice { get; init; }

    /// <summary>iManufacturer: the index of a string, 0 if there is none.</summary>
    public required byte ManufacturerIndex { get; init; }

    /// <summary>iProduct: the index of a string, 0 if there is none.</summary>
    public required byte ProductIndex { get; init; }

    /// <summary>iSerialNumber: the index of a string, 0 if there is none.</summary>
    public required byte SerialIndex { get; init; }

    /// <summary>bNumConfigurations.</summary>
    public required byte ConfigurationCount { get; init; }

    /// <summary>Reads the first 18 bytes.</summary>
    /// <exception cref="UsbIpFormatException">Cut short, or not a device descriptor.</exception>
    public static DeviceDescriptor Parse(ReadOnlySpan<byte> bytes)
    {
        FieldFormat.RequireLength(bytes, Size, "a device descriptor");
        if (bytes[0] != Size || bytes[1] != DescriptorType.Device)
        {
            throw new UsbIpFormatException(
                $"a device descriptor begins with length {FieldFormat.Number(bytes[0])} and type {FieldFormat.Number(bytes[1])}, not 18 "
                    + "and "
                    + "1");
        }
        return new DeviceDescriptor
        {
            DeviceClass = bytes[4],
            DeviceSubClass = bytes[5],
            DeviceProtocol = bytes[6],
            Id = new UsbId(BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]), BinaryPrimitives.ReadUInt16LittleEndian(bytes[10..])),
            BcdDevice = BinaryPrimitives.ReadUInt16LittleEndian(bytes[12..]),
            ManufacturerIndex = bytes[14],
            ProductIndex = bytes[15],
            SerialIndex = bytes[16],
            ConfigurationCount = bytes[17],
        };
    }
}
