using System.Collections.Immutable;
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
    [InlineData("192.168.0.0/24", "192.168.0.77", true)]
    [InlineData("192.168.0.0/24", "::ffff:192.168.0.77", true)]
    [InlineData("192.168.0.0/24", "192.168.1.77", false)]
    [InlineData("192.168.0.0/24", "fd00::77", false)]
    [InlineData("fd00::/64", "fd00::ffff:1", true)]
    [InlineData("fd00::/64", "fd00:0:0:1::1", false)]
    [InlineData("fe80::/10", "fe80::1%3", true)]
    [InlineData("ha.lan", "192.168.0.5", false)]
    [InlineData("fd00::5", "fd00::5", true)]
    [InlineData("fe80::1", "fe80::1%3", true)]
    [InlineData("0.0.0.0/0", "192.168.0.5", false)]
    [InlineData("not an address", "192.168.0.5", false)]
    [InlineData("", "192.168.0.5", false)]
    public void An_entry_is_an_address_or_a_network_in_one_spelling_and_never_everybody(string entry, string client, bool allowed) =>
        Assert.Equal(allowed, ClientAllowList.Of([entry]).Allows(new Client.Address(IPAddress.Parse(client))));

    [Fact]
    public void A_name_allows_the_addresses_that_it_was_last_told_and_keeps_them_where_the_other_entries_change()
    {
        var list = ClientAllowList.Of(["ha.lan", "192.0.2.9"]);
        Assert.True(list.AwaitsNames);
        list = list.With(Names(("ha.lan", "192.0.2.5"), ("other.lan", "192.0.2.6")));
        Assert.False(list.AwaitsNames);
        Assert.Equal((true, false, true), (Allows(list, "192.0.2.5"), Allows(list, "192.0.2.6"), Allows(list, "192.0.2.9")));
        ClientAllowList changed = list.Using(["ha.lan"]);
        Assert.Equal((true, false), (Allows(changed, "::ffff:192.0.2.5"), Allows(changed, "192.0.2.9")));
        Assert.False(Allows(list.Using(["192.0.2.9"]), "192.0.2.5"));
        Assert.False(Allows(list.With(Names(("ha.lan", "fd00::1"))), "192.0.2.5"));
    }

    [Theory]
    [InlineData("192.0.2.0/24", "192.0.2.7", true)]
    [InlineData("192.0.2.0/24", "192.0.2.128/25", true)]
    [InlineData("192.0.2.128/25", "192.0.2.0/24", false)]
    [InlineData("192.0.2.7", "192.0.2.0/24", false)]
    [InlineData("fd00::/16", "fd00::/64", true)]
    [InlineData("192.0.2.0/24", "ha.lan", true)]
    [InlineData("198.51.100.0/24", "ha.lan", false)]
    [InlineData("ha.lan", "192.0.2.5", true)]
    [InlineData("ha.lan", "ha.lan", true)]
    public void A_list_covers_another_that_lets_in_nobody_else(string list, string other, bool covers)
    {
        ImmutableDictionary<string, ImmutableArray<IPAddress>> names = Names(("ha.lan", "192.0.2.5"));
        Assert.Equal(covers, ClientAllowList.Of([list]).With(names).Covers(ClientAllowList.Of([other]).With(names)));
    }

    private static bool Allows(ClientAllowList list, string client) => list.Allows(new Client.Address(IPAddress.Parse(client)));

    private static ImmutableDictionary<string, ImmutableArray<IPAddress>> Names(params (string Name, string Address)[] names) =>
        names.ToImmutableDictionary(name => name.Name, name => ImmutableArray.Create(IPAddress.Parse(name.Address)));

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
