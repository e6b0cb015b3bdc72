using Longwire.Doctor;
using Xunit;

namespace Longwire.Tests.Doctor;

public sealed class FindingTextTests
{
    [Theory]
    [InlineData("it is away: go there", "It is away", "Go there")]
    [InlineData("It is away. Remedy: go: there", "It is away.", "Go: there")]
    [InlineData("it is away. go there: at once", "It is away", "Go there: at once")]
    [InlineData("it is away", "It is away", "See the log of Longwire, which says more")]
    public void What_is_wrong_is_told_from_what_to_do(string text, string found, string remedy) =>
        Assert.Equal((found, remedy), FindingText.Split(text));
}
