using Longwire.Platform;
using Longwire.Radios;

namespace Longwire.Doctor;

/// <summary>What the data file of radios knows of those that are there: one finding for each trouble, with all that may have it.</summary>
internal static class Troubles
{
    // The rest of a finding's line is for what is known of them.
    private const int MostNamed = 3;

    public static IEnumerable<Finding> Findings(IReadOnlyCollection<CheckedRadio> radios, Question question)
    {
        bool any = false;
        foreach (KnownTrouble trouble in KnownRadios.Default.Troubles)
        {
            string[] names = [.. from radio in radios where radio.Recognition is { } known && trouble.IsOf(known) select radio.Name];
            if (names.Length == 0) continue;
            any = true;
            yield return question.About(trouble.Name).Note($"{trouble.Known} (here: {NameList.Of(names, MostNamed)})", trouble.Remedy);
        }
        if (!any && radios.Count > 0) yield return question.Ok("Of none of them is any known.");
    }
}
