using Longwire.Radios;
using Xunit;

namespace Longwire.Tests.Radios;

public sealed class PortSpellingTests
{
    [Theory]
    [InlineData("1-1.3")]
    [InlineData("3-1.3")]
    [InlineData("usb1-1.3")]
    [InlineData("1-1.3:1.0")]
    [InlineData("1-1-3")]
    [InlineData("1,3")]
    [InlineData("1.3.")]
    [InlineData("01.03")]
    [InlineData(" 1.3 ")]
    [InlineData("/1.3")]
    [InlineData("usb1/1-1/1-1.3")]
    [InlineData("/sys/devices/platform/soc/3f980000.usb/usb1/1-1/1-1.3")]
    [InlineData("/sys/bus/usb/devices/1-1.3/1-1.3:1.0")]
    [InlineData("platform-3f980000.usb-usb-0:1.3:1.0")]
    [InlineData("/dev/serial/by-path/platform-3f980000.usb-usb-0:1.3:1.0")]
    [InlineData("pci-0000:00:14.0-usb-0:1.3:1.0-port0")]
    [InlineData("pci-0000:00:14.0-usbv2-0:1.3:1.0")]
    [InlineData("platform-3f980000.usb-usb-0:1.3")]
    public void A_port_is_read_however_people_find_it_elsewhere(string text) =>
        Assert.Equal(new UsbPort(null, "1.3"), PortSpelling.Read(text));

    [Theory]
    [InlineData("1-3", "3")]
    [InlineData("2-1", "1")]
    [InlineData("1-1.3.4.1", "1.3.4.1")]
    public void The_first_number_of_a_bus_id_is_the_bus(string text, string chain) =>
        Assert.Equal(new UsbPort(null, chain), PortSpelling.Read(text));

    [Theory]
    [InlineData("")]
    [InlineData("zwave")]
    [InlineData("1..3")]
    [InlineData("1-")]
    [InlineData("-1.3")]
    [InlineData("1.3/")]
    [InlineData("1.a")]
    [InlineData("256")]
    [InlineData("1:3")]
    [InlineData("ttyACM0")]
    public void What_can_be_no_port_is_none(string text) => Assert.Null(PortSpelling.Read(text));

    [Fact]
    public void A_text_without_end_is_none() => Assert.Null(PortSpelling.Read("1-" + new string('1', 100_000)));
}
