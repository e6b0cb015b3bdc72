using System.Collections.Immutable;

namespace Longwire.Radios;

/// <summary>What is known of some radios beyond what they show. The data file names the source of each.</summary>
/// <param name="Name">Never changed: the subject of its finding.</param>
/// <param name="Of">Names of the rows that it is of.</param>
/// <param name="Kinds">It is of whatever speaks one of these: <c>Zigbee</c>.</param>
/// <param name="Known">One sentence for a person.</param>
/// <param name="Remedy">What to do.</param>
internal sealed record KnownTrouble(
    string Name, ImmutableArray<string> Of, ImmutableArray<string> Kinds, string Known, string Remedy)
{
    /// <summary>Of what is only a chip that is in radios, too, nothing is known.</summary>
    public bool IsOf(Recognition radio) =>
        radio.Certain && (Of.Contains(radio.Name) || Kinds.Any(kind => radio.Kind.Split(' ').Contains(kind)));
}
