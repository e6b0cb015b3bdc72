using System.Collections.Immutable;

namespace Longwire.Options;

/// <summary>One entry of <c>radios</c>: which radio, and how a person wants it.</summary>
internal sealed record RadioRule
{
    public required RadioMatch Match { get; init; }

    /// <summary>The <see cref="PiOptions.Id"/> of the only Pi this rule is about; null: any.</summary>
    public string? Pi { get; init; }

    /// <summary>Decides entity ids once.</summary>
    public string? Name { get; init; }

    /// <summary>Slugs of the Supervisor's apps that read this radio.</summary>
    public ImmutableArray<string> RestartApps { get; init; } = [];

    /// <summary>Where in the options: <c>radios[1]</c>. Not part of equality: an entry that moved has not changed.</summary>
    public required string Path { get; init; }

    public bool IsAbout(string piId) => Pi is null || Pi == piId;

    public bool Equals(RadioRule? other) =>
        other is not null
            && Match == other.Match
            && Pi == other.Pi
            && Name == other.Name
            && SequenceEquality.Same(RestartApps, other.RestartApps);

    public override int GetHashCode() => HashCode.Combine(Match, Pi, Name, SequenceEquality.HashOf(RestartApps));
}
