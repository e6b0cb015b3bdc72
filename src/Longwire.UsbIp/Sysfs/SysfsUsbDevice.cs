using System.Collections.Immutable;
using System.Globalization;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Sysfs;

/// <summary>
/// A USB device as sysfs shows it at one moment. Holds only what can be read without the device's lock, so that making one never
/// blocks; what may wait for a peer under vhci_hcd is read by <see cref="ReadIdentity"/>.
/// </summary>
public sealed record SysfsUsbDevice
{
    public required BusId BusId { get; init; }

    /// <summary>The kernel's own path, <c>/sys/devices/…/usb1/1-1</c>, whatever root it was read from.</summary>
    public required string DevicePath { get; init; }

    /// <summary>The folder it was read from; differs from <see cref="DevicePath"/> only below a root of a test.</summary>
    public required string Folder { get; init; }

    /// <summary>
    /// The controller above the root hub, <c>/sys/devices/…</c>: with <see cref="PortChain"/> the port, stable over reboots.
    /// </summary>
    public required string ControllerPath { get; init; }

    /// <summary>The hub ports from the controller to the device: <c>1.4</c>.</summary>
    public string PortChain => BusId.PortChain;

    public required uint BusNumber { get; init; }

    /// <summary>A new one with every plugging, the same one after a reset; 0 in the middle of a reset.</summary>
    public required uint DeviceNumber { get; init; }

    /// <summary>
    /// The kernel takes its number away while it resets a device (hub_port_finish_reset), and gives it the same one again.
    /// </summary>
    public bool IsBeingReset => DeviceNumber == 0;
    public required UsbSpeed Speed { get; init; }
    public required UsbId Id { get; init; }
    public required ushort BcdDevice { get; init; }
    public required UsbInterfaceClass DeviceClass { get; init; }

    /// <summary>0 while not configured. Read from the interfaces' names: the attribute itself takes the device's lock.</summary>
    public required byte ConfigurationValue { get; init; }
    public required byte ConfigurationCount { get; init; }

    /// <summary>False while the kernel keeps it without configuration and drivers (<c>authorized</c> 0).</summary>
    public required bool Authorized { get; init; }

    /// <summary>The device's own driver: <c>usb</c> for all but those bound to usbip-host; null if none.</summary>
    public string? Driver { get; init; }

    /// <summary>Of the active configuration, in order of their numbers.</summary>
    public ImmutableArray<SysfsUsbInterface> Interfaces { get; init; } = [];

    /// <summary>All ttys of all interfaces, in interface order: <c>ttyACM0</c>.</summary>
    public IEnumerable<string> Ttys => Interfaces.SelectMany(i => i.Ttys);

    /// <summary>The number by which both kernels name it: bus number &lt;&lt; 16 | device number.</summary>
    public uint DevId => (BusNumber << 16) | DeviceNumber;

    /// <summary>
    /// What the device says of itself: descriptors and strings. Null if it vanished. <b>May block</b>: these attributes take the device's
    /// lock, which for a device under vhci_hcd can be held for as long as its peer is silent. Call it there on a thread of its own.
    /// </summary>
    public DeviceIdentity? ReadIdentity()
    {
        byte[]? bytes = SysfsFile.ReadBytes(Path.Combine(Folder, "descriptors"));
        if (bytes is null || bytes.Length < DeviceDescriptor.Size) return null;
        (int at, ConfigurationDescriptor? configuration) = ActiveConfiguration(bytes);
        // The kernel shows no file for a text that it could not read, and none for one that is empty (usb_cache_string).
        string? manufacturer = ReadText("manufacturer"), product = ReadText("product"), serial = ReadText("serial");
        return new DeviceIdentity
        {
            Id = Id,
            BcdDevice = BcdDevice,
            Manufacturer = DeviceText.Clean(manufacturer),
            Product = DeviceText.Clean(product),
            Serial = DeviceText.Clean(serial),
            Unread = Unread(manufacturer, bytes[14], DeviceTexts.Manufacturer)
                | Unread(product, bytes[15], DeviceTexts.Product)
                | Unread(serial, bytes[16], DeviceTexts.Serial),
            Interfaces = configuration?.Interfaces ?? [],
            Descriptors = configuration is null
                ? bytes.AsMemory(0, DeviceDescriptor.Size)
                : (byte[])[.. bytes.AsSpan(0, DeviceDescriptor.Size), .. bytes.AsSpan(at, configuration.TotalLength)],
        };
    }

    /// <summary>
    /// How many URBs its drivers have handed in since it was plugged in (<c>urbnum</c>); counts on from 0 after 2^32. Null if it vanished.
    /// Never blocks.
    /// </summary>
    public uint? ReadUrbCount() =>
        int.TryParse(
            SysfsFile.Read(Path.Combine(Folder, "urbnum")), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int count)
            ? unchecked((uint)count)
            : null;

    /// <summary>As the wire's list and import name it.</summary>
    public ExportedDevice ToExported() => new()
    {
        Path = DevicePath,
        BusId = BusId,
        BusNumber = BusNumber,
        DeviceNumber = DeviceNumber,
        Speed = Speed,
        Id = Id,
        BcdDevice = BcdDevice,
        DeviceClass = DeviceClass.Class,
        DeviceSubClass = DeviceClass.SubClass,
        DeviceProtocol = DeviceClass.Protocol,
        ConfigurationValue = ConfigurationValue,
        ConfigurationCount = ConfigurationCount,
        InterfaceCount = (byte)Interfaces.Length,
        Interfaces = [.. Interfaces.Select(i => i.Class)],
    };

    // The first one while the device is not configured (as under authorized 0): the one the kernel would choose for a radio.
    // The bytes come from the device, so each length in them is a claim: null where they are not what USB 2.0, 9.5 says.
    private (int At, ConfigurationDescriptor? Configuration) ActiveConfiguration(byte[] descriptors)
    {
        try
        {
            for (int at = DeviceDescriptor.Size; at < descriptors.Length;)
            {
                ConfigurationDescriptor header = ConfigurationDescriptor.ParseHeader(descriptors.AsSpan(at));
                if (ConfigurationValue == 0 || header.Value == ConfigurationValue)
                {
                    return (at, ConfigurationDescriptor.Parse(descriptors.AsSpan(at)));
                }
                at += header.TotalLength;
            }
        }
        catch (UsbIpFormatException)
        {
            // As if there were none.
        }
        return (0, null);
    }

    private string? ReadText(string attribute) => SysfsFile.Read(Path.Combine(Folder, attribute));

    /// <param name="read">Null: there is no file.</param>
    /// <param name="index">In the device descriptor; 0: the device has no such text.</param>
    /// <param name="text">Which it is.</param>
    private static DeviceTexts Unread(string? read, byte index, DeviceTexts text) =>
        read is null && index != 0 ? text : DeviceTexts.None;
}

/// <param name="Name">As sysfs names it: <c>1-1:1.0</c>.</param>
/// <param name="Driver">Null while none is bound.</param>
/// <param name="Ttys">Names below /dev, <c>ttyACM0</c>; empty while no serial driver is bound.</param>
public sealed record SysfsUsbInterface(string Name, UsbInterfaceClass Class, string? Driver, ImmutableArray<string> Ttys);
