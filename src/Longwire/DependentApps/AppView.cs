using System.Collections.Immutable;
using Longwire.Options;
using Longwire.State;

namespace Longwire.DependentApps;

/// <summary>What an app needs to know of a snapshot. Compared by value: what concerns other apps is no news.</summary>
internal sealed record AppView(string Slug, ImmutableArray<RadioView> Radios)
{
    public static Dictionary<string, AppView> Of(Snapshot snapshot) => snapshot.Radios
        .SelectMany(
            radio => radio.RestartApps.Select(AppSlugs.Of).Distinct(StringComparer.Ordinal),
            (radio, slug) => (Slug: slug, View: RadioView.Of(radio)))
        .GroupBy(pair => pair.Slug, pair => pair.View, StringComparer.Ordinal)
        .ToDictionary(app => app.Key, app => new AppView(app.Key, [.. app]), StringComparer.Ordinal);

    public bool Equals(AppView? other) => other is not null && Slug == other.Slug && SequenceEquality.Same(Radios, other.Radios);

    public override int GetHashCode() => HashCode.Combine(Slug, SequenceEquality.HashOf(Radios));
}

/// <param name="Since">
/// Which attachment it is, by <see cref="RadioSnapshot.CameUpAt"/>: a clock that is put right is no loss. Null while there is no tty.
/// </param>
/// <param name="Steady">Attached, and its link well: a consumer can work with it.</param>
/// <param name="Wanted">False while a person has it detached.</param>
internal sealed record RadioView(string Id, string Name, DateTimeOffset? Since, bool Steady, bool Wanted)
{
    public static RadioView Of(RadioSnapshot radio) => new(
        radio.Id,
        radio.Name,
        radio.HasPort ? radio.CameUpAt : null,
        radio is { Status: RadioStatus.Attached, Wanted: true, CameUpAt: not null },
        radio.Wanted);
}
