using System.Collections.Immutable;
using Longwire.Platform;

namespace Longwire.Options;

/// <summary>An entry of the options that was skipped or replaced by its default; the rest works.</summary>
/// <param name="Path">Where: <c>pis[0].address</c>.</param>
/// <param name="Value">
/// What was found there, shortened; never a secret, and empty for a key that is unknown: it may be a misspelt password.
/// </param>
/// <param name="Remedy">What to write instead, or what became of it.</param>
internal sealed record OptionProblem(string Path, string Value, string Remedy)
{
    /// <summary>In the file, counted from 1; null where there is none.</summary>
    public int? Line { get; init; }

    /// <summary>The same, wherever in the file it stands now.</summary>
    public bool IsSameAs(OptionProblem other) => (this with { Line = null }) == (other with { Line = null });

    /// <summary>A sentence for the log and for the bridge's Problem.</summary>
    public override string ToString()
    {
        string place = Line is { } line ? $"{Path} (line {line})" : Path;
        return Printable.Visible(Value.Length == 0 ? $"{place}: {Remedy}" : $"{place} is '{Value}': {Remedy}");
    }
}

/// <summary>Options with what had to be left out of them.</summary>
internal sealed record LoadedOptions<T>(T Options, ImmutableArray<OptionProblem> Problems)
    where T : class
{
    public bool Equals(LoadedOptions<T>? other) =>
        other is not null && EqualityComparer<T>.Default.Equals(Options, other.Options) && SequenceEquality.Same(Problems, other.Problems);

    public override int GetHashCode() => HashCode.Combine(Options, SequenceEquality.HashOf(Problems));
}
