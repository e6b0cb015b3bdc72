using Longwire.Options;
using Longwire.Radios;
using Longwire.UsbIp.Usb;
using Xunit;

namespace Longwire.Tests.Options;

public sealed class RadioMatchTests
{
    private static readonly UsbId s_id = UsbId.Parse("10c4:ea60");

    [Theory]
    [InlineData("10c4:ea60", null, null)]
    [InlineData("10C4:EA60", null, null)]
    [InlineData("10c4:ea60:0001", "0001", null)]
    [InlineData("10c4:ea60:a:b@c/1.4", "a:b@c/1.4", null)]
    [InlineData("10c4:ea60:@1.4", "@1.4", null)]
    [InlineData("10c4:ea60@1.4", null, "1.4")]
    [InlineData("10c4:ea60@platform/soc/3f980000.usb/1.4", null, "platform/soc/3f980000.usb/1.4")]
    [InlineData("10c4:ea60@zwave", null, "zwave")]
    [InlineData("10c4:ea60@usbip-vudc.0", null, "usbip-vudc.0")]
    [InlineData("10c4:ea60@0-0-0", null, "0-0-0")]
    [InlineData("10c4:ea60@upstairs/zwave", null, "upstairs/zwave")]
    [InlineData(" 10c4:ea60 ", null, null)]
    public void The_sign_after_the_product_id_decides_what_follows(string text, string? serial, string? port)
    {
        Assert.True(RadioMatch.TryParse(text, out RadioMatch? match));
        Assert.Equal((s_id, serial, port), (match.Id, match.Serial, match.Port?.ToString()));
        Assert.Equal(text.Trim(), match.ToString(), ignoreCase: true);
    }

    [Theory]
    [InlineData("")]
    [InlineData("10c4")]
    [InlineData("10c4:ea6")]
    [InlineData("10c4:ea600")]
    [InlineData("10c4-ea60")]
    [InlineData("10c4:ea60:")]
    [InlineData("10c4:ea60: ")]
    [InlineData("10c4:ea60@")]
    [InlineData("10c4:ea60@1-1.4")]
    [InlineData("10c4:ea60@platform/soc/1-1.4")]
    [InlineData("10c4:ea60@1..4")]
    [InlineData("10c4:ea60@1,4")]
    [InlineData("10c4:ea60@z\twave")]
    [InlineData("10c4:ea60@a name that is longer than a server may give")]
    [InlineData("10c4:ea60@/1.4")]
    [InlineData("10c4:ea60@1.4/")]
    [InlineData("+0c4:ea60")]
    [InlineData(" 0c4:ea60")]
    public void Anything_else_is_no_match(string text) => Assert.False(RadioMatch.TryParse(text, out _));

    [Fact]
    public void Ids_alone_match_every_stick_of_their_kind_and_no_other()
    {
        Assert.True(RadioMatch.TryParse("10c4:ea60", out RadioMatch? match));
        Assert.True(match.Matches(s_id, null, new UsbPort(null, "1")));
        Assert.True(match.Matches(s_id, "x", new UsbPort("pci0000:00", "2.3")));
        Assert.False(match.Matches(UsbId.Parse("10c4:ea61"), null, new UsbPort(null, "1")));
    }

    [Fact]
    public void A_serial_matches_exactly_and_a_stick_without_one_never()
    {
        Assert.True(RadioMatch.TryParse("10c4:ea60:aB", out RadioMatch? match));
        Assert.True(match.Matches(s_id, "aB", new UsbPort(null, "1")));
        // The kernel passes on blanks that firmware pads its serial with.
        Assert.True(match.Matches(s_id, "aB ", new UsbPort(null, "1")));
        Assert.False(match.Matches(s_id, "ab", new UsbPort(null, "1")));
        Assert.False(match.Matches(s_id, null, new UsbPort(null, "1")));
        Assert.True(match.CouldMatch(s_id, new UsbPort(null, "1")));
    }

    [Theory]
    [InlineData("1.4", true)]
    [InlineData("3f980000.usb/1.4", true)]
    [InlineData("platform/soc/3f980000.usb/1.4", true)]
    [InlineData("/sys/devices/platform/soc/3f980000.usb/1.4", true)]
    [InlineData("80000.usb/1.4", false)]
    [InlineData("1", false)]
    [InlineData("1.4.1", false)]
    [InlineData("fe980000.usb/1.4", false)]
    public void A_port_matches_by_its_chain_and_by_the_end_of_its_controllers_path(string port, bool matches)
    {
        var actual = UsbPort.Of("/sys/devices/platform/soc/3f980000.usb/usb1/1-1/1-1.4", BusId.Parse("1-1.4"));

        Assert.Equal("platform/soc/3f980000.usb/1.4", actual.ToString());
        Assert.True(RadioMatch.TryParse($"10c4:ea60@{port}", out RadioMatch? match));
        Assert.Equal(matches, match.Matches(s_id, "any", actual));
    }

    [Fact]
    public void A_port_does_not_change_with_its_bus_number() =>
        Assert.Equal(
            UsbPort.Of("/sys/devices/pci0000:00/0000:00:14.0/usb1/1-2", BusId.Parse("1-2")),
            UsbPort.Of("/sys/devices/pci0000:00/0000:00:14.0/usb3/3-2", BusId.Parse("3-2")));

    [Fact]
    public void A_port_whose_path_tells_no_controller_still_has_its_chain() =>
        Assert.Equal(new UsbPort(null, "1.4"), UsbPort.Of("nonsense", BusId.Parse("1-1.4")));

    [Fact]
    public void A_rule_that_names_a_controller_does_not_match_where_it_is_not_known()
    {
        Assert.True(RadioMatch.TryParse("10c4:ea60@3f980000.usb/1.4", out RadioMatch? match));
        Assert.False(match.Matches(s_id, null, new UsbPort(null, "1.4")));
    }
}
