using System.Collections.Immutable;
using Longwire.Attach.Memory;
using Longwire.Platform;

namespace Longwire.Attach.Reconciling;

/// <summary>
/// Pis on which somebody works: for an hour nothing of them and of their radios is a problem. It ends by itself; what is down then is told
/// at once. Outlives a restart of ours by the wall clock, and by no more than the hour whatever that says.
/// </summary>
internal sealed class PlannedWork
{
    // Monotonic, by Pi: a clock that is set neither ends it nor makes it last for years.
    private readonly Dictionary<string, TimeSpan> _ends = new(StringComparer.Ordinal);
    private bool _isOtherThanRemembered;

    /// <param name="remembered">By a former run.</param>
    /// <param name="clock">What the wall clock says at the start.</param>
    public PlannedWork(ImmutableArray<PlannedWorkMemory> remembered, DateTimeOffset clock)
    {
        foreach (PlannedWorkMemory work in remembered.Where(work => work is { PiId: not null }))
        {
            TimeSpan left = work.Until - clock;
            // A machine that starts in 1970 would be silent for ever.
            _isOtherThanRemembered |= left <= TimeSpan.Zero || left > AttachTimers.PlannedWork;
            if (left > TimeSpan.Zero) _ends[work.PiId] = left < AttachTimers.PlannedWork ? left : AttachTimers.PlannedWork;
        }
    }

    public bool IsUnderWay(string piId) => _ends.ContainsKey(piId);

    /// <summary>A person begins it, once more or for the first time, or has done it.</summary>
    public static void Ask(AttachState state, string piId, bool on)
    {
        if (!state.Pis.TryGetValue(piId, out PiState? pi)) return;
        Dictionary<string, TimeSpan> ends = state.Work._ends;
        if (on) ends[piId] = state.Now + AttachTimers.PlannedWork;
        else if (!ends.Remove(piId)) return;
        string name = pi.Options.DisplayName;
        if (on) AttachLog.Silenced(state.Logger.About(piId, "silence"), name);
        else AttachLog.SilenceOver(state.Logger.About(piId, "silence over"), name);
        Remember(state);
    }

    /// <returns>When the next one ends, in time since the start; null: none is under way.</returns>
    public static TimeSpan? Settle(AttachState state)
    {
        Dictionary<string, TimeSpan> ends = state.Work._ends;
        string[] over = [.. ends.Where(work => work.Value <= state.Now).Select(work => work.Key)];
        foreach (string piId in over)
        {
            ends.Remove(piId);
            AttachLog.SilenceOver(
                state.Logger.About(piId, "silence over"), state.Pis.GetValueOrDefault(piId)?.Options.DisplayName ?? piId);
        }
        if (over.Length > 0 || state.Work._isOtherThanRemembered) Remember(state);
        return ends.Count == 0 ? null : ends.Values.Min();
    }

    /// <summary>The clock was set.</summary>
    public static void ClockWasSet(AttachState state)
    {
        if (state.Work._ends.Count > 0) Remember(state);
    }

    private static void Remember(AttachState state)
    {
        state.Work._isOtherThanRemembered = false;
        state.Change(
            [
                .. state.Work._ends.OrderBy(work => work.Key, StringComparer.Ordinal)
                    .Select(work => new PlannedWorkMemory(work.Key, state.Clock.Now + (work.Value - state.Now))),
            ]);
    }
}
