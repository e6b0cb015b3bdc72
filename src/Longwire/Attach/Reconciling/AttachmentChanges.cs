using Longwire.Platform;
using Longwire.State;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Microsoft.Extensions.Logging;

namespace Longwire.Attach.Reconciling;

/// <summary>What attempts report, and what a person asks of a radio.</summary>
internal sealed class AttachmentChanges(AttachState state)
{
    /// <summary>The stick waits for an answer until <see cref="Identification"/> has one.</summary>
    public void Identified(AttachEvent.Identified news)
    {
        if (state.Assignments.Of(news.Attachment) is not { Cancelled: false } assignment
            || !state.Pis.TryGetValue(assignment.PiId, out PiState? pi))
        {
            news.Answer.TrySetResult(new AttachDecision.LetGo());
            return;
        }
        Stick stick = StickFor(pi, assignment, news.Device);
        stick.Identity = news.Identity;
        Assignments.Imported(assignment, stick);
        state.Parked.Add(news);
    }

    public void Recorded(AttachEvent.Recorded news)
    {
        if (state.Assignments.Of(news.Attachment) is { } assignment && state.RadioOf(assignment) is { } radio)
        {
            if (assignment.Phase == AssignmentPhase.Identified) assignment.Phase = AssignmentPhase.OnPort;
            state.Change(radio, radio.Memory with { Attached = news.Record, VhciPort = news.Record.Port });
            state.Remember();
        }
        news.Remembered.TrySetResult();
    }

    public void CameUp(IAttachment attachment, int ttyCount)
    {
        if (state.Assignments.Of(attachment) is not { Cancelled: false } assignment || state.RadioOf(assignment) is not { } radio) return;
        assignment.Phase = AssignmentPhase.Up;
        if (state.Pis.TryGetValue(assignment.PiId, out PiState? pi)) pi.Rejected.Forget(assignment.BusId);
        assignment.UpAt = state.Time.GetTimestamp();
        assignment.CameUpAt = assignment.Since = state.Clock.Now;
        (radio.LastOutcome, radio.BackBy) = (null, null);
        state.Change(radio, radio.Memory with { SerialPortCount = ttyCount });
        state.SetStickProblem(assignment.PiId, assignment.BusId, null);
        state.Raise(radio, RadioEventType.Attached);
    }

    public void Measured(IAttachment attachment, TimeSpan? roundTrip)
    {
        if (state.Assignments.Of(attachment) is not { IsUp: true } assignment) return;
        assignment.RoundTrip = roundTrip;
        if (state.Pis.TryGetValue(assignment.PiId, out PiState? pi)) pi.RoundTrip = roundTrip ?? pi.RoundTrip;
    }

    public void SerialPathsFound(AttachEvent.SerialPathsFound found)
    {
        if (state.Assignments.Of(found.Attachment) is not { } assignment) return;
        (assignment.SerialPorts, assignment.ProvisionalPorts) = ([.. found.Paths], [.. found.Provisional]);
    }

    public void WentDown(IAttachment attachment, AttachOutcome.Lost loss)
    {
        if (state.Assignments.Of(attachment) is not { IsUp: true, Cancelled: false } assignment
            || state.RadioOf(assignment) is not { } radio)
        {
            return;
        }
        GoDown(state, radio, assignment, loss.Reason, asked: false, mayHaveBeenPulled: loss.PiClosed);
        if (loss.PiSilent) new PiChanges(state).Silent(assignment.PiId, loss.Reason);
        if (state.Pis.TryGetValue(assignment.PiId, out PiState? pi)) pi.Watch.AskNow();
    }

    public void Ended(IAttachment attachment, AttachOutcome outcome)
    {
        if (state.Assignments.Of(attachment) is not { } assignment) return;
        state.Parked.RemoveAll(waiting => waiting.Attachment == attachment);
        RadioState? radio = state.RadioOf(assignment);
        Stick? stick = state.StickOf(assignment);
        (bool wasUp, bool wasOnPort) = (assignment.IsUp, assignment.Phase == AssignmentPhase.OnPort);
        bool wasTheRadios = state.Assignments.End(assignment, stick, radio);
        if (radio is not null && assignment.Identified) radio.ReleasedAt = state.Now;
        if (radio is not null && wasTheRadios) state.Change(radio, radio.Memory with { Attached = null });
        if (!state.Pis.TryGetValue(assignment.PiId, out PiState? pi)) return;
        // Came up and stayed: whatever failed before is over. Came up and fell: as good as failed.
        if (stick is not null && outcome is AttachOutcome.Lost && state.Time.GetElapsedTime(assignment.UpAt) >= AttachTimers.Stable)
        {
            stick.Tries.Afresh();
        }
        // Each look resets the stick: one whose answer does not last must not be looked at without end.
        else if (outcome is AttachOutcome.Lost or AttachOutcome.LetGo) stick?.Tries.Failed(state.Now);
        if (stick is { Listed: false }) pi.Sticks.Remove(stick.BusId);
        AttachLog.Ended(state.Logger, assignment.BusId, assignment.PiId, outcome);
        if (!assignment.Cancelled) Judge(pi, assignment, (wasUp, wasOnPort), radio, stick, outcome);
        if (!pi.Sticks.ContainsKey(assignment.BusId)) state.StickIsMissing(assignment.PiId, assignment.BusId);
        // The list we have was made while the stick was ours, or before we knew.
        if (radio is not { Memory.Wanted: false }) pi.Watch.AskNow();
    }

    public void SetWanted(string radioId, bool wanted)
    {
        if (!state.Radios.TryGetValue(radioId, out RadioState? radio)) return;
        if (radio.Memory.Wanted == wanted) return;
        state.Change(radio, radio.Memory with { Wanted = wanted });
        if (!wanted && radio.Assignment is { } assignment)
        {
            if (assignment.IsUp && !assignment.Cancelled) GoDown(state, radio, assignment, "asked for by a person", asked: true);
            state.Cancel(assignment);
        }
        if (wanted) TryAfresh(radio);
    }

    public void Reattach(string radioId)
    {
        if (!state.Radios.TryGetValue(radioId, out RadioState? radio)) return;
        ILogger log = state.Logger.About(radio.Memory.PiId, radio.Id);
        if (!radio.Memory.Wanted)
        {
            // The wish is the switch's alone: an automation that presses this because the radio is away must not undo what a person wants.
            AttachLog.NotReattached(log, radio.Memory.Name, radio.Id);
            return;
        }
        AttachLog.Reattached(log, radio.Memory.Name, radio.Id);
        if (radio.Assignment is { } assignment)
        {
            if (assignment.IsUp && !assignment.Cancelled)
            {
                GoDown(state, radio, assignment);
                radio.BackBy = state.Now + AttachTimers.Reattach;
            }
            state.Cancel(assignment);
        }
        TryAfresh(radio);
    }

    /// <summary>The tty of a radio is gone.</summary>
    /// <param name="asked">A person, or the options, wanted it so: not counted as a disconnect.</param>
    public static void GoDown(
        AttachState state, RadioState radio, Assignment assignment, string reason, bool asked, bool mayHaveBeenPulled = false)
    {
        GoDown(state, radio, assignment);
        radio.MayHaveBeenPulled = mayHaveBeenPulled;
        if (asked) state.Raise(radio, RadioEventType.Detached, reason);
        else CountLoss(state, radio, reason);
    }

    public static void CountLoss(AttachState state, RadioState radio, string reason)
    {
        state.Change(radio, radio.Memory with { Disconnects = radio.Memory.Disconnects + 1, LastDisconnectReason = reason });
        state.Raise(radio, RadioEventType.Lost, reason);
    }

    // Nothing is said of it yet.
    private static void GoDown(AttachState state, RadioState radio, Assignment assignment)
    {
        assignment.Phase = AssignmentPhase.Ending;
        radio.MissingSince = state.Now;
        radio.NextAsk = state.Now;
        radio.MayHaveBeenPulled = false;
    }

    private void Judge(
        PiState pi, Assignment assignment, (bool Up, bool OnPort) was, RadioState? radio, Stick? stick, AttachOutcome outcome)
    {
        if (was.Up && radio is not null)
        {
            var loss = outcome as AttachOutcome.Lost;
            GoDown(state, radio, assignment, loss?.Reason ?? "it ended", asked: false, mayHaveBeenPulled: loss is { PiClosed: true });
        }
        if (outcome is AttachOutcome.Failed { PiSlow: true } slow) new PiChanges(state).Slow(assignment.PiId, slow.Reason);
        switch (outcome)
        {
            case AttachOutcome.Unreachable unreachable:
                new PiChanges(state).Silent(assignment.PiId, unreachable.Reason);
                return;
            case AttachOutcome.NotGiven or AttachOutcome.Failed when radio is null && assignment.Listed && !IsKnown(stick):
                if (stick is not null) stick.Tries.Failed(state.Now);
                // Not taken back first: that it is tried again changes nothing.
                string failure = $"A stick at {assignment.BusId} on {pi.Options.DisplayName} could not be attached: {Reason(outcome)}.";
                state.SetStickProblem(assignment.PiId, assignment.BusId, $"{failure} It is tried again.");
                return;
            case AttachOutcome.NotGiven or AttachOutcome.Failed:
                if (stick is not null) stick.Tries.Failed(state.Now);
                if (radio is not null) SetOutcome(radio, outcome);
                break;
            case AttachOutcome.Refused refused:
                if (stick is not null) pi.Rejected.Add(stick, refused.Reason, state.Now, mayPass: was.OnPort);
                if (radio is null) break;
                if (radio.LastOutcome is not AttachOutcome.Refused known || known.Reason != refused.Reason)
                {
                    state.Raise(radio, RadioEventType.Refused, refused.Reason);
                }
                SetOutcome(radio, outcome);
                break;
        }
        state.SetStickProblem(assignment.PiId, assignment.BusId, null);
    }

    // Tried beside another attempt of its radio's, whose status says what is the matter: no stick of its own to report.
    private bool IsKnown(Stick? stick) => stick is not null && (stick.RadioId ?? state.Seems(stick)) is not null;

    private void SetOutcome(RadioState radio, AttachOutcome outcome)
    {
        radio.LastOutcome = outcome;
        // Soon in the first minute after a loss; later there is no hurry to learn why somebody else has it.
        bool recent = state.Now - radio.MissingSince < AttachTimers.PollFastFor;
        radio.NextAsk = state.Now + (recent ? AttachTimers.AskWhetherInUseSoon : AttachTimers.AskWhetherInUse);
    }

    private static string Reason(AttachOutcome outcome) => outcome switch
    {
        AttachOutcome.Failed failed => failed.Reason,
        AttachOutcome.NotGiven notGiven => NotGivenText.Of(notGiven.Status),
        _ => "no reason given",
    };

    private void TryAfresh(RadioState radio)
    {
        radio.LastOutcome = null;
        radio.MissingSince = state.Now;
        radio.NextAsk = state.Now;
        if (!state.Pis.TryGetValue(radio.Memory.PiId, out PiState? pi)) return;
        if (BusId.TryParse(radio.Memory.LastBusId, out BusId busId)) pi.Rejected.Forget(busId);
        if (state.StickOf(radio) is { } stick)
        {
            stick.Tries.Afresh();
            pi.Rejected.Forget(stick.BusId);
        }
        pi.Watch.AskNow();
    }

    private Stick StickFor(PiState pi, Assignment assignment, ExportedDevice device)
    {
        if (pi.Sticks.TryGetValue(assignment.BusId, out Stick? stick) && stick.DevId == device.DevId && stick.Id == device.Id) return stick;
        // Asked for although not listed; replaced between the list and the import; or the Pi calls it by two names.
        UsbId listedAs = stick?.ListedAs ?? device.Id;
        stick = new Stick(
            pi.Options.Id, device.BusId, device.Id, Radios.UsbPort.Of(device.Path, device.BusId), device.DevId,
            pi.TriesAt(device.BusId, listedAs, state.Random)) { Listed = false, ListedAs = listedAs };
        pi.Sticks[assignment.BusId] = stick;
        return stick;
    }
}
