using Longwire.Attach.Identity;
using Longwire.State;

namespace Longwire.Attach.Reconciling;

/// <summary>
/// Radios that a person had attached afresh. A port that is gone for a moment because of that is no outage: nothing is counted, and
/// nobody is told of a loss, unless it stays away.
/// </summary>
internal static class ReattachChanges
{
    public static readonly string NotBack = $"not back within {AttachTimers.Reattach.TotalSeconds:0} s of a reattach";

    /// <returns>When to look again without any event; null: none is awaited.</returns>
    public static TimeSpan? Settle(AttachState state, StickSelection selection)
    {
        TimeSpan? next = null;
        foreach (RadioState radio in state.Radios.Values)
        {
            if (radio.BackBy is not { } until) continue;
            if (!radio.Memory.Wanted) End(state, radio, "asked for by a person");
            else if (!selection.Covers(radio.Memory)) End(state, radio, OptionsChanges.NotAskedFor);
            else if (until > state.Now) next = next < until ? next : until;
            else
            {
                radio.BackBy = null;
                AttachmentChanges.CountLoss(state, radio, NotBack);
            }
        }
        return next;
    }

    // It is not coming back, as somebody wanted: the end of what began with its last 'attached'.
    private static void End(AttachState state, RadioState radio, string reason)
    {
        radio.BackBy = null;
        state.Raise(radio, RadioEventType.Detached, reason);
    }
}
