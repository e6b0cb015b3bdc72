using Longwire.Attach.Identity;

namespace Longwire.Attach.Reconciling;

/// <summary>
/// Radios that go away again and again, held or lost: that is one problem, which stays while they do. The tty that stays would hide it, and
/// told each time it would be a dozen. Those of one Pi are one sentence: what they have in common is most likely what is wrong.
/// </summary>
internal static class UnstableRadios
{
    /// <summary>Nobody asked for that.</summary>
    public static void WentAway(AttachState state, RadioState radio)
    {
        // Somebody works there, and pulls its plugs.
        if (!state.Work.IsUnderWay(radio.Memory.PiId)) radio.Absences.Add(state.Now);
    }

    /// <returns>When one is no longer unstable, unless something happens; null: none is.</returns>
    public static TimeSpan? Settle(AttachState state) =>
        state.Radios.Values.Where(radio => radio.Absences.IsRecurring(state.Now)).Min(radio => radio.Absences.Until);

    public static IEnumerable<SetupProblem> Problems(AttachState state, StickSelection selection)
    {
        foreach (IGrouping<string, RadioState> unstable in SnapshotMaker.Shown(state, selection)
            .Where(radio => radio.Memory.Wanted && radio.Absences.IsRecurring(state.Now))
            .OrderBy(radio => radio.Id, StringComparer.Ordinal).GroupBy(radio => radio.Memory.PiId))
        {
            string pi = state.Pis.GetValueOrDefault(unstable.Key)?.Options.DisplayName ?? unstable.Key;
            RadioState[] radios = [.. unstable];
            string where = radios.Length == 1 ? $"its cable, and the power supply and the network of {pi}"
                : $"the power supply and the network of {pi}";
            yield return new SetupProblem(
                $"unstable {unstable.Key}",
                $"{RadioNames.Of(radios)} went away {AttachTimers.UnstableTimes} times or more within "
                    + $"{AttachTimers.UnstableWithin.TotalMinutes:0} minutes: see {where}, and what restarts there.",
                unstable.Key);
        }
    }
}
