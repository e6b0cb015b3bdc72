using System.Text.RegularExpressions;
using Longwire.Tests.AddOn;

namespace Longwire.Tests.Architecture;

/// <summary>docs/architecture.md.</summary>
internal static partial class ArchitecturePage
{
    public static string Text { get; } = Checkout.Text("docs/architecture.md");

    /// <summary>What stands between its one fence of a language and the next.</summary>
    public static string Block(string language) =>
        Fence().Matches(Text).Single(match => match.Groups["language"].Value == language).Groups["text"].Value;

    [GeneratedRegex("^```(?<language>\\w+)\n(?<text>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fence();
}
