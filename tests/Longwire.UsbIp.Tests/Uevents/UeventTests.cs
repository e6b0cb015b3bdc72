using System.Text;
using Longwire.UsbIp.Uevents;
using Xunit;

namespace Longwire.UsbIp.Tests.Uevents;

public sealed class UeventTests
{
    // As a 6.1 kernel sent it for a stick on dummy_hcd.
    private const string Sample =
        "bind@/devices/platform/dummy_hcd.0/usb1/1-1\0ACTION=bind\0DEVPATH=/devices/platform/dummy_hcd.0/usb1/1-1\0SUBSYSTEM=usb\0MAJOR=189\0MINOR=1\0"
        + "DEVNAME=bus/usb/001/002\0DEVTYPE=usb_device\0DRIVER=usb\0PRODUCT=658/200/601\0TYPE=2/0/0\0BUSNUM=001\0DEVNUM=002\0SEQNUM=1174\0";

    [Fact]
    public void A_message_of_the_kernels_is_read()
    {
        Assert.True(Uevent.TryParse(Bytes(Sample), out Uevent uevent));
        Assert.Equal("bind", uevent.Action);
        Assert.Equal("/devices/platform/dummy_hcd.0/usb1/1-1", uevent.DevPath);
        Assert.Equal("1-1", uevent.Name);
        Assert.Equal("usb", uevent.Subsystem);
        Assert.Equal("usb_device", uevent.DevType);
        Assert.Equal("658/200/601", uevent.Properties["PRODUCT"]);
        Assert.Equal(13, uevent.Properties.Count);
        Assert.False(uevent.IsOverrun);
    }

    [Fact]
    public void A_value_may_hold_an_equals_sign_and_may_be_empty()
    {
        Assert.True(Uevent.TryParse(Bytes("add@/x\0ACTION=add\0DEVPATH=/x\0SUBSYSTEM=tty\0A=b=c\0E=\0"), out Uevent uevent));
        Assert.Equal("b=c", uevent.Properties["A"]);
        Assert.Equal("", uevent.Properties["E"]);
        Assert.Null(uevent.DevType);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0")]
    [InlineData("libudev\0\u00fe\u00ed\u00ca\u00fe\0ACTION=add\0DEVPATH=/x\0SUBSYSTEM=usb\0")]
    [InlineData("add@/x\0DEVPATH=/x\0SUBSYSTEM=usb\0")]
    [InlineData("add@/x\0ACTION=add\0SUBSYSTEM=usb\0")]
    [InlineData("add@/x\0ACTION=add\0DEVPATH=/x\0")]
    [InlineData("add@/x\0ACTION=remove\0DEVPATH=/x\0SUBSYSTEM=usb\0")]
    [InlineData("add@/x\0ACTION=add\0DEVPATH=/y\0SUBSYSTEM=usb\0")]
    [InlineData("add@/x\0ACTION=add\0DEVPATH=/x\0SUBSYSTEM=usb\0noequals\0")]
    [InlineData("add@/x\0ACTION=add\0DEVPATH=/x\0SUBSYSTEM=usb\0=novalue\0")]
    [InlineData("add@/x\0ACTION=add\0DEVPATH=/x\0SUBSYSTEM=usb\0\0")]
    [InlineData("@/x\0ACTION=\0DEVPATH=/x\0SUBSYSTEM=usb\0")]
    public void Anything_else_is_not_a_uevent(string message) => Assert.False(Uevent.TryParse(Bytes(message), out _));

    [Fact]
    public void A_message_cut_anywhere_is_whole_pairs_or_nothing()
    {
        byte[] whole = Bytes(Sample);
        for (int length = 0; length < whole.Length; length++)
        {
            if (Uevent.TryParse(whole.AsSpan(0, length), out Uevent uevent)) Assert.Equal((byte)0, whole[length - 1]);
            else Assert.True(uevent.IsOverrun);
        }
    }

    [Fact]
    public void A_hundred_thousand_mutations_are_parsed_or_refused()
    {
        byte[] whole = Bytes(Sample);
        var random = new Random(20260102);
        for (int round = 0; round < 100_000; round++)
        {
            byte[] mutated = [.. whole];
            for (int hits = random.Next(1, 6); hits > 0; hits--) mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            ReadOnlySpan<byte> message = mutated.AsSpan(0, random.Next(4) == 0 ? random.Next(mutated.Length + 1) : mutated.Length);
            if (Uevent.TryParse(message, out Uevent uevent)) Assert.Equal(uevent.Properties["DEVPATH"], uevent.DevPath);
        }
    }

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);
}
