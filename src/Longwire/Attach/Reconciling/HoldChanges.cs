using Longwire.State;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.Attach.Reconciling;

/// <summary>A radio's Pi is away while its port stays, or there again.</summary>
internal sealed class HoldChanges(AttachState state)
{
    /// <summary>The reason of a <c>resumed</c> by another session, behind the same tty.</summary>
    public const string Reseated = "reseated";

    public void Changed(AttachEvent.HoldChanged news)
    {
        if (state.Assignments.Of(news.Attachment) is not { IsUp: true, Cancelled: false } assignment
            || state.RadioOf(assignment) is not { } radio)
        {
            return;
        }
        bool wasHeld = assignment.Hold is not null, isHeld = news.Hold is not null;
        if (news.Hold is { } hold) Outages.Begin(state, radio, assignment, hold);
        else Outages.End(state, radio, assignment);
        if (news.Device is { } device && device.BusId != assignment.BusId) Follow(radio, assignment, device);
        if (radio.Memory.LastCarrier != news.Carrier) state.Change(radio, radio.Memory with { LastCarrier = news.Carrier });
        bool reseated = news.Reseats > assignment.Reseats;
        assignment.Reseats = news.Reseats;
        if (!wasHeld && (isHeld || reseated)) UnstableRadios.WentAway(state, radio);
        assignment.IsReseated |= reseated;
        if (isHeld && !wasHeld) state.Raise(radio, RadioEventType.Held, news.Hold!.Reason);
        if (isHeld || (!wasHeld && !reseated)) return;
        state.Raise(radio, RadioEventType.Resumed, assignment.IsReseated ? Reseated : null);
        assignment.IsReseated = false;
    }

    /// <summary>Tells what waits for a stick that this is in another place by now, or lets go of it.</summary>
    /// <returns>When something is to be said otherwise; null: not without any event.</returns>
    public static TimeSpan? Settle(AttachState state)
    {
        TimeSpan? next = null;
        foreach (RadioState radio in state.Radios.Values)
        {
            if (radio is not { IsUp: true, Assignment: { Cancelled: false, Hold: { } hold } assignment }) continue;
            if (hold.IsOver) LookElsewhere(state, radio, assignment);
            if (LongSince(radio) is { } due && due > state.Now) next = next < due ? next : due;
        }
        return next;
    }

    private static void LookElsewhere(AttachState state, RadioState radio, Assignment assignment)
    {
        if (!state.Pis.TryGetValue(assignment.PiId, out PiState? pi) || StatusRules.Found(radio, pi, state.Radios.Values) is not { } found)
            return;
        Offer? offer = pi.Offers!.At(found.BusId);
        // Where it was last it is asked for before it is offered, while its Pi still takes it from its own driver. Also if it may have been
        // elsewhere in between. Bus numbers change with a start of the Pi, the place does not.
        if ((found.BusId == assignment.BusId && found.Reason == NoticeReason.None) || offer?.Port == radio.Memory.Port)
            assignment.Attachment?.StickIsAt(found.BusId);
        // Two that ask for one stick take it from each other: who waits in vain is attached anew when its time is over.
        else if (offer is not { } there || IsAnotherWaiting(state, radio)) return;
        else if (HasItsOwnSerial(state, radio) && IsWantedAt(state, radio, there)) assignment.Attachment?.StickIsAt(there.BusId);
        else LetGo(state, radio, assignment);
    }

    // One of its kind elsewhere is this one only if it says so itself.
    private static bool HasItsOwnSerial(AttachState state, RadioState radio) =>
        !radio.Memory.SerialIsShared && state.Catalogue.IsOwnSerial(UsbId.Parse(radio.Memory.UsbId), radio.Memory.Serial);

    private static bool IsAnotherWaiting(AttachState state, RadioState radio) => state.Radios.Values.Any(
        other => other != radio && other is { IsUp: true, Assignment.Hold.IsOver: true }
            && other.Memory.PiId == radio.Memory.PiId && other.Memory.UsbId == radio.Memory.UsbId);

    private static bool IsWantedAt(AttachState state, RadioState radio, Offer there) =>
        state.Options.TakeRecognised
        || state.Selection().RuleOf(radio.Memory.PiId, there.Id, there.Port, radio.Memory.Serial, serialKnown: true) is not null;

    // It is held in vain: another attachment has to take its place.
    private static void LetGo(AttachState state, RadioState radio, Assignment assignment)
    {
        AttachmentChanges.GoDown(state, radio, assignment, assignment.Hold!.Reason, asked: false, mayHaveBeenPulled: true);
        state.Cancel(assignment);
    }

    /// <summary>Its status is <c>held</c>, and has been for long.</summary>
    public static bool IsForLong(RadioState radio, TimeSpan now) => radio.Status == RadioStatus.Held && LongSince(radio) <= now;

    private static TimeSpan? LongSince(RadioState radio) => radio.OutageBegan + AttachTimers.HeldForLong;

    private void Follow(RadioState radio, Assignment assignment, ExportedDevice device)
    {
        if (!state.Pis.TryGetValue(assignment.PiId, out PiState? pi) || state.StickOf(assignment) is not { } from) return;
        Stick to = ImportedStick.Of(state, pi, device.BusId, device, from.Id);
        to.Identity = from.Identity;
        Assignments.Move(assignment, from, to);
        if (!from.Listed) state.Remove(pi, from);
        state.Change(
            radio,
            radio.Memory with
            {
                Controller = to.Port.Controller, PortChain = to.Port.Chain, LastBusId = to.BusId.ToString(),
            });
        state.Remember();
    }
}
