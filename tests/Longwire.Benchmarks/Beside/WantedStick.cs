using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.Benchmarks.Beside;

/// <summary>The stick that both programs want of each Pi.</summary>
internal static class WantedStick
{
    public static ExportedDevice Device { get; } = new()
    {
        Path = "/sys/devices/platform/soc/3f980000.usb/usb1/1-1/1-1.4",
        BusId = BusId.Parse("1-1.4"),
        BusNumber = 1,
        DeviceNumber = 4,
        Speed = UsbSpeed.Full,
        Id = UsbId.Parse("0658:0200"),
        BcdDevice = 0,
        DeviceClass = 2,
        DeviceSubClass = 0,
        DeviceProtocol = 0,
        ConfigurationValue = 1,
        ConfigurationCount = 1,
        InterfaceCount = 2,
        Interfaces = [new UsbInterfaceClass(0x02, 0x02, 0x01), new UsbInterfaceClass(0x0A, 0, 0)],
    };
}
