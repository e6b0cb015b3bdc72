using Longwire.Platform;
using Xunit;

namespace Longwire.Tests.Platform;

public sealed class ClauseTests
{
    [Theory]
    [InlineData("the Pi is away", "The Pi is away.")]
    [InlineData("The Pi is away.", "The Pi is away.")]
    [InlineData("i", "I.")]
    [InlineData("", "")]
    public void A_clause_becomes_a_sentence_with_one_full_stop(string clause, string sentence) =>
        Assert.Equal(sentence, Clause.Sentence(clause));
}
