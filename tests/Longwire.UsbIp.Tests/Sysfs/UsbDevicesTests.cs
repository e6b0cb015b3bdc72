using Longwire.Testing.Kernel;
using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.Usb;
using Xunit;

namespace Longwire.UsbIp.Tests.Sysfs;

public sealed class UsbDevicesTests : IDisposable
{
    private readonly FakeSysfs _sysfs = new();

    [Fact]
    public void A_device_is_read_with_all_it_says_without_a_lock()
    {
        _sysfs.Plug("3-1.4", deviceNumber: 17);
        SysfsUsbDevice device = Read("3-1.4");

        Assert.Equal(BusId.Parse("3-1.4"), device.BusId);
        Assert.Equal("/sys/devices/platform/soc/dummy_hcd.0/usb3/3-1/3-1.4", device.DevicePath);
        Assert.Equal("/sys/devices/platform/soc/dummy_hcd.0", device.ControllerPath);
        Assert.Equal("1.4", device.PortChain);
        Assert.Equal(3u, device.BusNumber);
        Assert.Equal(17u, device.DeviceNumber);
        Assert.Equal(0x00030011u, device.DevId);
        Assert.Equal(UsbSpeed.Full, device.Speed);
        Assert.Equal(UsbId.Parse("0658:0200"), device.Id);
        Assert.Equal(0x0123, device.BcdDevice);
        Assert.Equal(new UsbInterfaceClass(2, 0, 0), device.DeviceClass);
        Assert.Equal(1, device.ConfigurationValue);
        Assert.Equal(1, device.ConfigurationCount);
        Assert.True(device.Authorized);
        Assert.Equal("usb", device.Driver);
        Assert.Equal(["3-1.4:1.0", "3-1.4:1.1"], device.Interfaces.Select(i => i.Name));
        Assert.Equal([new UsbInterfaceClass(2, 2, 1), new UsbInterfaceClass(10, 0, 0)], device.Interfaces.Select(i => i.Class));
        Assert.Equal("cdc_acm", device.Interfaces[0].Driver);
        Assert.Equal(["ttyACM0"], device.Ttys);
    }

    [Fact]
    public void A_serial_bridges_tty_hangs_one_level_deeper()
    {
        string folder = _sysfs.Plug("1-1", "10c4:8a2a");
        foreach ((string name, string tty) in (ReadOnlySpan<(string, string)>)[("1-1:1.0", "ttyUSB0"), ("1-1:1.1", "ttyUSB1")])
        {
            _sysfs.AddTty(Path.Combine(folder, name, tty, "tty", tty), tty, "188:0");
        }
        Directory.Delete(Path.Combine(folder, "1-1:1.0", "tty"), recursive: true);
        Assert.Equal(["ttyUSB0", "ttyUSB1"], Read("1-1").Ttys);
    }

    [Fact]
    public void More_than_nine_interfaces_stand_in_the_order_of_their_numbers()
    {
        string folder = _sysfs.Plug();
        for (int number = 2; number < 12; number++) _sysfs.AddInterface(folder, $"1-1:1.{number}", "ff", "00", "00", null);
        Assert.Equal(Enumerable.Range(0, 12).Select(n => $"1-1:1.{n}"), Read("1-1").Interfaces.Select(i => i.Name));
    }

    [Theory]
    [InlineData("1.5", UsbSpeed.Low)]
    [InlineData("12", UsbSpeed.Full)]
    [InlineData("480", UsbSpeed.High)]
    [InlineData("5000", UsbSpeed.Super)]
    [InlineData("10000", UsbSpeed.SuperPlus)]
    [InlineData("20000", UsbSpeed.SuperPlus)]
    [InlineData("unknown", UsbSpeed.Unknown)]
    public void Speeds_are_the_kernels(string text, UsbSpeed speed)
    {
        FakeSysfs.WriteFile(Path.Combine(_sysfs.Plug(), "speed"), text + "\n");
        Assert.Equal(speed, Read("1-1").Speed);
    }

    [Fact]
    public void A_device_that_vanishes_between_two_attributes_is_gone_and_no_failure()
    {
        string[] needed =
            [
                "idVendor", "idProduct", "bcdDevice", "bDeviceClass", "bDeviceSubClass", "bDeviceProtocol", "bNumConfigurations", "busnum",
                "devnum", "speed",
            ];
        foreach (string attribute in needed)
        {
            File.Delete(Path.Combine(_sysfs.Plug(), attribute));
            Assert.Null(UsbDevices.TryRead(_sysfs.Root, BusId.Parse("1-1")));
            Assert.Empty(UsbDevices.Enumerate(_sysfs.Root));
        }
        _sysfs.Pull("1-1");
        Assert.Null(UsbDevices.TryRead(_sysfs.Root, BusId.Parse("1-1")));
    }

    [Fact]
    public void Root_hubs_and_interfaces_are_not_devices()
    {
        _sysfs.Plug();
        Directory.CreateDirectory(Path.Combine(_sysfs.Root.UsbDevices, "usb1"));
        Directory.CreateDirectory(Path.Combine(_sysfs.Root.UsbDevices, "1-0:1.0"));
        Assert.Equal("1-1", Assert.Single(UsbDevices.Enumerate(_sysfs.Root)).BusId.ToString());
    }

    [Fact]
    public void A_machine_without_usb_has_no_devices()
    {
        Directory.Delete(_sysfs.Root.Sys, recursive: true);
        Assert.Empty(UsbDevices.Enumerate(_sysfs.Root));
    }

    [Fact]
    public void An_unauthorized_device_has_neither_configuration_nor_interfaces_and_still_an_identity()
    {
        string folder = _sysfs.Plug();
        FakeSysfs.WriteFile(Path.Combine(folder, "authorized"), "0\n");
        Directory.Delete(Path.Combine(folder, "1-1:1.0"), recursive: true);
        Directory.Delete(Path.Combine(folder, "1-1:1.1"), recursive: true);

        SysfsUsbDevice device = Read("1-1");
        Assert.False(device.Authorized);
        Assert.Equal(0, device.ConfigurationValue);
        Assert.Empty(device.Interfaces);
        Assert.Equal(2, device.ReadIdentity()!.Interfaces.Length);
    }

    [Fact]
    public void An_identity_holds_strings_and_the_active_configuration_alone()
    {
        string folder = _sysfs.Plug(serial: " ZW\u00010001\n");
        byte[] first = FakeSysfs.Descriptors("0658:0200", [(0xff, 1, 2)]);
        byte[] active = FakeSysfs.Configuration(2, [(2, 2, 1), (10, 0, 0)]);
        File.WriteAllBytes(Path.Combine(folder, "descriptors"), [.. first, .. active]);
        foreach (string old in (string[])["1-1:1.0", "1-1:1.1"]) Directory.Delete(Path.Combine(folder, old), recursive: true);
        _sysfs.AddInterface(folder, "1-1:2.0", "02", "02", "01", null);

        DeviceIdentity identity = Read("1-1").ReadIdentity()!;
        Assert.Equal("Sigma", identity.Manufacturer);
        Assert.Equal("UZB", identity.Product);
        Assert.Equal("ZW0001", identity.Serial);
        Assert.Equal([new UsbInterfaceClass(2, 2, 1), new UsbInterfaceClass(10, 0, 0)], identity.Interfaces);
        Assert.Equal([.. first[..18], .. active], identity.Descriptors.ToArray());
    }

    [Fact]
    public void A_string_that_is_missing_is_null_and_not_empty()
    {
        string folder = _sysfs.Plug(serial: null, product: "");
        DeviceIdentity identity = Read("1-1").ReadIdentity()!;
        Assert.Null(identity.Serial);
        Assert.Null(identity.Product);
        File.Delete(Path.Combine(folder, "descriptors"));
        Assert.Null(Read("1-1").ReadIdentity());
    }

    [Theory]
    [InlineData("manufacturer", 14, DeviceTexts.Manufacturer)]
    [InlineData("product", 15, DeviceTexts.Product)]
    [InlineData("serial", 16, DeviceTexts.Serial)]
    public void A_string_that_the_device_has_and_the_kernel_does_not_show_was_not_read(string name, int index, DeviceTexts text)
    {
        string folder = _sysfs.Plug();
        Assert.Equal(DeviceTexts.None, Read("1-1").ReadIdentity()!.Unread);
        File.Delete(Path.Combine(folder, name));
        Assert.Equal(text, Read("1-1").ReadIdentity()!.Unread);
        string path = Path.Combine(folder, "descriptors");
        byte[] bytes = File.ReadAllBytes(path);
        bytes[index] = 0;
        File.WriteAllBytes(path, bytes);
        Assert.Equal(DeviceTexts.None, Read("1-1").ReadIdentity()!.Unread);
    }

    [Fact]
    public void Descriptors_that_lie_leave_an_identity_without_interfaces()
    {
        string path = Path.Combine(_sysfs.Plug(), "descriptors");
        byte[] whole = File.ReadAllBytes(path);
        SysfsUsbDevice device = Read("1-1");
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            DeviceIdentity? identity = device.ReadIdentity();
            if (length < 18) Assert.Null(identity);
            else Assert.Empty(identity!.Interfaces);
        }
    }

    [Fact]
    public void Mutated_descriptors_never_throw()
    {
        string path = Path.Combine(_sysfs.Plug(), "descriptors");
        byte[] whole = File.ReadAllBytes(path);
        SysfsUsbDevice device = Read("1-1");
        var random = new Random(20260101);
        for (int round = 0; round < 2000; round++)
        {
            byte[] mutated = [.. whole];
            for (int hits = random.Next(1, 5); hits > 0; hits--) mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(path, mutated);
            Assert.NotNull(device.ReadIdentity());
        }
    }

    [Fact]
    public void Autosuspend_is_switched_off_and_on()
    {
        SysfsUsbDevice device = Read(_sysfs.Plug() is { } ? "1-1" : "");
        Assert.True(UsbAutosuspend.MaySleep(device));
        UsbAutosuspend.SwitchOff(device);
        Assert.False(UsbAutosuspend.MaySleep(device));
        _sysfs.Pull("1-1");
        UsbAutosuspend.SwitchOn(device);
        Assert.False(UsbAutosuspend.MaySleep(device));
    }

    public void Dispose() => _sysfs.Dispose();

    private SysfsUsbDevice Read(string busId) =>
        UsbDevices.TryRead(_sysfs.Root, BusId.Parse(busId)) ?? throw new InvalidOperationException("not there");
}
