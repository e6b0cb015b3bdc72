using Longwire.Attach.Identity;
using Longwire.Options;

namespace Longwire.Attach.Reconciling;

/// <summary>What is wrong with Pis, rules and sticks as they are, in sentences for a person, each with what it is about.</summary>
internal sealed class SetupProblems(AttachState state, Replacements replacements)
{
    public IEnumerable<SetupProblem> Of(StickSelection selection, IReadOnlyCollection<Candidate> present)
    {
        foreach ((string ambiguity, IReadOnlyList<string> pis) in selection.Ambiguities(present))
            yield return new SetupProblem(ambiguity, ambiguity, pis);
        foreach (Assignment up in state.Assignments.Where(assignment => assignment.IsUp))
        {
            foreach (SharedSerialPath shared in up.SharedPaths)
            {
                yield return new SetupProblem(
                    $"path {shared.Path}", $"{state.RadioOf(up)?.Memory.Name}: {SharedPathWarning(shared)}", up.PiId);
            }
        }
        foreach ((string leftAlone, string piId) in selection.Former.LeftAlone(present))
            yield return new SetupProblem(leftAlone, leftAlone, piId);
        foreach (SetupProblem unstable in UnstableRadios.Problems(state, selection)) yield return unstable;
        foreach (SetupProblem several in replacements.Problems()) yield return several;
        foreach (SetupProblem misspelt in PortSpellings.Problems(state)) yield return misspelt;
        foreach (PiState pi in state.Pis.Values.Where(pi => pi.Reachable == false))
        {
            yield return new SetupProblem($"pi {pi.Options.Id}",
                PiSilenceText.Problem(pi.Options.DisplayName, pi.Options.Address, pi.Silence, pi.SilentReason)
                    + AwayWithPi.Sentence(state, selection, pi),
                pi.Options.Id);
        }
        foreach (PiState pi in state.Pis.Values.Where(pi => pi.Rejected.IsAnyRefused(RadioLimit.Reason)))
            yield return new SetupProblem($"radios of {pi.Options.Id}", RadioLimit.Problem(pi.Options.DisplayName), pi.Options.Id);
        foreach (PiState pi in state.Pis.Values.Where(pi => pi.ListsTooMany))
            yield return new SetupProblem($"sticks of {pi.Options.Id}", PiChanges.ProblemOfMany(pi.Options.DisplayName), pi.Options.Id);
        foreach (SetupProblem odd in state.Pis.Values.SelectMany(OddSticks.Problems)) yield return odd;
        foreach (RadioRule rule in state.Options.Radios)
        {
            List<PiState> asked = [.. state.Pis.Values.Where(pi => rule.IsAbout(pi.Options.Id))];
            if (asked.Count == 0 || asked.Exists(pi => pi.Reachable != true)) continue;
            bool known = selection.IsAboutKnown(rule);
            bool seen = present.Any(stick => rule.IsAbout(stick.PiId) && rule.Match.CouldMatch(stick.Id, stick.Port))
                || asked.Exists(pi => pi.Tries.HasTried(rule.Match));
            if (known || seen) continue;
            string where = string.Join(" or ", asked.Select(pi => pi.Options.DisplayName));
            yield return new SetupProblem(rule.Path,
                $"{rule.Path}: no stick that matches '{rule.Match}' is offered by {where}. "
                    + (PortSpellings.Hint(state, rule) ?? "Plug it in, see that the Pi exports it, or correct the entry."),
                [.. asked.Select(pi => pi.Options.Id)]);
        }
    }

    private static string SharedPathWarning(SharedSerialPath shared) =>
        $"another device of its kind with the same serial is plugged in here, and {shared.Path} may lead to either of them. "
            + (shared.Own is { } own ? $"Give the program that uses the radio {own} instead." : "Unplug one, or switch one off.");
}
