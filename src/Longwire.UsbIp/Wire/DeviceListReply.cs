using System.Buffers.Binary;
using System.Collections.Immutable;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;

namespace Longwire.UsbIp.Wire;

/// <summary>
/// OP_REP_DEVLIST: a header, the number of devices, then each device's record followed by its interfaces
/// (struct op_devlist_reply, tools/usb/usbip/src/usbip_network.h; usbip_protocol.rst, OP_REP_DEVLIST).
/// </summary>
public static class DeviceListReply
{
    /// <summary>Bytes of the header and the device count.</summary>
    public const int HeadSize = OpCommon.Size + CountSize;

    /// <summary>Bytes of the device count.</summary>
    public const int CountSize = 4;

    /// <summary>Bytes of one interface: class, subclass, protocol and one of padding (struct usbip_usb_interface).</summary>
    public const int InterfaceSize = 4;

    /// <summary>
    /// Devices we accept in one list. A USB bus holds 127, and a machine with eight full buses is not one we serve: a larger number is
    /// a lie or another protocol, and at 312 bytes a device it would decide how much memory we use.
    /// </summary>
    public const int MaxDevices = 1024;

    /// <summary>Reads the 4 bytes of the device count.</summary>
    /// <exception cref="UsbIpFormatException">Cut short, or more than <see cref="MaxDevices"/>.</exception>
    public static int ParseCount(ReadOnlySpan<byte> bytes)
    {
        FieldFormat.RequireLength(bytes, CountSize, "a device count");
        uint count = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        if (count > MaxDevices)
            throw new UsbIpFormatException(
                $"the list announces {FieldFormat.Number(count)} devices, the limit is {FieldFormat.Number(MaxDevices)}");
        return (int)count;
    }

    /// <summary>Reads <paramref name="count"/> interfaces of 4 bytes; the padding is not looked at.</summary>
    /// <exception cref="UsbIpFormatException">Cut short.</exception>
    public static ImmutableArray<UsbInterfaceClass> ParseInterfaces(ReadOnlySpan<byte> bytes, byte count)
    {
        FieldFormat.RequireLength(bytes, count * InterfaceSize, "a device's interfaces");
        var interfaces = ImmutableArray.CreateBuilder<UsbInterfaceClass>(count);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> one = bytes.Slice(i * InterfaceSize, InterfaceSize);
            interfaces.Add(new UsbInterfaceClass(one[0], one[1], one[2]));
        }
        return interfaces.MoveToImmutable();
    }

    /// <summary>Reads a whole reply from memory, header included.</summary>
    /// <param name="bytes">The reply, and perhaps more.</param>
    /// <param name="consumed">Bytes that belong to the list; what follows may be an <see cref="LongwireListExtension"/>.</param>
    /// <exception cref="UsbIpFormatException">Malformed or cut short.</exception>
    /// <exception cref="UsbIpProtocolException">Another version or operation.</exception>
    /// <exception cref="UsbIpRefusedException">The server answered with a status other than 0.</exception>
    public static ImmutableArray<ExportedDevice> Parse(ReadOnlySpan<byte> bytes, out int consumed)
    {
        RequireGood(OpCommon.Parse(bytes));
        int count = ParseCount(bytes[OpCommon.Size..]);
        consumed = HeadSize;
        // Grown as records are read: the count alone buys no memory.
        var devices = ImmutableArray.CreateBuilder<ExportedDevice>();
        for (int i = 0; i < count; i++)
        {
            ExportedDevice device = DeviceRecord.Parse(bytes[consumed..]);
            consumed += DeviceRecord.Size;
            devices.Add(device with { Interfaces = ParseInterfaces(bytes[consumed..], device.InterfaceCount) });
            consumed += device.InterfaceCount * InterfaceSize;
        }
        return devices.ToImmutable();
    }

    /// <summary>Writes a whole reply, header included.</summary>
    /// <exception cref="ArgumentException">A device whose <see cref="ExportedDevice.InterfaceCount"/> is not the number of its interfaces,
    /// or a text that does not fit.</exception>
    public static byte[] Encode(IReadOnlyCollection<ExportedDevice> devices)
    {
        ArgumentNullException.ThrowIfNull(devices);
        var bytes = new byte[HeadSize + devices.Sum(device => DeviceRecord.Size + (device.Interfaces.Length * InterfaceSize))];
        new OpCommon(OpCode.ReplyDeviceList).Write(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(OpCommon.Size), (uint)devices.Count);
        Span<byte> rest = bytes.AsSpan(HeadSize);
        foreach (ExportedDevice device in devices)
        {
            if (device.InterfaceCount != device.Interfaces.Length)
            {
                throw new ArgumentException(
                    $"{device.BusId} states {FieldFormat.Number(device.InterfaceCount)} interfaces and carries "
                        + $"{FieldFormat.Number(device.Interfaces.Length)}",
                    nameof(devices));
            }
            DeviceRecord.Write(rest, device);
            rest = rest[DeviceRecord.Size..];
            foreach (UsbInterfaceClass one in device.Interfaces)
            {
                (rest[0], rest[1], rest[2], rest[3]) = (one.Class, one.SubClass, one.Protocol, 0);
                rest = rest[InterfaceSize..];
            }
        }
        return bytes;
    }

    internal static void RequireGood(OpCommon header)
    {
        header.Expect(OpCode.ReplyDeviceList);
        if (header.Status != UsbIpStatus.Ok)
            throw new UsbIpRefusedException($"the server refuses to list its devices: {header.Status.Describe()}", header.Status);
    }
}
