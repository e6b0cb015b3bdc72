using Longwire.Attach.State;
using Longwire.Options;

namespace Longwire.Attach;

/// <summary>What changed options mean: only what changed is touched.</summary>
internal sealed class OptionsNews(AttachState state)
{
    private const string NotAskedFor = "the options no longer ask for it";

    public void Apply(LoadedOptions<AttachOptions> loaded)
    {
        AttachOptions before = state.Options;
        state.Loaded = loaded;
        state.HasOptions = true;
        state.SetProblems("options", loaded.Problems.Select(problem => problem.ToString()));
        foreach (string gone in state.Pis.Keys.Where(id => loaded.Options.Pis.All(pi => pi.Id != id)).ToArray()) Leave(gone, NotAskedFor);
        foreach (PiOptions pi in loaded.Options.Pis) Take(pi);

        bool rulesChanged = !before.Radios.SequenceEqual(loaded.Options.Radios) || before.TakeRecognised != loaded.Options.TakeRecognised;
        if (!rulesChanged) return;
        foreach (PiState pi in state.Pis.Values) pi.TryAllAfresh();
        Claims claims = state.Claims();
        foreach (RadioState radio in state.Radios.Values)
        {
            if (claims.RuleOf(radio.Memory)?.Name is { } name) state.Change(radio, radio.Memory with { Name = name });
            if (radio.LastOutcome is AttachOutcome.Refused) radio.LastOutcome = null;
            if (radio.Attempt is { } attempt && !claims.Covers(radio.Memory)) End(radio, attempt, NotAskedFor);
        }
    }

    private void Take(PiOptions options)
    {
        if (state.Pis.TryGetValue(options.Id, out PiState? pi))
        {
            PiOptions before = pi.Options;
            pi.Options = options;
            if (before.EndPoint.Equals(options.EndPoint)) return;
            Leave(options.Id, $"the address of its Pi was changed from {before.Address} to {options.Address}");
        }
        state.Pis.Add(options.Id, new PiState(options, state.Ports.PiWatches.Start(options)));
        foreach (RadioState radio in state.Radios.Values.Where(radio => radio.Memory.PiId == options.Id)) radio.MissingSince = state.Now;
    }

    private void Leave(string piId, string reason)
    {
        PiState pi = state.Pis[piId];
        pi.Watch.Stop();
        foreach (Attempt attempt in state.Attempts.Where(attempt => attempt.PiId == piId).ToArray())
        {
            if (state.RadioOf(attempt) is { } radio) End(radio, attempt, reason);
            else state.Cancel(attempt);
        }
        state.Pis.Remove(piId);
        foreach (Stick stick in pi.Sticks.Values) state.SetProblem(AttemptNews.ProblemAt(piId, stick.BusId), null);
    }

    private void End(RadioState radio, Attempt attempt, string reason)
    {
        if (attempt.IsUp && !attempt.Cancelled) AttemptNews.GoDown(state, radio, attempt, reason, asked: true);
        state.Cancel(attempt);
    }
}
