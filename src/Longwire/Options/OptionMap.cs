using System.Collections.Immutable;
using System.Globalization;

namespace Longwire.Options;

/// <summary>
/// Typed sight of a map of options. Whatever is wrong becomes a problem with path, value and remedy; the value is left
/// out, and the rest works.
/// </summary>
internal sealed class OptionMap
{
    public const int LongestText = 255;

    private readonly Dictionary<string, OptionNode> _values = new(StringComparer.Ordinal);
    private readonly ProblemList _problems;
    private readonly OptionProblem? _unknown;

    /// <param name="path">Of this map; empty for the file's root.</param>
    /// <param name="known">Every key that may stand here.</param>
    public OptionMap(MapNode node, string path, ProblemList problems, params ReadOnlySpan<string> known)
    {
        Node = node;
        Path = path;
        _problems = problems;
        foreach ((string key, OptionNode value) in node.Entries)
        {
            if (!known.Contains(key))
            {
                // Without the value: a misspelt password is still a password.
                _unknown = problems.Add(value, PathOf(key), "", $"unknown and ignored; {NearestKey.Hint(key, known)}");
            }
            else if (!_values.TryAdd(key, value))
            {
                problems.Add(value, PathOf(key), "", "written twice; the last one counts. Remove the other");
                _values[key] = value;
            }
        }
    }

    public MapNode Node { get; }
    public string Path { get; }


    public string PathOf(string key) => Path.Length == 0 ? key : $"{Path}.{key}";

    public OptionNode? Find(string key) => _values.TryGetValue(key, out OptionNode? node) && !node.IsNull ? node : null;

    /// <summary>Null where nothing, an empty text or something else than a text is written.</summary>
    public string? Text(string key) =>
        Scalar(key, "a text", secret: false) is { } node && IsReadable(node, key, secret: false) && node.Text.Trim() is { Length: > 0 } text
            ? text
            : null;

    /// <summary>The same for what must never be printed. Blanks at the ends are kept: they may be meant.</summary>
    public string? Secret(string key) =>
        Scalar(key, "a text", secret: true) is { } node && IsReadable(node, key, secret: true) && node.Text.Length > 0 ? node.Text : null;

    public int? Number(string key, int least, int most)
    {
        string expected = string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}");
        if (Scalar(key, expected, secret: false) is not { } node || node.Text.Length == 0) return null;
        if (int.TryParse(node.Text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
            && number >= least
            && number <= most)
        {
            return number;
        }
        _problems.Add(node, PathOf(key), $"write {expected}");
        return null;
    }

    public TimeSpan? Seconds(string key, int least, int most) =>
        Number(key, least, most) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    public bool? Flag(string key)
    {
        if (Scalar(key, "true or false", secret: false) is not { } node || node.Text.Length == 0) return null;
        switch (node.Text.Trim().ToUpperInvariant())
        {
            case "TRUE" or "YES" or "ON":
                return true;
            case "FALSE" or "NO" or "OFF":
                return false;
            default:
                _problems.Add(node, PathOf(key), "write true or false");
                return null;
        }
    }

    /// <summary>Null where nothing, or something else than a map, is written.</summary>
    public OptionMap? Map(string key, params ReadOnlySpan<string> known)
    {
        switch (Find(key))
        {
            case null:
                return null;
            case MapNode map:
                return new OptionMap(map, PathOf(key), _problems, known);
            case OptionNode other:
                Refuse(other, key, $"keys and values below it: {string.Join(", ", known)}", secret: true);
                return null;
        }
    }

    /// <summary>The entries of a list; a single text counts as a list of one. Empty where something else is written.</summary>
    public ImmutableArray<(OptionNode Node, string Path)> Items(string key, string expected) => Items(key, expected, out _);

    /// <param name="unread">
    /// Why the list may be there although nothing of it was read: it is none, or it is missed and some key is unknown.
    /// </param>
    public ImmutableArray<(OptionNode Node, string Path)> Items(string key, string expected, out OptionProblem? unread)
    {
        unread = null;
        switch (Find(key))
        {
            case null:
                unread = _values.ContainsKey(key) ? null : _unknown;
                return [];
            case ListNode list:
                return
                [
                    .. list.Items.Select((item, index) => (item, string.Create(CultureInfo.InvariantCulture, $"{PathOf(key)}[{index}]"))),
                ];
            case ScalarNode scalar:
                return [(scalar, PathOf(key))];
            case OptionNode other:
                unread = Refuse(other, key, $"a list of {expected}", secret: false);
                return [];
        }
    }

    private ScalarNode? Scalar(string key, string expected, bool secret)
    {
        OptionNode? node = Find(key);
        if (node is null or ScalarNode) return (ScalarNode?)node;
        Refuse(node, key, expected, secret);
        return null;
    }

    private bool IsReadable(ScalarNode node, string key, bool secret)
    {
        if (node.Text.Length <= LongestText && !node.Text.AsSpan().ContainsAnyInRange('\0', '\x1f')) return true;
        _problems.Add(node, PathOf(key), secret ? "" : node.Shown, $"write one line of at most {LongestText} characters");
        return false;
    }

    private OptionProblem Refuse(OptionNode node, string key, string expected, bool secret) =>
        _problems.Add(
            node,
            PathOf(key),
            secret && node is ScalarNode ? "" : node.Shown,
            node is UnusableNode unusable ? unusable.Remedy : $"write {expected}");
}
