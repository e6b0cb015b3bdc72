using System.Text.RegularExpressions;
using Longwire.Tests.AddOn;

namespace Longwire.Tests.Architecture;

/// <summary>A file of src/ as its text shows it: its room, what it declares, and the names that it uses.</summary>
/// <param name="Path">From the repository's root.</param>
/// <param name="Text">All of it.</param>
internal sealed partial record SourceFile(string Path, string Text)
{
    private const string Prefix = "src/Longwire";

    public static IReadOnlyList<SourceFile> All { get; } =
    [
        .. Checkout.Files().Where(
            path => path.StartsWith(Prefix, StringComparison.Ordinal) && path.EndsWith(".cs", StringComparison.Ordinal))
            .Select(path => new SourceFile(path, Checkout.Text(path))),
    ];

    public static IEnumerable<string> Rooms => All.Select(file => file.Room).OfType<string>().Distinct();

    /// <summary>Its namespace without the program's name: <c>Attach/Ports</c>, <c>UsbIp/Wire</c>; null for the program's entry.</summary>
    public string? Room
    {
        get
        {
            string? space = NamespacePattern().Match(Text) is { Success: true } found ? found.Groups[1].Value : null;
            return space is null or "Longwire" ? null : space["Longwire.".Length..].Replace('.', '/');
        }
    }

    /// <summary>The types on its top level.</summary>
    public IEnumerable<string> Declares => TypePattern().Matches(Text).Select(match => match.Groups["name"].Value);

    /// <summary>The rooms that it can see without a qualified name: its own, those around it, and those of its usings.</summary>
    public IReadOnlySet<string> Sees
    {
        get
        {
            HashSet<string> seen = [.. UsingPattern().Matches(Text).Select(match => match.Groups[1].Value.Replace('.', '/'))];
            for (string? room = Room; !string.IsNullOrEmpty(room); room = room.Contains('/', StringComparison.Ordinal)
                ? room[..room.LastIndexOf('/')]
                : null)
            {
                seen.Add(room);
            }
            return seen;
        }
    }

    /// <summary>Every name in its code that a type could have; comments, texts and what follows a dot are none.</summary>
    public IReadOnlySet<string> Names =>
        NamePattern().Matches(NoCodePattern().Replace(UsingPattern().Replace(Text, ""), " ")).Select(match => match.Value).ToHashSet();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespacePattern();

    [GeneratedRegex(@"^using Longwire\.([\w.]+);\r?\n?", RegexOptions.Multiline)]
    private static partial Regex UsingPattern();

    [GeneratedRegex(
        @"^(?:public|internal)(?: (?:static|sealed|abstract|readonly|partial|ref|unsafe))*"
            + @" (?:class|record struct|record|struct|interface|enum|delegate [\w<>?]+) (?<name>[A-Z]\w*)",
        RegexOptions.Multiline)]
    private static partial Regex TypePattern();

    [GeneratedRegex("""//[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\])'""")]
    private static partial Regex NoCodePattern();

    [GeneratedRegex(@"(?<![\w.])[A-Z]\w*")]
    private static partial Regex NamePattern();
}
