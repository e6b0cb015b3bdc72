using System.Net;
using Longwire.Export;
using Xunit;

namespace Longwire.Tests.Export;

public sealed class ClientAllowListTests
{
    [Theory]
    [InlineData("192.168.0.5", "192.168.0.5", true)]
    [InlineData("192.168.0.5", "192.168.0.6", false)]
    [InlineData("192.168.0.5", "::ffff:192.168.0.5", true)]
    [InlineData("::ffff:192.168.0.5", "192.168.0.5", true)]
    [InlineData("192.168.0.0/24", "192.168.0.77", true)]
    [InlineData("192.168.0.0/24", "::ffff:192.168.0.77", true)]
    [InlineData("192.168.0.0/24", "192.168.1.77", false)]
    [InlineData("fd00::5", "fd00::5", true)]
    [InlineData("fd00::/8", "fd12::1", true)]
    [InlineData("fd00::/8", "2001:db8::1", false)]
    [InlineData("fe80::1", "fe80::1%3", true)]
    [InlineData("0.0.0.0/0", "fd00::5", false)]
    [InlineData("not an address", "192.168.0.5", false)]
    [InlineData("", "192.168.0.5", false)]
    public void Addresses_and_networks_are_compared_in_one_spelling(string entry, string client, bool allowed) =>
        Assert.Equal(allowed, ClientAllowList.Of([entry]).Allows(IPAddress.Parse(client)));

    [Fact]
    public void A_list_without_a_usable_entry_is_empty()
    {
        Assert.True(ClientAllowList.Of([]).IsEmpty);
        Assert.True(ClientAllowList.Of(["nonsense", "10.0.0.1/99"]).IsEmpty);
        Assert.False(ClientAllowList.Of(["nonsense", "10.0.0.1"]).IsEmpty);
    }

    [Fact]
    public void Places_are_limited_in_all_and_per_address_and_given_back()
    {
        var slots = new HandshakeSlots(inAll: 3, perAddress: 2);
        IPAddress a = IPAddress.Parse("192.0.2.1"), b = IPAddress.Parse("192.0.2.2");
        Assert.True(slots.TryEnter(a));
        Assert.True(slots.TryEnter(a));
        Assert.False(slots.TryEnter(a));
        Assert.True(slots.TryEnter(b));
        Assert.False(slots.TryEnter(b));
        slots.Leave(a);
        Assert.True(slots.TryEnter(b));
        Assert.False(slots.TryEnter(a));
    }
}
