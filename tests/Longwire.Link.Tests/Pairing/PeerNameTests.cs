using Longwire.Link.Pairing;
using Xunit;

namespace Longwire.Link.Tests.Pairing;

public sealed class PeerNameTests
{
    [Theory]
    [InlineData("attic", "attic")]
    [InlineData("  Küche 2 \t", "Küche 2")]
    [InlineData("a\u001b[31mb", "a[31mb")]
    [InlineData("a\r\nb\u2028c\u2029d", "abcd")]
    [InlineData("a\u202eb\u200bc", "abc")]
    [InlineData("🏠", "🏠")]
    [InlineData("\u0000 \u0007", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void What_would_reach_terminals_and_logs_is_taken_out(string? text, string? clean) => Assert.Equal(clean, PeerName.Clean(text));

    [Fact]
    public void Half_a_character_is_taken_out() => Assert.Equal("ab", PeerName.Clean("a\ud800b"));

    [Fact]
    public void A_name_has_at_most_64_characters_and_no_half_one()
    {
        Assert.Equal(new string('x', 64), PeerName.Clean(new string('x', 65)));
        Assert.Equal(new string('x', 63), PeerName.Clean(new string('x', 63) + "🏠"));
        Assert.Equal(new string('x', 62) + "🏠", PeerName.Clean(new string('x', 62) + "🏠"));
    }
}
