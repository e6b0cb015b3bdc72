using System.Globalization;
using Longwire.UsbIp.Linux;

namespace Longwire.Testing.Kernel;

/// <summary>A tree of plain files and links that looks like a machine with USB sticks.</summary>
public sealed class FakeSysfs : IDisposable
{
    public const string Controller = "devices/platform/soc/dummy_hcd.0";

    private uint _lastDeviceNumber = 1;

    public FakeSysfs()
    {
        Folder = Directory.CreateTempSubdirectory("longwire-sysfs-").FullName;
        Root = SysfsRoot.Below(Folder);
        Directory.CreateDirectory(Root.UsbDevices);
        foreach (string driver in (string[])["usb", "usbip-host", "cdc_acm"])
        {
            Directory.CreateDirectory(Path.Combine(Root.UsbDrivers, driver));
        }
        WriteFile(Path.Combine(Root.UsbDrivers, "usbip-host/match_busid"), "\n");
        Directory.CreateDirectory(Root.Dev);
        WriteFile(Path.Combine(Root.Proc, "sys/kernel/random/boot_id"), "11111111-2222-3333-4444-555555555555\n");
        WriteFile(Path.Combine(Root.Proc, "sys/kernel/osrelease"), "6.1.0-fake\n");
    }

    public string Folder { get; }
    public SysfsRoot Root { get; }

    public string DeviceFolder(string busId, string controller = Controller)
    {
        string bus = busId[..busId.IndexOf('-', StringComparison.Ordinal)];
        string[] ports = busId[(bus.Length + 1)..].Split('.');
        string path = Path.Combine(Root.Sys, controller, "usb" + bus);
        for (int depth = 1; depth <= ports.Length; depth++) path = Path.Combine(path, $"{bus}-{string.Join('.', ports[..depth])}");
        return path;
    }

    /// <summary>Plugs in a CDC-ACM stick with one tty, as the Z-Wave sticks are.</summary>
    public string Plug(
        string busId = "1-1",
        string id = "0658:0200",
        string? serial = "ZW0001",
        string? product = "UZB",
        string controller = Controller,
        string tty = "ttyACM0",
        string deviceClass = "02",
        uint? deviceNumber = null)
    {
        string folder = DeviceFolder(busId, controller);
        uint number = deviceNumber ?? ++_lastDeviceNumber;
        void Attribute(string name, string value) => WriteFile(Path.Combine(folder, name), value + "\n");
        Attribute("idVendor", id[..4]);
        Attribute("idProduct", id[5..]);
        Attribute("bcdDevice", "0123");
        Attribute("bDeviceClass", deviceClass);
        Attribute("bDeviceSubClass", "00");
        Attribute("bDeviceProtocol", "00");
        Attribute("bNumConfigurations", "1");
        Attribute("busnum", busId[..busId.IndexOf('-', StringComparison.Ordinal)]);
        Attribute("devnum", number.ToString(CultureInfo.InvariantCulture));
        Attribute("speed", "12");
        Attribute("authorized", "1");
        Attribute("power/control", "auto");
        Attribute("manufacturer", "Sigma");
        if (serial is not null) Attribute("serial", serial);
        if (product is not null) Attribute("product", product);
        File.WriteAllBytes(Path.Combine(folder, "descriptors"), Descriptors(id, [(0x02, 0x02, 0x01), (0x0a, 0x00, 0x00)]));
        Configure(folder, busId, tty);
        SetDriver(folder, "usb");
        Link(Path.Combine(Root.UsbDevices, busId), folder);
        return folder;
    }

    public void Pull(string busId, string controller = Controller)
    {
        File.Delete(Path.Combine(Root.UsbDevices, busId));
        Directory.Delete(DeviceFolder(busId, controller), recursive: true);
    }

    /// <summary>What the device's own driver makes of it: interfaces, and a tty on the first.</summary>
    public void Configure(string folder, string busId, string tty)
    {
        AddInterface(folder, $"{busId}:1.0", "02", "02", "01", "cdc_acm");
        AddInterface(folder, $"{busId}:1.1", "0a", "00", "00", "cdc_acm");
        AddTty(Path.Combine(folder, $"{busId}:1.0", "tty", tty), tty, "1:3");
    }

    public void AddInterface(string folder, string name, string interfaceClass, string subClass, string protocol, string? driver)
    {
        string path = Path.Combine(folder, name);
        WriteFile(Path.Combine(path, "bInterfaceClass"), interfaceClass + "\n");
        WriteFile(Path.Combine(path, "bInterfaceSubClass"), subClass + "\n");
        WriteFile(Path.Combine(path, "bInterfaceProtocol"), protocol + "\n");
        if (driver is not null) SetDriver(path, driver);
    }

    // The number is major:minor; 1:3 is /dev/null, a device that every test machine has.
    public void AddTty(string path, string name, string number)
    {
        WriteFile(Path.Combine(path, "dev"), number + "\n");
        Link(Path.Combine(Root.Sys, "class/tty", name), path);
        WriteFile(Path.Combine(Root.Dev, name), "");
    }

    public void SetDriver(string folder, string? driver)
    {
        string link = Path.Combine(folder, "driver");
        File.Delete(link);
        if (driver is not null) File.CreateSymbolicLink(link, Path.Combine(Root.UsbDrivers, driver));
    }

    /// <summary>A process, and what its descriptors point at.</summary>
    public void AddProcess(int id, string name, params string[] descriptors)
    {
        string folder = Path.Combine(Root.Proc, id.ToString(CultureInfo.InvariantCulture));
        WriteFile(Path.Combine(folder, "comm"), name + "\n");
        Directory.CreateDirectory(Path.Combine(folder, "fd"));
        Directory.CreateDirectory(Path.Combine(folder, "fdinfo"));
        for (int i = 0; i < descriptors.Length; i++)
        {
            string number = i.ToString(CultureInfo.InvariantCulture);
            File.CreateSymbolicLink(Path.Combine(folder, "fd", number), descriptors[i]);
            WriteFile(Path.Combine(folder, "fdinfo", number), "pos:\t0\n");
        }
    }

    public void EndProcess(int id) => Directory.Delete(Path.Combine(Root.Proc, id.ToString(CultureInfo.InvariantCulture)), recursive: true);

    /// <summary>A device descriptor and one configuration (value 1) with these interfaces.</summary>
    public static byte[] Descriptors(string id, (byte Class, byte SubClass, byte Protocol)[] interfaces)
    {
        byte[] vidPid = Convert.FromHexString(id.Replace(":", "", StringComparison.Ordinal));
        byte[] device = [18, 1, 0, 2, 2, 0, 0, 64, vidPid[1], vidPid[0], vidPid[3], vidPid[2], 0x23, 0x01, 1, 2, 3, 1];
        return [.. device, .. Configuration(1, interfaces)];
    }

    public static byte[] Configuration(byte value, (byte Class, byte SubClass, byte Protocol)[] interfaces)
    {
        byte[] body = [.. interfaces.SelectMany((one, number) =>
            (byte[])[9, 4, (byte)number, 0, 0, one.Class, one.SubClass, one.Protocol, 0])];
        return [9, 2, (byte)(9 + body.Length), 0, (byte)interfaces.Length, value, 0, 0x80, 50, .. body];
    }

    public static void WriteFile(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static void Link(string link, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        File.Delete(link);
        File.CreateSymbolicLink(link, target);
    }
}
