using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;
using Xunit;

namespace Longwire.UsbIp.Tests.Usb;

public sealed class DescriptorTests
{
    // Length 18, type 1, USB 2.0, class 1a 1b 1c, 64 byte packets, 0658:0200, release 0x1234, strings 5 6 7, 8 configurations.
    private const string DeviceHex = "120100021a1b1c4058060002341205060708";

    // The Nortek stick's shape: two interfaces of the vendor's own class.
    private const string TwoPorts = "0902370002010080320904000002ff0102000705810240000007050102400000"
        + "0904010002ff0304000705820240000007050202400000";

    [Fact]
    public void Every_field_of_a_device_descriptor_is_read()
    {
        Assert.Equal(
            new DeviceDescriptor
            {
                DeviceClass = 0x1a,
                DeviceSubClass = 0x1b,
                DeviceProtocol = 0x1c,
                Id = new UsbId(0x0658, 0x0200),
                BcdDevice = 0x1234,
                ManufacturerIndex = 5,
                ProductIndex = 6,
                SerialIndex = 7,
                ConfigurationCount = 8,
            },
            DeviceDescriptor.Parse(Convert.FromHexString(DeviceHex)));
    }

    [Theory]
    [InlineData("11" + "0100021a1b1c4058060002341205060708")]
    [InlineData("1202" + "00021a1b1c4058060002341205060708")]
    [InlineData("000000000000000000000000000000000000")]
    public void What_is_no_device_descriptor_is_malformed(string hex) =>
        Assert.Throws<UsbIpFormatException>(() => DeviceDescriptor.Parse(Convert.FromHexString(hex)));

    [Fact]
    public void A_two_port_stick_has_two_interfaces()
    {
        ConfigurationDescriptor configuration = ConfigurationDescriptor.Parse(Convert.FromHexString(TwoPorts));
        Assert.Equal([new UsbInterfaceClass(0xff, 1, 2), new UsbInterfaceClass(0xff, 3, 4)], configuration.Interfaces);
        Assert.Equal((55, 1), (configuration.TotalLength, configuration.Value));
    }

    [Fact]
    public void Interfaces_come_in_the_order_of_their_numbers_and_only_with_alternate_setting_0()
    {
        // Interface 3, then 1 with setting 1, then 1 with setting 0, then 1 with setting 0 again.
        const string Hex = "09022d00020100803209040300000a0b0c0009040101001d1e1f0009040100000d0e0f000904010000ffffff00";
        Assert.Equal(
            [new UsbInterfaceClass(0x0d, 0x0e, 0x0f), new UsbInterfaceClass(0x0a, 0x0b, 0x0c)],
            ConfigurationDescriptor.Parse(Convert.FromHexString(Hex)).Interfaces);
    }

    [Theory]
    [InlineData("09020b0001010080320004")] // a descriptor of no length
    [InlineData("09020b0001010080320104")] // one byte
    [InlineData("09020b0001010080320904")] // longer than what is left
    [InlineData("09020a00010100803209")] // one byte is left
    [InlineData("09020d00010100803204040000")] // an interface of 4 bytes
    [InlineData("090208000101008032")] // in total less than its own header
    [InlineData("090214000101008032")] // in total more than there is
    [InlineData("080209000101008032")] // a short header
    [InlineData("090409000101008032")] // another type
    public void A_configuration_that_does_not_hold_together_is_malformed(string hex) =>
        Assert.Throws<UsbIpFormatException>(() => ConfigurationDescriptor.Parse(Convert.FromHexString(hex)));

    [Fact]
    public void What_follows_a_configuration_is_not_looked_at() =>
        Assert.Equal(2, ConfigurationDescriptor.Parse(Convert.FromHexString(TwoPorts + "0000")).Interfaces.Length);

    [Fact]
    public void A_header_alone_tells_the_length_of_the_whole() =>
        Assert.Equal(55, ConfigurationDescriptor.ParseHeader(Convert.FromHexString(TwoPorts[..18])).TotalLength);

    [Fact]
    public void Two_configurations_are_equal_by_their_interfaces()
    {
        ConfigurationDescriptor one = ConfigurationDescriptor.Parse(Convert.FromHexString(TwoPorts));
        ConfigurationDescriptor other = ConfigurationDescriptor.Parse(Convert.FromHexString(TwoPorts));
        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.NotEqual(one, other with { Interfaces = [] });
        Assert.False(one.Equals(null));
    }

    [Theory]
    [InlineData("0a03410042004300e400", "ABCä")]
    [InlineData("0603410042004300", "AB")] // junk behind its length
    [InlineData("ff03410042004300", "ABC")] // a length that promises more
    [InlineData("07034100420043", "AB")] // an odd byte
    [InlineData("0a03410000004200", "A")] // a zero ends it, as in the kernel
    [InlineData("0803410000d84200", "AB")] // half a surrogate pair
    [InlineData("08033dd800de4100", "\U0001F600A")] // a whole one
    [InlineData("08031b000a004100", "A")] // escape and line feed
    [InlineData("08032e2020004100", "A")] // text direction, and space
    [InlineData("0203", null)]
    [InlineData("040320002000", null)]
    [InlineData("0604410042004300", null)] // another type
    [InlineData("0003", null)]
    [InlineData("02", null)]
    [InlineData("", null)]
    public void A_string_is_read_as_the_kernel_reads_it_and_made_fit_to_show(string hex, string? text) =>
        Assert.Equal(text, StringDescriptor.ParseText(Convert.FromHexString(hex)));

    [Theory]
    [InlineData("040309040704", 0x0409)]
    [InlineData("04030704", 0x0407)]
    [InlineData("0203", 0x0409)]
    [InlineData("020307040704", 0x0409)]
    [InlineData("", 0x0409)]
    public void The_first_language_counts_and_english_where_there_is_none(string hex, int langId) =>
        Assert.Equal(langId, StringDescriptor.ParseLangId(Convert.FromHexString(hex)));

    [Theory]
    [InlineData(" UZB ", "UZB")]
    [InlineData("\u0000\u0007", null)]
    [InlineData("a\u200bb\u2028c", "abc")]
    [InlineData("Füllhalter 2", "Füllhalter 2")]
    [InlineData(null, null)]
    public void A_text_is_made_fit_to_show(string? text, string? clean) => Assert.Equal(clean, DeviceText.Clean(text));

    [Fact]
    public void Half_a_surrogate_pair_is_dropped() => Assert.Equal("ab", DeviceText.Clean("a\ud800b\udc00"));
}
