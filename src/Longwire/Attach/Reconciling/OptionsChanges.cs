using Longwire.Attach.Identity;
using Longwire.Options;

namespace Longwire.Attach.Reconciling;

/// <summary>
/// What changed options mean: only what changed is touched, and only what is absent is removed. An entry that cannot be read has stayed in
/// force as it was (<see cref="LastGoodEntries"/>); where it was never in force, as at a start, its radios are shown as failed
/// (<see cref="StickSelection.WhyLeftOut"/>).
/// </summary>
internal sealed class OptionsChanges(AttachState state)
{
    public const string NotAskedFor = "the options no longer ask for it";

    public void Apply(LoadedOptions<AttachOptions> loaded)
    {
        AttachOptions before = state.Options;
        AttachOptions now = loaded.Options;
        state.OptionsInForce = now;
        IEnumerable<string> problems = loaded.Problems.Select(problem => problem.ToString());
        state.SetProblems("options", problems.Select(problem => new SetupProblem(problem, problem)), byPerson: true);
        foreach (string gone in state.Pis.Keys.Where(id => now.Pis.All(pi => pi.Id != id)).ToArray())
            Leave(gone, now.SkippedPis.FirstOrDefault(pi => pi.MayBe(gone))?.Problem.ToString() ?? NotAskedFor);
        foreach (PiOptions pi in now.Pis) Take(pi);
        StickSelection selection = state.Selection();
        foreach (RadioState radio in state.Radios.Values)
            state.Change(
                radio, radio.Memory with { LeftOptions = !selection.Covers(radio.Memory) && selection.WhyLeftOut(radio.Memory) is null });

        bool rulesChanged = !before.Radios.SequenceEqual(now.Radios) || before.TakeRecognised != now.TakeRecognised;
        if (!rulesChanged) return;
        foreach (PiState pi in state.Pis.Values)
        {
            pi.TryAllAfresh();
            pi.ListUnanswered = false;
            // A stick that nobody wants any more is not tried again.
            foreach (Stick stick in pi.Sticks.Values) state.SetStickProblem(pi.Options.Id, stick.BusId, null);
        }
        foreach (RadioState radio in state.Radios.Values)
        {
            if (selection.RuleOf(radio.Memory)?.Name is { } name) state.Change(radio, radio.Memory with { Name = name });
            if (radio.LastOutcome is AttachOutcome.Refused) radio.LastOutcome = null;
            if (radio.Assignment is { } assignment && !selection.Covers(radio.Memory)) End(radio, assignment, NotAskedFor);
        }
    }

    private void Take(PiOptions options)
    {
        if (state.Pis.TryGetValue(options.Id, out PiState? pi))
        {
            PiOptions before = pi.Options;
            pi.Options = options;
            bool samePlace = before.EndPoint.Equals(options.EndPoint);
            if (samePlace && before.IsPairedAs(options)) return;
            Leave(
                options.Id,
                samePlace
                    ? "the pairing code of its Pi was changed"
                    : $"the address of its Pi was changed from {before.Address} to {options.Address}");
        }
        state.Pis.Add(options.Id, new PiState(options, state.Ports.Tasks.Start(options)));
        foreach (RadioState radio in state.Radios.Values.Where(radio => radio.Memory.PiId == options.Id)) radio.MissingSince = state.Now;
    }

    private void Leave(string piId, string reason)
    {
        PiState pi = state.Pis[piId];
        pi.Watch.Stop();
        foreach (Assignment assignment in state.Assignments.Where(assignment => assignment.PiId == piId).ToArray())
        {
            if (state.RadioOf(assignment) is { } radio) End(radio, assignment, reason);
            else state.Cancel(assignment);
        }
        state.Pis.Remove(piId);
        foreach (Stick stick in pi.Sticks.Values) state.SetStickProblem(piId, stick.BusId, null);
    }

    private void End(RadioState radio, Assignment assignment, string reason)
    {
        if (assignment.IsUp && !assignment.Cancelled) AttachmentChanges.GoDown(state, radio, assignment, reason, asked: true);
        state.Cancel(assignment);
    }
}
