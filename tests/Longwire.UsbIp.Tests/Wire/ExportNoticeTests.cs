using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.UsbIp.Tests.Wire;

public sealed class ExportNoticeTests
{
    [Fact]
    public void Every_field_stands_where_the_format_says() => Assert.Equal(
        "01114c5700000000" + "00000002"
        + Samples.Field("1-1.2", 32) + "01020304" + "00000001"
        + Samples.Field("2-3", 32) + "05060708" + "090a0b0c"
        + Samples.Field("0.1.0", 32),
        Samples.Hex(Samples.Notice.Encode()));

    [Fact]
    public void Multiple_entries_are_read_as_written_and_unknown_reasons_are_kept() =>
        Assert.Equal(Samples.Notice, LongwireListExtension.Parse(Samples.Notice.Encode()));

    [Fact]
    public void Empty()
    {
        var notice = new LongwireListExtension { Version = "" };
        Assert.Equal(44, notice.Encode().Length);
        Assert.Equal(notice, LongwireListExtension.Parse(notice.Encode()));
    }

    [Fact]
    public void Short_at_every_length_is_malformed()
    {
        byte[] bytes = Samples.Notice.Encode();
        for (int length = 0; length < bytes.Length; length++)
            Assert.Throws<UsbIpFormatException>(() => LongwireListExtension.Parse(bytes.AsSpan(0, length)));
    }

    [Fact]
    public void More_than_256_entries_are_refused_with_the_number_and_the_limit()
    {
        var e = Assert.Throws<UsbIpFormatException>(() => LongwireListExtension.Parse(Convert.FromHexString("01114c570000000000000101")));
        Assert.Contains("257", e.Message, StringComparison.Ordinal);
        Assert.Contains("256", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_full_256_entries_fit()
    {
        var entry = new NoticeEntry(BusId.Parse("1-1"), new UsbId(1, 2), NoticeReason.NotKnownRadio);
        var notice = new LongwireListExtension { Version = "1.2.3", Entries = [.. Enumerable.Repeat(entry, 256)] };
        Assert.Equal(notice, LongwireListExtension.Parse(notice.Encode()));
        Assert.Throws<ArgumentException>(() => (notice with { Entries = [.. notice.Entries, entry] }).Encode());
    }

    [Fact]
    public void Another_operation_is_no_notice() =>
        Assert.Throws<UsbIpProtocolException>(() => LongwireListExtension.Parse(DeviceListReply.Encode([])));

    [Fact]
    public void Two_notices_are_equal_by_their_entries()
    {
        Assert.Equal(Samples.Notice.GetHashCode(), LongwireListExtension.Parse(Samples.Notice.Encode()).GetHashCode());
        Assert.NotEqual(Samples.Notice, Samples.Notice with { Entries = [.. Samples.Notice.Entries.Reverse()] });
        Assert.False(Samples.Notice.Equals(null));
    }
}
