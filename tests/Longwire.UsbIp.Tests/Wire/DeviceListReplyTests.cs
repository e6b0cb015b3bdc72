using System.Collections.Immutable;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.UsbIp.Tests.Wire;

public sealed class DeviceListReplyTests
{
    private static string SampleRecord =>
        Samples.Field(Samples.Device.Path, 256) + Samples.Field("1-1.4", 32) + "0102030405060708090a0b0c0d0e0f1011121314151617" + "02";

    [Fact]
    public void Every_field_stands_where_the_header_says() => Assert.Equal(
        "0111000500000000" + "00000001" + SampleRecord + "191a1b00" + "1c1d1e00",
        Samples.Hex(DeviceListReply.Encode([Samples.Device])));

    [Fact]
    public void Empty()
    {
        byte[] bytes = DeviceListReply.Encode([]);
        Assert.Equal("011100050000000000000000", Samples.Hex(bytes));
        Assert.Empty(DeviceListReply.Parse(bytes, out int consumed));
        Assert.Equal(12, consumed);
    }

    [Fact]
    public void Multiple()
    {
        ExportedDevice second = Samples.Device with { BusId = BusId.Parse("2-1"), Interfaces = [], InterfaceCount = 0 };
        byte[] bytes = DeviceListReply.Encode([Samples.Device, second, Samples.Device]);
        ImmutableArray<ExportedDevice> devices = DeviceListReply.Parse(bytes, out int consumed);
        Assert.Equal(bytes.Length, consumed);
        Assert.Equal(["1-1.4", "2-1", "1-1.4"], devices.Select(device => device.BusId.ToString()));
        Assert.Equal(Samples.Device.Interfaces, devices[2].Interfaces);
        Assert.Equal(bytes, DeviceListReply.Encode(devices));
    }

    [Fact]
    public void What_follows_the_list_is_left_alone()
    {
        byte[] list = DeviceListReply.Encode([Samples.Device]);
        DeviceListReply.Parse([.. list, 1, 2, 3], out int consumed);
        Assert.Equal(list.Length, consumed);
    }

    [Fact]
    public void Short_at_every_length_is_malformed()
    {
        byte[] bytes = DeviceListReply.Encode([Samples.Device]);
        for (int length = 0; length < bytes.Length; length++)
            Assert.Throws<UsbIpFormatException>(() => DeviceListReply.Parse(bytes.AsSpan(0, length), out _));
    }

    [Fact]
    public void A_list_of_10000_devices_is_refused_with_the_number_and_the_limit()
    {
        var e = Assert.Throws<UsbIpFormatException>(() => DeviceListReply.Parse(Convert.FromHexString("011100050000000000002710"), out _));
        Assert.Contains("10000", e.Message, StringComparison.Ordinal);
        Assert.Contains("1024", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_list_carries_the_servers_status()
    {
        var e = Assert.Throws<UsbIpRefusedException>(() => DeviceListReply.Parse(Convert.FromHexString("0111000500000005"), out _));
        Assert.Equal(UsbIpStatus.UnexpectedError, e.Status);
    }

    [Theory]
    [InlineData(0, "path")]
    [InlineData(256, "busid")]
    public void A_text_without_its_closing_zero_is_malformed(int at, string name)
    {
        byte[] record = Convert.FromHexString(SampleRecord);
        record.AsSpan(at, at == 0 ? 256 : 32).Fill((byte)'1');
        var e = Assert.Throws<UsbIpFormatException>(() => DeviceRecord.Parse(record));
        Assert.Contains(name, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1-1\n")]
    [InlineData("1-1\u001b[31m")]
    [InlineData("\u007f")]
    public void A_bus_id_that_is_none_is_malformed(string text)
    {
        byte[] record = Convert.FromHexString(SampleRecord);
        record.AsSpan(256, 32).Clear();
        System.Text.Encoding.ASCII.GetBytes(text, record.AsSpan(256));
        Assert.Throws<UsbIpFormatException>(() => DeviceRecord.Parse(record));
    }

    [Fact]
    public void A_path_that_would_reach_a_terminal_with_an_escape_is_malformed()
    {
        byte[] record = Convert.FromHexString(SampleRecord);
        record[3] = 0x1b;
        Assert.Throws<UsbIpFormatException>(() => DeviceRecord.Parse(record));
    }

    [Fact]
    public void What_follows_a_texts_zero_is_not_looked_at()
    {
        byte[] record = Convert.FromHexString(SampleRecord);
        record.AsSpan(200, 56).Fill(0xff);
        Assert.Equal(Samples.Device.Path, DeviceRecord.Parse(record).Path);
    }

    [Fact]
    public void A_path_that_does_not_fit_is_the_callers_error() => Assert.Throws<ArgumentException>(
        () => DeviceListReply.Encode([Samples.Device with { Path = new string('x', 256) }]));

    [Fact]
    public void A_path_of_255_characters_fits()
    {
        ExportedDevice device = Samples.Device with { Path = new string('x', 255) };
        Assert.Equal(device.Path, DeviceListReply.Parse(DeviceListReply.Encode([device]), out _)[0].Path);
    }

    [Fact]
    public void A_count_that_is_not_the_number_of_interfaces_is_the_callers_error() => Assert.Throws<ArgumentException>(
        () => DeviceListReply.Encode([Samples.Device with { InterfaceCount = 3 }]));
}
