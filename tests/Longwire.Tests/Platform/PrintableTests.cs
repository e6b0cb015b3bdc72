using System.Globalization;
using Longwire.Options;
using Longwire.Platform;
using Longwire.Tests.Options;
using Xunit;

namespace Longwire.Tests.Platform;

public sealed class PrintableTests
{
    /// <summary>What a person cannot see, as it comes with a text that was copied from a page or a chat.</summary>
    public static TheoryData<char> Unseen { get; } =
    [
        '\u00A0', '\u00AD', '\u034F', '\u061C', '\u115F', '\u2009', '\u200B', '\u200C', '\u200D', '\u200E', '\u202A', '\u202E', '\u202F',
        '\u2060', '\u2066', '\u3000', '\u3164', '\uFE0F', '\uFEFF', '\uFFA0',
    ];

    [Theory]
    [MemberData(nameof(Unseen))]
    public void What_cannot_be_seen_is_written_out_for_who_looks_for_a_mistake(char unseen)
    {
        string code = string.Create(CultureInfo.InvariantCulture, $"<U+{(int)unseen:X4}>");
        Assert.Equal($"a{code}b", Printable.Visible($"a{unseen}b"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("192.168.0.10")]
    [InlineData("Küche 2, 廊下, Чердак")]
    [InlineData("😀")]
    public void What_can_be_seen_stays_as_it_is(string text) => Assert.Same(text, Printable.Visible(text));

    [Theory]
    [MemberData(nameof(Unseen))]
    public void A_problem_with_an_address_shows_what_nobody_sees_in_it(char unseen)
    {
        LoadedOptions<AttachOptions> loaded = Read.Json($$"""{"pis": [{"address": "192.168.0{{unseen}}.10"}]}""");
        string problem = Assert.Single(loaded.Problems, one => one.Path == "pis[0].address").ToString();
        Assert.DoesNotContain(unseen, problem);
        Assert.Contains(
            string.Create(CultureInfo.InvariantCulture, $"'192.168.0<U+{(int)unseen:X4}>.10'"), problem, StringComparison.Ordinal);
    }
}
