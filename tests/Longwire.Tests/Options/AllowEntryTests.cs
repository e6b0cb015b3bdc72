using System.Net;
using Longwire.Export;
using Longwire.Options;
using Xunit;

namespace Longwire.Tests.Options;

/// <summary>Who may ask, as a person writes it.</summary>
public sealed class AllowEntryTests
{
    [Theory]
    [InlineData("192.168.0.5", "192.168.0.5", nameof(AllowEntry.Address))]
    [InlineData(" 192.168.0.5 ", "192.168.0.5", nameof(AllowEntry.Address))]
    [InlineData("::ffff:192.168.0.5", "192.168.0.5", nameof(AllowEntry.Address))]
    [InlineData("[FD00::5]", "fd00::5", nameof(AllowEntry.Address))]
    [InlineData("192.168.0.5/32", "192.168.0.5", nameof(AllowEntry.Address))]
    [InlineData("fd00::5/128", "fd00::5", nameof(AllowEntry.Address))]
    [InlineData("192.168.0.0/24", "192.168.0.0/24", nameof(AllowEntry.Network))]
    [InlineData("10.0.0.0/8", "10.0.0.0/8", nameof(AllowEntry.Network))]
    [InlineData("192.168.0.4/30", "192.168.0.4/30", nameof(AllowEntry.Network))]
    [InlineData("FD00::/64", "fd00::/64", nameof(AllowEntry.Network))]
    [InlineData("[fd00::]/64", "fd00::/64", nameof(AllowEntry.Network))]
    [InlineData("::ffff:192.168.0.0/120", "192.168.0.0/24", nameof(AllowEntry.Network))]
    [InlineData("ha", "ha", nameof(AllowEntry.Name))]
    [InlineData("homeassistant.local", "homeassistant.local", nameof(AllowEntry.Name))]
    [InlineData("my_ha-2.lan.", "my_ha-2.lan.", nameof(AllowEntry.Name))]
    public void An_address_a_network_or_a_name_has_one_spelling_that_is_read_as_the_same(string text, string spelling, string kind)
    {
        Assert.Null(AllowEntry.TryParse(text, out AllowEntry? entry));
        Assert.Equal((spelling, kind), (entry!.ToString(), entry.GetType().Name));
        Assert.Null(AllowEntry.TryParse(spelling, out AllowEntry? again));
        Assert.Equal(entry, again);
    }

    [Theory]
    [InlineData("0.0.0.0/0", "that is everybody")]
    [InlineData("0.0.0.0/1", "that is everybody")]
    [InlineData("128.0.0.0/1", "that is everybody")]
    [InlineData("::/1", "that is everybody")]
    [InlineData("::/0", "that is everybody")]
    [InlineData("10.0.0.5/0", "that is everybody")]
    [InlineData("::ffff:0.0.0.0/96", "that is everybody")]
    [InlineData("192.168.0.5/24", "write 192.168.0.0/24 for the whole network, or 192.168.0.5 for that machine alone")]
    [InlineData("fd00::5/64", "write fd00::/64 for the whole network, or fd00::5 for that machine alone")]
    [InlineData("192.168.0.0/255.255.255.0", "how many of the first bits")]
    [InlineData("192.168.0.0/33", "from 1 to 32")]
    [InlineData("fd00::/129", "from 1 to 128")]
    [InlineData("192.168.0.0/", "how many of the first bits")]
    [InlineData("192.168.0.0/-1", "how many of the first bits")]
    [InlineData("ha.lan/24", "or its name")]
    [InlineData("192.168.0", "or its name")]
    [InlineData("192.168.0.256", "or its name")]
    [InlineData("192.168.0.5:3240", "or its name")]
    [InlineData("http://ha.lan", "or its name")]
    [InlineData("*", "or its name")]
    [InlineData("192.168.0.5 192.168.0.6", "or its name")]
    [InlineData("", "or its name")]
    public void Anything_else_and_everybody_has_a_remedy(string text, string remedy)
    {
        Assert.Contains(remedy, AllowEntry.TryParse(text, out AllowEntry? entry), StringComparison.Ordinal);
        Assert.Null(entry);
    }

    [Fact]
    public void A_network_of_any_length_that_is_allowed_has_its_first_and_last_address_in_it_and_the_ones_before_and_after_not()
    {
        for (int length = 8; length <= 31; length++)
        {
            uint first = 0xC0A8_AA55 & (uint.MaxValue << (32 - length)), last = first | (uint.MaxValue >> length);
            var list = ClientAllowList.Of([$"{Address(first)}/{length}"]);
            Assert.True(list.Allows(Client(first)));
            Assert.True(list.Allows(Client(last)));
            Assert.False(list.Allows(Client(first - 1)));
            Assert.False(list.Allows(Client(last + 1)));
        }
    }

    private static Client.Address Client(uint address) => new(Address(address));

    private static IPAddress Address(uint address) =>
        new([(byte)(address >> 24), (byte)(address >> 16), (byte)(address >> 8), (byte)address]);
}
