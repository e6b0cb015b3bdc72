using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Longwire.Options;

/// <summary>
/// What a person asked of <c>longwire attach</c>. Compared by value, lists included: live changes touch only what changed.
/// </summary>
internal sealed record AttachOptions
{
    public static AttachOptions Default { get; } = new();

    public ImmutableArray<PiOptions> Pis { get; init; } = [];

    /// <summary>The rules that could be read, in the order of the file; the first that matches a radio counts.</summary>
    public ImmutableArray<RadioRule> Radios { get; init; } = [];

    /// <summary>
    /// True when the options name no radio at all: every radio recognised with certainty is wanted. Not the same as
    /// <see cref="Radios"/> being empty: a list whose only entry was bad must not widen into "everything".
    /// </summary>
    public bool TakeRecognised { get; init; } = true;

    /// <summary>Entries that are there and cannot be used: what they were about before is not absent.</summary>
    public ImmutableArray<SkippedPi> SkippedPis { get; init; } = [];

    /// <inheritdoc cref="SkippedPis"/>
    public ImmutableArray<SkippedRule> SkippedRules { get; init; } = [];

    /// <summary>How long a radio stays on its port while its Pi is away; zero: not at all.</summary>
    public TimeSpan Hold { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>What was written for a held radio longer ago is not delivered any more.</summary>
    public TimeSpan Stale { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a radio whose stick was pulled stays on its port; zero: not at all.</summary>
    public TimeSpan Replug { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>First level of every topic and prefix of every unique id; no wildcard, no slash at either end.</summary>
    public string BaseTopic { get; init; } = "longwire";
    public string DiscoveryPrefix { get; init; } = "homeassistant";
    public MqttOptions Mqtt { get; init; } = new();
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>Lets whoever names it act on a page that other machines can open; null: there it only shows.</summary>
    public string? WebToken { get; init; }

    public bool Equals(AttachOptions? other) =>
        other is not null
        && SequenceEquality.Same(Pis, other.Pis)
        && SequenceEquality.Same(Radios, other.Radios)
        && TakeRecognised == other.TakeRecognised
        && SequenceEquality.Same(SkippedPis, other.SkippedPis)
        && SequenceEquality.Same(SkippedRules, other.SkippedRules)
        && Hold == other.Hold
        && Stale == other.Stale
        && Replug == other.Replug
        && BaseTopic == other.BaseTopic
        && DiscoveryPrefix == other.DiscoveryPrefix
        && Mqtt == other.Mqtt
        && LogLevel == other.LogLevel
        && WebToken == other.WebToken;

    public override int GetHashCode() =>
        HashCode.Combine(
            SequenceEquality.HashOf(Pis), SequenceEquality.HashOf(Radios), TakeRecognised, Hold, Stale, BaseTopic, DiscoveryPrefix, Mqtt);
}
