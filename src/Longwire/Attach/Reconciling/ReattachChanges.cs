using Longwire.Attach.Identity;
using Longwire.Link.Wire;
using Longwire.Platform;
using Longwire.State;
using Longwire.UsbIp.Usb;
using Microsoft.Extensions.Logging;

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
                string? done = radio.Reattachment.TakeSaid(state.Now);
                bool more = radio.Reattachment.Step != ResetStep.None && done is not null;
                AttachmentChanges.CountLoss(state, radio, more ? $"{NotBack} ({done})" : NotBack);
            }
        }
        return next;
    }

    /// <summary>Has its Pi do what a person who pressed again wants besides.</summary>
    /// <param name="at">Where it was attached from; null: it was not.</param>
    public static void AskPi(AttachState state, RadioState radio, BusId? at)
    {
        ReattachSteps steps = radio.Reattachment;
        if (steps.Step == ResetStep.None) return;
        // It is at that still: asked for the same again, the answer to the one would be taken for the other's.
        if (steps.Awaited is not null) return;
        ILogger log = state.Logger.About(radio.Memory.PiId, $"{radio.Id} reset");
        AttachLog.AskedToReset(log, radio.Memory.Name, radio.Id, NameOf(steps.Step));
        // Where it was before its Pi lists something else by now, maybe another radio of ours: what is not listed is not touched.
        BusId? stick = at ?? state.StickOf(radio)?.BusId;
        bool isKnown = state.Pis.TryGetValue(radio.Memory.PiId, out PiState? pi);
        // What has come in its place is not this radio before a person says so.
        if (isKnown && stick is { } listed && pi!.Sticks.GetValueOrDefault(listed)?.InPlaceOf == radio.Id) stick = null;
        ResetAsking asking = !isKnown ? ResetAsking.Away
            : stick is { } there ? pi!.Watch.Reset(there, steps.Step)
            : pi!.Reachable == true ? ResetAsking.NotListed : ResetAsking.Away;
        steps.Ask(stick ?? default, asking, state.Now);
        if (asking != ResetAsking.Asked) AttachLog.ResetAnswered(log, radio.Memory.Name, radio.Id, $"is {steps.Said}");
    }

    /// <summary>Its Pi says what came of that.</summary>
    public static void Answered(AttachState state, AttachEvent.StickReset answer)
    {
        foreach (RadioState radio in state.Radios.Values.Where(radio => radio.Memory.PiId == answer.PiId))
        {
            if (!radio.Reattachment.Answer(answer.BusId, answer.Step, answer.Outcome)) continue;
            ILogger log = state.Logger.About(radio.Memory.PiId, $"{radio.Id} reset");
            AttachLog.ResetAnswered(log, radio.Memory.Name, radio.Id, $"is {radio.Reattachment.Said}");
        }
    }

    private static string NameOf(ResetStep step) => step == ResetStep.Reauthorize ? "deauthorize and authorize" : "unbind and bind";

    // It is not coming back, as somebody wanted: the end of what began with its last 'attached'.
    private static void End(AttachState state, RadioState radio, string reason)
    {
        radio.BackBy = null;
        radio.Reattachment.TakeSaid(state.Now);
        state.Raise(radio, RadioEventType.Detached, reason);
    }
}
