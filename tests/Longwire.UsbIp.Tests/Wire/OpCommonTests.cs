using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.UsbIp.Tests.Wire;

public sealed class OpCommonTests
{
    private static readonly OpCommon s_sample = new(0x0102, (OpCode)0x0304, (UsbIpStatus)0x05060708);

    [Fact]
    public void Every_field_stands_where_the_header_says() =>
        Assert.Equal("0102030405060708", Samples.Hex(Samples.Write(bytes => s_sample.Write(bytes), OpCommon.Size)));

    [Fact]
    public void A_header_is_read_as_it_was_written() =>
        Assert.Equal(s_sample, OpCommon.Parse(Convert.FromHexString("0102030405060708")));

    [Fact]
    public void Our_own_headers_carry_version_1_1_1()
    {
        var bytes = new byte[OpCommon.Size];
        new OpCommon(OpCode.RequestDeviceList).Write(bytes);
        Assert.Equal("0111800500000000", Samples.Hex(bytes));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void A_short_header_is_malformed(int length) =>
        Assert.Throws<UsbIpFormatException>(() => OpCommon.Parse(new byte[length]));

    [Fact]
    public void Another_version_is_named()
    {
        var e = Assert.Throws<UsbIpProtocolException>(
            () => new OpCommon(0x0106, OpCode.ReplyImport, UsbIpStatus.Ok).Expect(OpCode.ReplyImport));
        Assert.Contains("0x0106", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_operation_is_named()
    {
        var e = Assert.Throws<UsbIpProtocolException>(() => new OpCommon(OpCode.ReplyImport).Expect(OpCode.ReplyDeviceList));
        Assert.Contains("0x0003", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_status_is_not_the_headers_to_judge() =>
        new OpCommon(OpCode.ReplyImport, UsbIpStatus.DeviceBusy).Expect(OpCode.ReplyImport);
}
