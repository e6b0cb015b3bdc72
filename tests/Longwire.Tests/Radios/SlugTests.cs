using Longwire.Radios;
using Xunit;

namespace Longwire.Tests.Radios;

public sealed class SlugTests
{
    [Theory]
    [InlineData("attic")]
    [InlineData("0658_0200_ZW0001")]
    [InlineData("A-b_9")]
    public void A_slug_stays_as_it_is(string text) => Assert.Equal(text, Slug.Of(text));

    [Theory]
    [InlineData("")]
    [InlineData("192.168.0.10")]
    [InlineData("Wohnzimmer Küche")]
    [InlineData("+/#\0\n")]
    [InlineData("\ud800")]
    [InlineData("日本")]
    public void Whatever_is_written_a_slug_holds_only_what_topics_and_ids_allow(string text)
    {
        string slug = Slug.Of(text);

        Assert.Matches("^[a-zA-Z0-9_-]{1,64}$", slug);
        Assert.Equal(slug, Slug.Of(text));
        Assert.Equal(slug, Slug.Of(slug));
    }

    [Fact]
    public void What_the_slug_loses_a_hash_keeps_apart()
    {
        string[] texts = ["a.b", "a b", "a_b", "a/b", "\ud800", "\udfff", "", new string('x', 100), new string('x', 101)];

        Assert.Equal(texts.Length, texts.Select(Slug.Of).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void An_id_given_once_is_the_same_in_every_release() => Assert.Equal("192_168_0_10_f163ec", Slug.Of("192.168.0.10"));
}
