using System.Collections.Immutable;
using Longwire.Inventory;
using Longwire.Options;
using Longwire.State;

namespace Longwire.Web.Api;

/// <summary>
/// Which stick of its Pi's list a radio is, and how it is written in the options. The list has no serials: of twins nobody can say.
/// </summary>
internal static class RadioSticks
{
    /// <param name="radios">Those of its Pi.</param>
    /// <param name="listed">Its Pi's list.</param>
    /// <returns>Null: none, or it is not certain.</returns>
    public static ListedStick? TheOne(RadioSnapshot radio, ImmutableArray<RadioSnapshot> radios, ImmutableArray<ListedStick> listed) =>
        radios.Count(other => other.UsbId == radio.UsbId) == 1 && listed.Count(stick => stick.Id == radio.UsbId) == 1
            ? listed.First(stick => stick.Id == radio.UsbId)
            : null;

    /// <summary>By its serial if there are others of its kind; null where they have the same.</summary>
    public static string? LineOf(RadioSnapshot radio, ImmutableArray<RadioSnapshot> radios) =>
        MatchOf(radio, radios) is { } match ? MatchLine.For(match.Id, match.Serial) : null;

    /// <inheritdoc cref="LineOf"/>
    public static RadioMatch? MatchOf(RadioSnapshot radio, ImmutableArray<RadioSnapshot> radios)
    {
        List<RadioSnapshot> alike = [.. radios.Where(other => other.UsbId == radio.UsbId && other.Id != radio.Id)];
        if (alike.Count == 0) return new RadioMatch(radio.UsbId);
        return alike.Exists(other => other.Serial == radio.Serial) ? null : MatchLine.Match(radio.UsbId, radio.Serial);
    }

    /// <summary>By where it is plugged in: many have no serial, or all of them the same. Null where that is not known.</summary>
    public static RadioMatch? PortMatchOf(RadioSnapshot radio, ImmutableArray<RadioSnapshot> radios) =>
        radio.PortChain is { } chain
            && radios.Count(other => other.UsbId == radio.UsbId && other.PortChain == chain) == 1
            && RadioMatch.TryParse($"{radio.UsbId}@{chain}", out RadioMatch? match)
            ? match
            : null;
}
