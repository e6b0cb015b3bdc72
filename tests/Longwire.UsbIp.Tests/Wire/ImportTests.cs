using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.UsbIp.Tests.Wire;

public sealed class ImportTests
{
    [Fact]
    public void A_request_is_the_header_and_the_bus_id()
    {
        byte[] bytes = Samples.Write(bytes => ImportRequest.Write(bytes, BusId.Parse("1-1.4")), ImportRequest.Size);
        Assert.Equal("0111800300000000" + Samples.Field("1-1.4", 32), Samples.Hex(bytes));
        Assert.Equal(BusId.Parse("1-1.4"), ImportRequest.ParseBody(bytes.AsSpan(OpCommon.Size)));
    }

    [Fact]
    public void A_short_request_is_malformed()
    {
        for (int length = 0; length < ImportRequest.BodySize; length++)
            Assert.Throws<UsbIpFormatException>(() => ImportRequest.ParseBody(new byte[length]));
    }

    [Fact]
    public void A_good_reply_is_the_header_and_the_record()
    {
        byte[] bytes = ImportReply.Encode(Samples.Device);
        Assert.Equal(320, bytes.Length);
        Assert.Equal("0111000300000000", Samples.Hex(bytes.AsSpan(0, 8)));
        ExportedDevice read = DeviceRecord.Parse(bytes.AsSpan(OpCommon.Size));
        Assert.Equal(2, read.InterfaceCount);
        Assert.Equal(Samples.Device with { Interfaces = [] }, read with { Interfaces = [] });
    }

    [Fact]
    public void A_refusal_is_the_header_alone() =>
        Assert.Equal("0111000300000002", Samples.Hex(ImportReply.EncodeRefusal(UsbIpStatus.DeviceBusy)));

    [Fact]
    public void Ok_is_no_refusal() => Assert.Throws<ArgumentOutOfRangeException>(() => ImportReply.EncodeRefusal(UsbIpStatus.Ok));

    [Fact]
    public void The_devid_of_the_urbs_is_bus_and_device_number() =>
        Assert.Equal(0x00110002u, (Samples.Device with { BusNumber = 17, DeviceNumber = 2 }).DevId);

    [Theory]
    [InlineData(UsbIpStatus.DeviceBusy, "the device is in use")]
    [InlineData((UsbIpStatus)77, "status 77")]
    public void Every_status_has_words(UsbIpStatus status, string words) => Assert.Equal(words, status.Describe());
}
