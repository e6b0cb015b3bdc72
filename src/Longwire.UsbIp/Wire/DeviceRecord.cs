using System.Buffers.Binary;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;

namespace Longwire.UsbIp.Wire;

/// <summary>
/// The 312 bytes that describe one device (struct usbip_usb_device, tools/usb/usbip/libsrc/usbip_common.h; usbip_protocol.rst,
/// OP_REP_DEVLIST from offset 0x0C).
/// </summary>
public static class DeviceRecord
{
    /// <summary>Bytes on the wire.</summary>
    public const int Size = 312;

    /// <summary>SYSFS_PATH_MAX, the closing zero included.</summary>
    public const int PathSize = 256;

    private const int BusIdAt = PathSize;
    private const int BusnumAt = BusIdAt + BusId.WireSize;
    private const int DevnumAt = BusnumAt + 4;
    private const int SpeedAt = DevnumAt + 4;
    private const int IdVendorAt = SpeedAt + 4;
    private const int IdProductAt = IdVendorAt + 2;
    private const int BcdDeviceAt = IdProductAt + 2;
    private const int DeviceClassAt = BcdDeviceAt + 2;
    private const int DeviceSubClassAt = DeviceClassAt + 1;
    private const int DeviceProtocolAt = DeviceSubClassAt + 1;
    private const int ConfigurationValueAt = DeviceProtocolAt + 1;
    private const int NumConfigurationsAt = ConfigurationValueAt + 1;
    private const int NumInterfacesAt = NumConfigurationsAt + 1;

    /// <summary>Reads the first 312 bytes; the interfaces, where they follow, are the list's to read.</summary>
    /// <exception cref="UsbIpFormatException">Cut short, a text that is none, or an empty bus id.</exception>
    public static ExportedDevice Parse(ReadOnlySpan<byte> bytes)
    {
        FieldFormat.RequireLength(bytes, Size, "a device record");
        return new ExportedDevice
        {
            Path = WireFormat.ReadText(bytes[..PathSize], "path"),
            BusId = ParseBusId(bytes.Slice(BusIdAt, BusId.WireSize)),
            BusNumber = BinaryPrimitives.ReadUInt32BigEndian(bytes[BusnumAt..]),
            DeviceNumber = BinaryPrimitives.ReadUInt32BigEndian(bytes[DevnumAt..]),
            Speed = (UsbSpeed)BinaryPrimitives.ReadUInt32BigEndian(bytes[SpeedAt..]),
            Id = IdOf(bytes),
            BcdDevice = BinaryPrimitives.ReadUInt16BigEndian(bytes[BcdDeviceAt..]),
            DeviceClass = bytes[DeviceClassAt],
            DeviceSubClass = bytes[DeviceSubClassAt],
            DeviceProtocol = bytes[DeviceProtocolAt],
            ConfigurationValue = bytes[ConfigurationValueAt],
            ConfigurationCount = bytes[NumConfigurationsAt],
            InterfaceCount = bytes[NumInterfacesAt],
        };
    }

    /// <summary>Writes 312 bytes.</summary>
    /// <exception cref="ArgumentException">A text does not fit its field.</exception>
    public static void Write(Span<byte> destination, ExportedDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        WireFormat.WriteText(destination[..PathSize], device.Path, "path");
        WriteBusId(destination.Slice(BusIdAt, BusId.WireSize), device.BusId);
        BinaryPrimitives.WriteUInt32BigEndian(destination[BusnumAt..], device.BusNumber);
        BinaryPrimitives.WriteUInt32BigEndian(destination[DevnumAt..], device.DeviceNumber);
        BinaryPrimitives.WriteUInt32BigEndian(destination[SpeedAt..], (uint)device.Speed);
        BinaryPrimitives.WriteUInt16BigEndian(destination[IdVendorAt..], device.Id.Vendor);
        BinaryPrimitives.WriteUInt16BigEndian(destination[IdProductAt..], device.Id.Product);
        BinaryPrimitives.WriteUInt16BigEndian(destination[BcdDeviceAt..], device.BcdDevice);
        destination[DeviceClassAt] = device.DeviceClass;
        destination[DeviceSubClassAt] = device.DeviceSubClass;
        destination[DeviceProtocolAt] = device.DeviceProtocol;
        destination[ConfigurationValueAt] = device.ConfigurationValue;
        destination[NumConfigurationsAt] = device.ConfigurationCount;
        destination[NumInterfacesAt] = device.InterfaceCount;
    }

    /// <summary>
    /// Reads what <see cref="Parse"/> reads, and says of a record that cannot be used why. Where the next one begins is known all the same.
    /// </summary>
    internal static ExportedDevice? TryParse(ReadOnlySpan<byte> bytes, ICollection<OddRecord> odd)
    {
        try
        {
            return Parse(bytes);
        }
        catch (UsbIpFormatException e)
        {
            odd.Add(OddRecord.Of(bytes.Slice(BusIdAt, BusId.WireSize), IdOf(bytes), e.Message));
            return null;
        }
    }

    /// <summary>How many interfaces follow, of a record that cannot be used, too.</summary>
    internal static byte InterfaceCountOf(ReadOnlySpan<byte> bytes) => bytes[NumInterfacesAt];

    internal static BusId ParseBusId(ReadOnlySpan<byte> field)
    {
        string text = WireFormat.ReadText(field, "busid");
        return BusId.TryParse(text, out BusId busId) ? busId : throw new UsbIpFormatException("busid is empty");
    }

    internal static void WriteBusId(Span<byte> field, BusId busId) => WireFormat.WriteText(field, busId.ToString(), "busid");

    private static UsbId IdOf(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt16BigEndian(bytes[IdVendorAt..]), BinaryPrimitives.ReadUInt16BigEndian(bytes[IdProductAt..]));
}
