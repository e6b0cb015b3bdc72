using System.Net;
using Longwire.Link.Errors;
using Longwire.Link.Frames;
using Longwire.Link.Wire;
using Xunit;

namespace Longwire.Link.Tests.Wire;

public sealed class AddressesFrameTests
{
    [Fact]
    public void Addresses_are_written_as_the_page_says_and_read_as_they_were()
    {
        IPAddress[] addresses = [IPAddress.Parse("192.168.0.10"), IPAddress.Parse("fd00::10")];
        byte[] body = AddressesFrame.Encode(addresses);
        Assert.Equal("0204c0a8000a10fd000000000000000000000000000010", Convert.ToHexStringLower(body));
        Assert.Equal(addresses, AddressesFrame.Parse(body));
        Assert.Equal([0], AddressesFrame.Encode([]));
        Assert.Empty(AddressesFrame.Parse([0]));
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("0.1.2.3")]
    [InlineData("224.0.0.251")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("fe80::1")]
    [InlineData("ff02::fb")]
    [InlineData("::ffff:10.0.0.1")]
    public void What_nobody_can_connect_to_is_neither_said_nor_taken(string address)
    {
        byte[] odd = IPAddress.Parse(address).GetAddressBytes();
        Assert.Equal([IPAddress.Parse("10.0.0.7")], AddressesFrame.Parse([2, (byte)odd.Length, .. odd, 4, 10, 0, 0, 7]));
        Assert.Equal([1, 4, 10, 0, 0, 7], AddressesFrame.Encode([new IPAddress(odd), IPAddress.Parse("10.0.0.7")]));
    }

    [Fact]
    public void No_more_than_eight_are_said_or_taken_and_none_twice()
    {
        IPAddress[] many = [.. Enumerable.Range(1, 9).Select(i => new IPAddress([10, 0, 0, (byte)i]))];
        Assert.Equal(8, AddressesFrame.Encode(many)[0]);
        byte[] nine = [11, 4, 10, 0, 0, 1, 4, 10, 0, 0, 1, .. many.SelectMany(address => (byte[])[4, .. address.GetAddressBytes()])];
        Assert.Equal(many[..8], AddressesFrame.Parse(nine));
    }

    [Fact]
    public void What_a_later_release_has_besides_is_skipped() =>
        Assert.Equal([IPAddress.Parse("10.0.0.7")], AddressesFrame.Parse([3, 2, 1, 1, 4, 10, 0, 0, 7, 0, 0, 9, 0, 1, 5]));

    [Theory]
    [InlineData("")]
    [InlineData("01")]
    [InlineData("01040a0000")]
    [InlineData("02040a000007")]
    [InlineData("ff040a000007")]
    public void One_that_is_cut_short_is_refused(string hex) =>
        Assert.Throws<LinkFormatException>(() => AddressesFrame.Parse(Convert.FromHexString(hex)));

    [Fact]
    public void A_server_says_them_behind_its_offers_and_again_when_they_change_and_only_then()
    {
        byte[] offers = [1, 2, 3], addresses = AddressesFrame.Encode([IPAddress.Parse("10.0.0.7")]);
        var frames = new OfferFrames(() => offers, () => addresses);
        byte[] written = new byte[1000];
        Assert.Equal(
            [Said(FrameType.Offers, offers), Said(FrameType.Addresses, addresses)], Read(written.AsSpan(0, frames.Write(written))));
        Assert.Equal((0, 0), (frames.NextFrameSize, frames.Write(written)));
        addresses = AddressesFrame.Encode([IPAddress.Parse("10.0.0.8")]);
        Assert.Equal(Frame.HeaderSize + addresses.Length, frames.NextFrameSize);
        Assert.Equal([Said(FrameType.Addresses, addresses)], Read(written.AsSpan(0, frames.Write(written))));
        // No room for both: one after the other, each whole.
        (offers, addresses) = ([4, 5], AddressesFrame.Encode([IPAddress.Parse("10.0.0.9")]));
        Assert.Equal([Said(FrameType.Offers, offers)], Read(written.AsSpan(0, frames.Write(written.AsSpan(0, 10)))));
        Assert.Equal([Said(FrameType.Addresses, addresses)], Read(written.AsSpan(0, frames.Write(written))));
    }

    private static (FrameType Type, string Body) Said(FrameType type, byte[] body) => (type, Convert.ToHexStringLower(body));

    private static List<(FrameType Type, string Body)> Read(ReadOnlySpan<byte> bytes)
    {
        var frames = new List<(FrameType, string)>();
        while (Frame.TryRead(bytes, Frame.MaxLength, out Frame frame))
        {
            frames.Add((frame.Type, Convert.ToHexStringLower(frame.Body)));
            bytes = bytes[frame.Size..];
        }
        Assert.True(bytes.IsEmpty);
        return frames;
    }
}
