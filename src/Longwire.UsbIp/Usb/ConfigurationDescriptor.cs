using System.Buffers.Binary;
using System.Collections.Immutable;
using Longwire.UsbIp.Errors;

namespace Longwire.UsbIp.Usb;

/// <summary>
/// A configuration with the interfaces it holds (USB 2.0, tables 9-10 and 9-12), little-endian: the layout of sysfs' <c>descriptors</c>
/// behind the device descriptor, and of GET_DESCRIPTOR's answer.
/// </summary>
public sealed record ConfigurationDescriptor
{
    /// <summary>Bytes of the configuration's own descriptor, which states how long the whole is.</summary>
    public const int HeaderSize = 9;

    private const int InterfaceSize = 9;

    /// <summary>wTotalLength: bytes of the configuration with everything in it.</summary>
    public required int TotalLength { get; init; }

    /// <summary>bConfigurationValue.</summary>
    public required byte Value { get; init; }

    /// <summary>
    /// Alternate setting 0 of each interface, by interface number. Empty when only the header was read. The number that the header
    /// promises (bNumInterfaces) is not held against it: devices that miscount exist, and the kernel counts for itself too.
    /// </summary>
    public ImmutableArray<UsbInterfaceClass> Interfaces { get; init; } = [];

    /// <summary>Reads the 9 bytes that state the length of the whole.</summary>
    /// <exception cref="UsbIpFormatException">Cut short, or not a configuration descriptor.</exception>
    public static ConfigurationDescriptor ParseHeader(ReadOnlySpan<byte> bytes)
    {
        FieldFormat.RequireLength(bytes, HeaderSize, "a configuration descriptor");
        if (bytes[0] < HeaderSize || bytes[1] != DescriptorType.Configuration)
        {
            throw new UsbIpFormatException(
                $"a configuration descriptor begins with length {FieldFormat.Number(bytes[0])} and type {FieldFormat.Number(bytes[1])}, "
                    + "not "
                    + "9 and 2");
        }
        int total = BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]);
        if (total < bytes[0])
            throw new UsbIpFormatException($"a configuration states {FieldFormat.Number(total)} bytes in total, less than its own header");
        return new ConfigurationDescriptor { TotalLength = total, Value = bytes[5] };
    }

    /// <summary>Reads a whole configuration; bytes beyond its total length belong to somebody else.</summary>
    /// <exception cref="UsbIpFormatException">Cut short, a descriptor of no length, or one that leaves the configuration.</exception>
    public static ConfigurationDescriptor Parse(ReadOnlySpan<byte> bytes)
    {
        ConfigurationDescriptor header = ParseHeader(bytes);
        FieldFormat.RequireLength(bytes, header.TotalLength, "a configuration");
        var interfaces = new SortedDictionary<byte, UsbInterfaceClass>();
        int at = bytes[0];
        while (at < header.TotalLength)
        {
            ReadOnlySpan<byte> rest = bytes[at..header.TotalLength];
            // Two bytes, length and type, are the least that a descriptor is: anything shorter would keep us here for ever.
            if (rest.Length < 2 || rest[0] < 2 || rest[0] > rest.Length)
            {
                throw new UsbIpFormatException(
                    $"a descriptor at offset {FieldFormat.Number(at)} has length {FieldFormat.Number(rest[0])} with "
                        + $"{FieldFormat.Number(rest.Length)} bytes left");
            }
            if (rest[1] == DescriptorType.Interface) AddInterface(interfaces, rest[..rest[0]]);
            at += rest[0];
        }
        return header with { Interfaces = [.. interfaces.Values] };
    }

    /// <summary>By value, as a record promises.</summary>
    public bool Equals(ConfigurationDescriptor? other) =>
        other is not null
            && TotalLength == other.TotalLength
            && Value == other.Value
            && Interfaces.AsSpan().SequenceEqual(other.Interfaces.AsSpan());

    public override int GetHashCode() => HashCode.Combine(TotalLength, Value, Interfaces.Length);

    private static void AddInterface(SortedDictionary<byte, UsbInterfaceClass> interfaces, ReadOnlySpan<byte> descriptor)
    {
        FieldFormat.RequireLength(descriptor, InterfaceSize, "an interface descriptor");
        byte number = descriptor[2], alternateSetting = descriptor[3];
        // The first counts when a device repeats itself, as in the kernel (drivers/usb/core/config.c).
        if (alternateSetting == 0) interfaces.TryAdd(number, new UsbInterfaceClass(descriptor[5], descriptor[6], descriptor[7]));
    }
}
