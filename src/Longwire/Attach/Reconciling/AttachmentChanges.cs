using Longwire.Attach.Identity;
using Longwire.Platform;
using Longwire.State;
using Longwire.UsbIp.Usb;
using Microsoft.Extensions.Logging;

namespace Longwire.Attach.Reconciling;

/// <summary>What attempts report, and what a person asks of a radio.</summary>
internal sealed class AttachmentChanges(AttachState state)
{
    private readonly Replacements _replacements = new(state);

    /// <summary>The stick waits for an answer until <see cref="Identification"/> has one.</summary>
    public void Identified(AttachEvent.Identified news)
    {
        if (state.Assignments.Of(news.Attachment) is not { Cancelled: false } assignment
            || !state.Pis.TryGetValue(assignment.PiId, out PiState? pi))
        {
            news.Answer.TrySetResult(new AttachDecision.LetGo());
            return;
        }
        Stick stick = ImportedStick.Of(state, pi, assignment.BusId, news.Device, news.Identity.Id);
        (stick.Identity, stick.IdentifiedAt) = (news.Identity, state.Now);
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

    public void KernelRead(AttachEvent.KernelRead news)
    {
        if (state.Assignments.Of(news.Attachment) is not { Cancelled: false } assignment
            || state.StickOf(assignment) is not { Identity: { } known } stick
            || state.RadioOf(assignment) is not { } radio)
        {
            return;
        }
        stick.Identity = IdentityUnion.Of(known, news.Identity);
        // Not the serial: the radio's id was given by what was known of it then.
        state.Change(
            radio, radio.Memory with { Manufacturer = stick.Identity.Manufacturer, Product = stick.Identity.Product });
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
        state.Remember(all: true);
        state.SetStickProblem(assignment.PiId, assignment.BusId, null);
        _replacements.CameBack(radio);
        state.Raise(radio, RadioEventType.Attached, radio.Reattachment.TakeSaid(state.Now));
    }

    public void Measured(AttachEvent.Measured news)
    {
        if (state.Assignments.Of(news.Attachment) is not { IsUp: true } assignment) return;
        (assignment.RoundTrip, assignment.Urbs) = (news.RoundTrip, news.Urbs);
        if (state.Pis.TryGetValue(assignment.PiId, out PiState? pi)) pi.RoundTrip = news.RoundTrip ?? pi.RoundTrip;
        RadioState? radio = state.RadioOf(assignment);
        radio?.Link.Measured(news.RoundTrip, state.Now);
        if (news.IsShortOfUrbs && !assignment.IsShortOfUrbs && radio is not null)
        {
            ILogger log = state.Logger.About(assignment.PiId, radio.Id);
            AttachLog.ShortOfUrbs(log, radio.Memory.Name, radio.Id);
        }
        assignment.IsShortOfUrbs = news.IsShortOfUrbs;
    }

    public void SerialPathsFound(AttachEvent.SerialPathsFound found)
    {
        if (state.Assignments.Of(found.Attachment) is not { } assignment) return;
        (assignment.SerialPorts, assignment.ProvisionalPorts) = ([.. found.Paths], [.. found.Provisional]);
        assignment.SharedPaths = [.. found.Shared];
    }

    public void WentDown(IAttachment attachment, AttachOutcome.Lost loss)
    {
        if (state.Assignments.Of(attachment) is not { IsUp: true, Cancelled: false } assignment
            || state.RadioOf(assignment) is not { } radio)
        {
            return;
        }
        GoDown(state, radio, assignment, loss.Reason, asked: false, mayHaveBeenPulled: loss.PiClosed);
        if (loss.PiSilent) new PiSilence(state).FellSilent(assignment.PiId, loss.Reason);
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
        // An attempt that is made again may find the record of the last; what a person or a Pi has ended must not.
        if (wasUp || outcome is AttachOutcome.Cancelled) state.Remember(all: true);
        if (!state.Pis.TryGetValue(assignment.PiId, out PiState? pi)) return;
        if (assignment.TakesOver && radio is not null) TakeOvers.Ended(radio, outcome);
        if (stick is not null) AttemptOutcomes.Count(state, pi, assignment, stick, outcome);
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

    /// <summary>Only if it would be given that stick.</summary>
    /// <returns>Why it is not, as a sentence for a person; null: it is.</returns>
    public string? Replace(string radioId, string successor)
    {
        if (!state.Radios.TryGetValue(radioId, out RadioState? radio)) return "This radio is known no more.";
        if (_replacements.SuccessorOf(radio) != successor)
            return $"The stick {Printable.Of(successor)} cannot take its place any more. Look at what is shown now, then press again.";
        Reattach(radioId);
        return null;
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
        if (_replacements.LetTakeOver(radio)) return;
        radio.Reattachment.Press(state.Now, radio.Assignment is { IsUp: true, Cancelled: false });
        BusId? at = radio.Assignment?.BusId;
        if (radio.Assignment is { } assignment)
        {
            if (assignment.IsUp && !assignment.Cancelled)
            {
                GoDown(state, radio, assignment);
                radio.BackBy = state.Now + AttachTimers.Reattach;
            }
            state.Cancel(assignment);
        }
        ReattachChanges.AskPi(state, radio, at);
        TryAfresh(radio);
    }

    /// <summary>The tty of a radio is gone.</summary>
    /// <param name="asked">A person, or the options, wanted it so: not counted as a disconnect.</param>
    public static void GoDown(
        AttachState state, RadioState radio, Assignment assignment, string reason, bool asked, bool mayHaveBeenPulled = false)
    {
        // One that was held went away when that began.
        if (!asked && assignment.Hold is null) UnstableRadios.WentAway(state, radio);
        GoDown(state, radio, assignment);
        radio.MayHaveBeenPulled = mayHaveBeenPulled;
        if (asked) state.Raise(radio, RadioEventType.Detached, reason);
        else CountLoss(state, radio, reason);
    }

    public static void CountLoss(AttachState state, RadioState radio, string reason)
    {
        state.Change(radio, radio.Memory with
        {
            Disconnects = radio.Memory.Disconnects + 1, LastDisconnect = state.Clock.Now, LastDisconnectReason = reason,
        });
        state.Raise(radio, RadioEventType.Lost, reason);
    }

    // Nothing is said of it yet.
    private static void GoDown(AttachState state, RadioState radio, Assignment assignment)
    {
        assignment.Phase = AssignmentPhase.Ending;
        Outages.End(state, radio, assignment);
        radio.MissingSince = state.Now;
        radio.NextAsk = state.Now;
        radio.MayHaveBeenPulled = false;
        if (state.Pis.TryGetValue(assignment.PiId, out PiState? pi)) pi.ListUnanswered = false;
    }

    private void Judge(
        PiState pi, Assignment assignment, (bool Up, bool OnPort) was, RadioState? radio, Stick? stick, AttachOutcome outcome)
    {
        if (was.Up && radio is not null)
        {
            var loss = outcome as AttachOutcome.Lost;
            GoDown(state, radio, assignment, loss?.Reason ?? "it ended", asked: false, mayHaveBeenPulled: loss is { PiClosed: true });
        }
        if (outcome is AttachOutcome.Lost or AttachOutcome.Failed { PiClosed: true } && stick is { Tries.IsContended: true })
        {
            outcome = AttemptOutcomes.TakenAway;
        }
        else if (outcome is AttachOutcome.Lost lost && stick is { Tries.IsLostEachTime: true })
        {
            outcome = AttemptOutcomes.LostEachTime(lost.Reason);
        }
        if (outcome is AttachOutcome.Failed { PiSlow: true } slow) new PiSilence(state).ImportLate(assignment.PiId, slow.Reason);
        switch (outcome)
        {
            // One connection that did not come about says nothing of the Pi: whether it is away its watch finds out. Where that gets its
            // answers and this one none, something in between takes the stick's connection for another.
            case AttachOutcome.Unreachable unreachable:
                if (radio is null || stick is not { Tries.IsNeverReached: true }) return;
                SetOutcome(radio, new AttachOutcome.Failed(unreachable.Reason));
                return;
            case AttachOutcome.NotGiven or AttachOutcome.Failed when radio is null && assignment.Listed && !IsKnown(stick):
                // Not taken back first: that it is tried again changes nothing.
                SetStickProblem(pi, assignment, $"{AttemptOutcomes.Reason(outcome)}. It is tried again.");
                return;
            case AttachOutcome.NotGiven or AttachOutcome.Failed:
                if (radio is not null) SetOutcome(radio, outcome);
                break;
            case AttachOutcome.Refused refused:
                if (stick is not null) pi.Rejected.Add(stick, refused.Reason, state.Now, mayPass: was.OnPort);
                // The one sentence about its Pi says it of all such sticks.
                if (radio is null && refused.Reason == RadioLimit.Reason) break;
                if (radio is null)
                {
                    // No radio has a status that could say it.
                    SetStickProblem(pi, assignment, $"{refused.Reason}.");
                    return;
                }
                if (radio.LastOutcome is not AttachOutcome.Refused known || known.Reason != refused.Reason)
                {
                    state.Raise(radio, RadioEventType.Refused, refused.Reason);
                }
                SetOutcome(radio, outcome);
                break;
        }
        state.SetStickProblem(assignment.PiId, assignment.BusId, null);
    }

    private void SetStickProblem(PiState pi, Assignment assignment, string why) =>
        state.SetStickProblem(
            assignment.PiId,
            assignment.BusId,
            $"A stick at {assignment.BusId} on {pi.Options.DisplayName} could not be attached: {why}");

    // Tried beside another attempt of its radio's, whose status says what is the matter: no stick of its own to report.
    private bool IsKnown(Stick? stick) => stick is not null && (stick.RadioId ?? state.Seems(stick)) is not null;

    private void SetOutcome(RadioState radio, AttachOutcome outcome)
    {
        radio.LastOutcome = outcome;
        // Soon in the first minute after a loss; later there is no hurry to learn why somebody else has it.
        bool recent = state.Now - radio.MissingSince < AttachTimers.PollFastFor;
        radio.NextAsk = state.Now + (recent ? AttachTimers.AskWhetherInUseSoon : AttachTimers.AskWhetherInUse);
    }

    private void TryAfresh(RadioState radio)
    {
        radio.LastOutcome = null;
        radio.MissingSince = state.Now;
        radio.NextAsk = state.Now;
        if (!state.Pis.TryGetValue(radio.Memory.PiId, out PiState? pi)) return;
        if (BusId.TryParse(radio.Memory.LastBusId, out BusId busId))
        {
            pi.Rejected.Forget(busId);
            pi.Tries.At(busId)?.Afresh();
        }
        if (state.StickOf(radio) is { } stick)
        {
            stick.Tries.Afresh();
            pi.Rejected.Forget(stick.BusId);
        }
        pi.Watch.AskNow();
    }
}
