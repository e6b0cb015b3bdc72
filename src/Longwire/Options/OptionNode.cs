using System.Collections.Immutable;
using Longwire.Platform;

namespace Longwire.Options;

/// <summary>What a file holds, whether it was written in JSON or in YAML: texts, lists and maps, and where each stands.</summary>
/// <param name="line">Counted from 1; 0 where there is no file behind it.</param>
internal abstract class OptionNode(int line)
{
    private const int LongestShown = 60;

    public int Line { get; } = line;

    /// <summary>Where a person finds this value if not at its path in the file: the name of an environment variable.</summary>
    public string? Origin { get; init; }

    /// <summary>The value as a problem shows it: one short line whatever was written.</summary>
    public abstract string Shown { get; }

    /// <summary>Nothing written: <c>name:</c> in YAML, <c>null</c> in JSON.</summary>
    public virtual bool IsNull => false;

    protected static string Shorten(string text)
    {
        string clipped = Printable.Clip(text, LongestShown + 1);
        // Half a surrogate pair may stand in a file, and no line shows it.
        return Printable.Of(string.Concat(clipped.Select(c => char.IsSurrogate(c) ? '?' : c)));
    }
}

/// <summary>A text, number or truth value; which of them it is decides the place that it stands in.</summary>
/// <param name="quoted">Written in quotes, so it is a text even if it reads like null.</param>
internal sealed class ScalarNode(string text, bool quoted, int line) : OptionNode(line)
{
    public string Text { get; } = text;
    public override string Shown => Shorten(Text);
    public override bool IsNull => !quoted && Text is ("" or "~" or "null" or "Null" or "NULL");
}

internal sealed class ListNode(ImmutableArray<OptionNode> items, int line) : OptionNode(line)
{
    public ImmutableArray<OptionNode> Items { get; } = items;
    public override string Shown => "a list";
}

/// <param name="entries">In the order of the file; a key may stand there twice.</param>
internal sealed class MapNode(ImmutableArray<KeyValuePair<string, OptionNode>> entries, int line) : OptionNode(line)
{
    public static MapNode Empty { get; } = new([], 0);

    public ImmutableArray<KeyValuePair<string, OptionNode>> Entries { get; } = entries;
    public override string Shown => "a map of keys and values";
}

/// <summary>Well formed, but nothing that options are made of; the entry is skipped and the rest works.</summary>
internal sealed class UnusableNode(string shown, string remedy, int line) : OptionNode(line)
{
    public string Remedy { get; } = remedy;
    public override string Shown => Shorten(shown);
}
