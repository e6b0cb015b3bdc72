using System.Text.RegularExpressions;
using Longwire.Doctor;
using Xunit;

namespace Longwire.Tests.Doctor;

/// <summary>What holds of every finding's sentences.</summary>
internal static partial class FindingRules
{
    public static void Hold(Finding finding)
    {
        Assert.Matches("^[a-z_]+$", finding.Id);
        foreach (string sentence in new[] { finding.Checked, finding.Found, finding.Remedy }.OfType<string>())
        {
            Assert.EndsWith(".", sentence, StringComparison.Ordinal);
            // What is quoted is somebody else's.
            Assert.DoesNotContain("..", QuotePattern().Replace(sentence, ""), StringComparison.Ordinal);
            Assert.InRange(sentence.Length, 5, 299);
            Assert.DoesNotContain('\n', sentence);
            // Cut in the middle it would not help.
            Assert.DoesNotContain('…', sentence);
            Assert.DoesNotContain(DoctorBench.Secret, sentence, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("LW1-", sentence, StringComparison.OrdinalIgnoreCase);
        }
        if (finding.Level is FindingLevel.Problem or FindingLevel.Unknown) Assert.NotNull(finding.Remedy);
        if (finding.Level == FindingLevel.Ok) Assert.Null(finding.Remedy);
    }

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex QuotePattern();
}
