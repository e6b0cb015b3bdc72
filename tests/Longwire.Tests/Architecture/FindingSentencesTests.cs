using System.Text.RegularExpressions;
using Longwire.Tests.AddOn;
using Xunit;

namespace Longwire.Tests.Architecture;

/// <summary>
/// A finding's sentences stand in a test as what it expects, so some test provokes each. What was looked at stands behind its id and
/// is left out.
/// </summary>
public sealed partial class FindingSentencesTests
{
    // Shorter pieces between two holes of a text say nothing.
    private const int ShortestPiece = 8;

    [Fact]
    public void Every_sentence_that_the_checks_can_say_is_expected_by_a_test()
    {
        string said = string.Concat(Files("src/Longwire/Doctor", "*.cs").Select(Code)), expected = string.Concat(
            Files("tests/Longwire.Tests/Doctor", "*").Select(text => Code(text).Replace("\\\"", "\"", StringComparison.Ordinal)));
        string[] pieces =
        [
            .. from Match literal in Literal().Matches(said)
               where literal.Groups["text"].Success
               from piece in Hole().Split(literal.Groups["text"].Value.Replace("\\\"", "\"", StringComparison.Ordinal))
               where piece.Length >= ShortestPiece && piece.Contains(' ', StringComparison.Ordinal)
               select piece,
        ];
        Assert.True(pieces.Length > 150, $"{pieces.Length} pieces: the pattern does not see them any more");
        string[] unexpected = [.. pieces.Where(piece => !expected.Contains(piece, StringComparison.Ordinal))];
        Assert.Empty(unexpected);
    }

    private static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.GetFiles(Path.Combine(Checkout.Root, folder), pattern, SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(File.ReadAllText);

    /// <summary>Without comments, and texts over several lines in one.</summary>
    private static string Code(string file) => Joint().Replace(Comment().Replace(file, ""), "");

    [GeneratedRegex("^ *//.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex("\"\\s*\\+\\s*\\$?\"")]
    private static partial Regex Joint();

    // Patterns, and what was looked at behind its id, are passed over.
    [GeneratedRegex(
        """@"[^"]*"|"[a-z_]+",\s*\$?"([^"\\]|\\.)*"|"(?<text>([^"\\\n]|\\.)*)["]""", RegexOptions.ExplicitCapture)]
    private static partial Regex Literal();

    [GeneratedRegex(@"\{[^{}]*(?:\}|$)")]
    private static partial Regex Hole();
}
