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
            (radio, slug) => (Slug: slug, View: RadioView.Of(radio, IsSilenced(snapshot, radio))))
        .GroupBy(pair => pair.Slug, pair => pair.View, StringComparer.Ordinal)
        .ToDictionary(app => app.Key, app => new AppView(app.Key, [.. app]), StringComparer.Ordinal);

    private static bool IsSilenced(Snapshot snapshot, RadioSnapshot radio) =>
        snapshot.Pis.Any(pi => pi.Id == radio.PiId && pi.SilencedUntil is not null);

    public bool Equals(AppView? other) => other is not null && Slug == other.Slug && SequenceEquality.Same(Radios, other.Radios);

    public override int GetHashCode() => HashCode.Combine(Slug, SequenceEquality.HashOf(Radios));
}

/// <param name="Since">
/// Which attachment it is, by <see cref="RadioSnapshot.CameUpAt"/>: a clock that is put right is no loss. Null while there is no tty.
/// </param>
/// <param name="Steady">Attached, its link well: a consumer can work with it.</param>
/// <param name="Wanted">False while a person has it detached.</param>
/// <param name="Silenced">Somebody works on its Pi: what it costs the app is made good afterwards.</param>
internal sealed record RadioView(string Id, string Name, DateTimeOffset? Since, bool Steady, bool Wanted, bool Silenced = false)
{
    /// <param name="isSilenced">See <see cref="Silenced"/>.</param>
    public static RadioView Of(RadioSnapshot radio, bool isSilenced = false) => new(
        radio.Id,
        radio.Name,
        radio.HasPort ? radio.CameUpAt : null,
        radio is { Status: RadioStatus.Attached, Wanted: true, CameUpAt: not null },
        radio.Wanted,
        isSilenced);
}
