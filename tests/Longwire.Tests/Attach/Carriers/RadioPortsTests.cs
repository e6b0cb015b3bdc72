using Longwire.Attach.Carriers;
using Longwire.UsbIp.Usb;
using Xunit;

namespace Longwire.Tests.Attach.Carriers;

public sealed class RadioPortsTests
{
    private const string Device = "12010002000000400000000000000102030109024600020100A032";

    // Two interfaces as cp210x has them, each with a bulk endpoint either way.
    private const string TwoPorts =
        "0904000002FF000000" + "07058102400000" + "07050102400000" + "0904010002FF000000" + "07058202400000" + "07050202400000";

    [Theory]
    [InlineData("10c4:8a2a", "HubZ Smart Home Controller", 15, "5 15")] // Z-Wave, and Zigbee on an EZSP chip
    [InlineData("10c4:8a2a", "HubZ Smart Home Controller", 10, "5 10")] // never longer than the options say
    [InlineData("10c4:8a2a", "HubZ Smart Home Controller", 3, "3 3")]
    [InlineData("10c4:ea60", "Sonoff Zigbee 3.0 USB Dongle Plus", 15, "5 15")] // ZNP on its only port
    [InlineData("10c4:ea70", "CP2105 Dual USB to UART Bridge Controller", 15, "15 15")] // nobody knows what is behind it
    [InlineData("0000:0001", null, 15, "15 15")]
    public void A_command_is_stale_when_the_protocol_behind_its_port_has_given_it_up(
        string id, string? product, int ceiling, string expected)
    {
        var identity = new DeviceIdentity
        {
            Id = UsbId.Parse(id),
            Product = product,
            BcdDevice = 0x0100,
            Interfaces = [],
            Descriptors = Convert.FromHexString(Device + TwoPorts),
        };
        var options = TimeSpan.FromSeconds(ceiling);
        Assert.Equal(
            expected, string.Join(' ', RadioPorts.Of(identity, options).Select(port => (port.Stale ?? options).TotalSeconds)));
    }
}
