using System.Net;
using Longwire.Export;
using Longwire.Export.Stock;
using Xunit;

namespace Longwire.Tests.Export;

public sealed class ClientAllowListTests
{
    [Theory]
    [InlineData("192.168.0.5", "192.168.0.5", true)]
    [InlineData("192.168.0.5", "192.168.0.6", false)]
    [InlineData("192.168.0.5", "::ffff:192.168.0.5", true)]
    [InlineData("::ffff:192.168.0.5", "192.168.0.5", true)]
    [InlineData("192.168.0.0/24", "192.168.0.77", false)]
    [InlineData("192.168.0.0/24", "192.168.0.0", false)]
    [InlineData("fd00::5", "fd00::5", true)]
    [InlineData("fe80::1", "fe80::1%3", true)]
    [InlineData("0.0.0.0/0", "192.168.0.5", false)]
    [InlineData("not an address", "192.168.0.5", false)]
    [InlineData("", "192.168.0.5", false)]
    public void An_entry_is_one_address_compared_in_one_spelling_and_never_a_network(string entry, string client, bool allowed) =>
        Assert.Equal(allowed, ClientAllowList.Of([entry]).Allows(new Client.Address(IPAddress.Parse(client))));

    [Fact]
    public void Places_are_limited_in_all_and_per_address_and_given_back()
    {
        var slots = new ConnectionLimits(inAll: 3, perAddress: 2);
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
