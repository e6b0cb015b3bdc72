using Longwire.Attach.Identity;
using Longwire.Options;

namespace Longwire.Attach.Reconciling;

/// <summary>What is wrong with Pis, rules and sticks as they are, in sentences for a person, each with what it is about.</summary>
internal sealed class SetupProblems(AttachState state, Replacements replacements)
{
    public IEnumerable<(string Subject, string Problem)> Of(StickSelection selection, IReadOnlyCollection<Candidate> present)
    {
        // Of those on which somebody works nothing is a problem until that is done.
        List<PiState> pis = [.. state.Pis.Values.Where(pi => !state.Work.IsUnderWay(pi.Options.Id))];
        foreach (string ambiguity in selection.Ambiguities(present)) yield return (ambiguity, ambiguity);
        foreach (Assignment up in state.Assignments.Where(
            assignment => assignment.IsUp && !state.Work.IsUnderWay(assignment.PiId)))
        {
            foreach (SharedSerialPath shared in up.SharedPaths)
                yield return ($"path {shared.Path}", $"{state.RadioOf(up)?.Memory.Name}: {SharedPathWarning(shared)}");
        }
        foreach (string leftAlone in selection.Former.LeftAlone(present)) yield return (leftAlone, leftAlone);
        foreach (RadioState radio in state.Radios.Values.Where(
            radio => radio.Reseats.UnstableUntil > state.Now && !state.Work.IsUnderWay(radio.Memory.PiId)))
        {
            yield return ($"unstable {radio.Id}", ReseatCount.ProblemOf(radio.Memory.Name));
        }
        foreach ((string, string) several in replacements.Problems()) yield return several;
        foreach ((string, string) misspelt in PortSpellings.Problems(state)) yield return misspelt;
        foreach (PiState pi in pis.Where(pi => pi.Reachable == false))
            yield return ($"pi {pi.Options.Id}",
                PiSilenceText.Problem(pi.Options.DisplayName, pi.Options.Address, pi.Silence, pi.SilentReason));
        foreach (PiState pi in pis.Where(pi => pi.Rejected.IsAnyRefused(RadioLimit.Reason)))
            yield return ($"radios of {pi.Options.Id}", RadioLimit.Problem(pi.Options.DisplayName));
        foreach (PiState pi in pis.Where(pi => pi.ListsTooMany))
            yield return ($"sticks of {pi.Options.Id}", PiChanges.ProblemOfMany(pi.Options.DisplayName));
        foreach ((string, string) odd in pis.SelectMany(OddSticks.Problems)) yield return odd;
        foreach (RadioRule rule in state.Options.Radios)
        {
            List<PiState> asked = [.. state.Pis.Values.Where(pi => rule.IsAbout(pi.Options.Id))];
            if (asked.Exists(pi => state.Work.IsUnderWay(pi.Options.Id))) continue;
            if (asked.Count == 0 || asked.Exists(pi => pi.Reachable != true)) continue;
            bool known = selection.IsAboutKnown(rule);
            bool seen = present.Any(stick => rule.IsAbout(stick.PiId) && rule.Match.CouldMatch(stick.Id, stick.Port))
                || asked.Exists(pi => pi.Tries.HasTried(rule.Match));
            if (known || seen) continue;
            string where = string.Join(" or ", asked.Select(pi => pi.Options.DisplayName));
            yield return (rule.Path,
                $"{rule.Path}: no stick that matches '{rule.Match}' is offered by {where}. "
                    + (PortSpellings.Hint(state, rule) ?? "Plug it in, see that the Pi exports it, or correct the entry."));
        }
    }

    private static string SharedPathWarning(SharedSerialPath shared) =>
        $"another device of its kind with the same serial is plugged in here, and {shared.Path} may lead to either of them. "
            + (shared.Own is { } own ? $"Give the program that uses the radio {own} instead." : "Unplug one, or switch one off.");
}
