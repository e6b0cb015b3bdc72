using System.Text.RegularExpressions;
using Longwire.Radios;
using Longwire.Tests.Architecture;
using Xunit;

namespace Longwire.Tests.Radios;

public sealed partial class StickTextTests
{
    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData(" \t", null)]
    [InlineData(" ZW 1 ", "ZW 1")]
    public void Blanks_at_its_ends_are_no_part_of_a_text_and_blanks_alone_are_none(string? text, string? normalised) =>
        Assert.Equal(normalised, StickText.Normalised(text));

    [Fact]
    public void Two_texts_are_the_same_where_both_say_the_same_or_nothing()
    {
        Assert.True(StickText.IsSame("A ", "A"));
        Assert.True(StickText.IsSame(" ", null));
        Assert.False(StickText.IsSame("A", null));
        Assert.False(StickText.IsSame("A", "a"));
    }

    [Fact]
    public void No_other_place_decides_what_is_part_of_a_serial() => Assert.Empty(
        from file in SourceFile.All
        from match in OwnTrim().Matches(file.Text)
        select $"{file.Path}: {match.Value}");

    [GeneratedRegex(@"[Ss]erial[!?]*\.Trim\(")]
    private static partial Regex OwnTrim();
}
