using System.Collections.Immutable;
using System.Globalization;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Usb;

namespace Longwire.UsbIp.Sysfs;

/// <summary>The USB devices of this machine, hubs and root hubs left out of the list only by who asks.</summary>
public static class UsbDevices
{
    /// <summary>All devices with a bus id (so without the root hubs), by bus id. One that vanishes meanwhile is left out.</summary>
    public static ImmutableArray<SysfsUsbDevice> Enumerate(SysfsRoot root)
    {
        ArgumentNullException.ThrowIfNull(root);
        ImmutableArray<SysfsUsbDevice>.Builder found = ImmutableArray.CreateBuilder<SysfsUsbDevice>();
        foreach (string name in SysfsFolder.Names(root.UsbDevices).Order(StringComparer.Ordinal))
        {
            if (BusId.TryParseKernelName(name, out BusId busId) && TryRead(root, busId) is { } device) found.Add(device);
        }
        return found.ToImmutable();
    }

    /// <summary>Null if it is not there, or went while being read: a device may vanish between any two attributes.</summary>
    public static SysfsUsbDevice? TryRead(SysfsRoot root, BusId busId)
    {
        ArgumentNullException.ThrowIfNull(root);
        if (!busId.IsKernelName || LinkTarget(Path.Combine(root.UsbDevices, busId.KernelName)) is not { } folder) return null;

        string? Text(string attribute) => SysfsFile.Read(Path.Combine(folder, attribute));
        if (!TryHex(Text("idVendor"), out ushort vendor) || !TryHex(Text("idProduct"), out ushort product)) return null;
        if (!TryHex(Text("bcdDevice"), out ushort bcdDevice)) return null;
        if (!TryHex(Text("bDeviceClass"), out ushort deviceClass) || !TryHex(Text("bDeviceSubClass"), out ushort subClass)) return null;
        if (!TryHex(Text("bDeviceProtocol"), out ushort protocol)) return null;
        if (!TryNumber(Text("busnum"), out uint bus) || !TryNumber(Text("devnum"), out uint number)) return null;
        if (!TryNumber(Text("bNumConfigurations"), out uint configurations) || Text("speed") is not { } speed) return null;

        (byte configuration, ImmutableArray<SysfsUsbInterface> interfaces) = ReadInterfaces(folder, busId);
        return new SysfsUsbDevice
        {
            BusId = busId,
            Folder = folder,
            DevicePath = root.KernelName(folder),
            ControllerPath = root.KernelName(Controller(folder)),
            BusNumber = bus,
            DeviceNumber = number,
            Speed = ParseSpeed(speed),
            Id = new UsbId(vendor, product),
            BcdDevice = bcdDevice,
            DeviceClass = new UsbInterfaceClass((byte)deviceClass, (byte)subClass, (byte)protocol),
            ConfigurationValue = configuration,
            ConfigurationCount = (byte)configurations,
            Authorized = Text("authorized") != "0",
            Driver = DriverOf(folder),
            Interfaces = interfaces,
        };
    }

    /// <summary>
    /// <see cref="SysfsUsbDevice.DeviceNumber"/> alone, for who looks often: one file instead of twenty. Null if the device is not there.
    /// </summary>
    public static uint? ReadDeviceNumber(SysfsRoot root, BusId busId)
    {
        ArgumentNullException.ThrowIfNull(root);
        return TryNumber(SysfsFile.Read(Path.Combine(root.UsbDevices, busId.KernelName, "devnum")), out uint number) ? number : null;
    }

    /// <summary>The kernel's own texts (usb_speed_string's sysfs twin, drivers/usb/core/sysfs.c speed_show), Mbit/s.</summary>
    internal static UsbSpeed ParseSpeed(string text) => text switch
    {
        "1.5" => UsbSpeed.Low,
        "12" => UsbSpeed.Full,
        "480" => UsbSpeed.High,
        "5000" => UsbSpeed.Super,
        "10000" or "20000" => UsbSpeed.SuperPlus,
        _ => UsbSpeed.Unknown,
    };

    private static (byte Configuration, ImmutableArray<SysfsUsbInterface> Interfaces) ReadInterfaces(string folder, BusId busId)
    {
        byte configuration = 0;
        var interfaces = new List<(int Number, SysfsUsbInterface Interface)>();
        string prefix = busId.KernelName + ":";
        foreach (string name in SysfsFolder.Names(folder))
        {
            // 1-1:1.0 is bus id, configuration, interface (drivers/usb/core/message.c, usb_set_configuration).
            if (!name.StartsWith(prefix, StringComparison.Ordinal)) continue;
            string[] parts = name[prefix.Length..].Split('.');
            if (parts.Length != 2 || !byte.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out byte value)) continue;
            if (!byte.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out byte number)) continue;
            string path = Path.Combine(folder, name);
            if (!TryHex(SysfsFile.Read(Path.Combine(path, "bInterfaceClass")), out ushort interfaceClass)) continue;
            if (!TryHex(SysfsFile.Read(Path.Combine(path, "bInterfaceSubClass")), out ushort subClass)) continue;
            if (!TryHex(SysfsFile.Read(Path.Combine(path, "bInterfaceProtocol")), out ushort protocol)) continue;
            configuration = value;
            var kind = new UsbInterfaceClass((byte)interfaceClass, (byte)subClass, (byte)protocol);
            interfaces.Add((number, new SysfsUsbInterface(name, kind, DriverOf(path), TtysOf(path))));
        }
        return (configuration, [.. interfaces.OrderBy(i => i.Number).Select(i => i.Interface)]);
    }

    // cdc_acm hangs its tty straight below the interface (…/tty/ttyACM0), usb-serial below a port device (…/ttyUSB0/tty/ttyUSB0).
    private static ImmutableArray<string> TtysOf(string interfaceFolder)
    {
        IEnumerable<string> direct = SysfsFolder.Names(Path.Combine(interfaceFolder, "tty"));
        IEnumerable<string> ports = SysfsFolder.Names(interfaceFolder)
            .Where(name => name.StartsWith("tty", StringComparison.Ordinal) && name.Length > 3)
            .SelectMany(name => SysfsFolder.Names(Path.Combine(interfaceFolder, name, "tty")));
        return [.. direct.Concat(ports).Order(StringComparer.Ordinal)];
    }

    // …/usb1/1-1/1-1.4 → what stands above usb1.
    private static string Controller(string folder)
    {
        string? at = folder;
        while (at is not null && !IsRootHub(Path.GetFileName(at))) at = Path.GetDirectoryName(at);
        return (at is null ? null : Path.GetDirectoryName(at)) ?? Path.GetDirectoryName(folder) ?? folder;
    }

    private static bool IsRootHub(string name) =>
        name.Length > 3 && name.StartsWith("usb", StringComparison.Ordinal) && !name.AsSpan(3).ContainsAnyExceptInRange('0', '9');

    internal static string? DriverOf(string folder) =>
        LinkTarget(Path.Combine(folder, "driver")) is { } target ? Path.GetFileName(target) : null;

    private static string? LinkTarget(string link)
    {
        try
        {
            return Directory.ResolveLinkTarget(link, returnFinalTarget: false)?.FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool TryHex(string? text, out ushort value) =>
        ushort.TryParse(text?.Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);

    private static bool TryNumber(string? text, out uint value) =>
        uint.TryParse(text?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
