using Longwire.Export.Sticks;
using Longwire.Link.Wire;

namespace Longwire.Export.Reconciling;

/// <summary>
/// Sticks that hosts want set anew, because attaching them afresh did not help. That is for the host that has the stick, and for any while
/// nobody has it: another host's is never touched.
/// </summary>
internal sealed class StickResets(ExportState state, ExportLedger ledger, StickChanges sticks)
{
    public void Asked(StickReset reset)
    {
        ExportedStick? stick = state.Find(reset.BusId);
        ResetOutcome no = WhyNot(stick, reset);
        if (stick is null || no != ResetOutcome.None)
        {
            reset.Answer(no);
            ExportLog.NotReset(
                state.About(reset.BusId, reset.Host), stick?.Label ?? $"the stick at {reset.BusId}", reset.Host, Words(no));
            return;
        }
        // Who asks again asks for more.
        stick.AnswerReset(ResetOutcome.NotServed);
        stick.Reset = reset;
        ExportLog.Resetting(
            state.About(stick), stick.Label, reset.Host,
            reset.Step == ResetStep.Reauthorize ? "deauthorize and authorize" : "unbind and bind");
        // What it has of it ends, as it does when the host lets go of it: each step comes after that.
        stick.Session?.Carrier?.End();
        // A person shortens a pause that nothing else may.
        stick.EndWait();
        stick.WaitsToRetry = false;
        stick.WantLook();
    }

    public void Ended(ExportedStick stick, StickReset reset, BindOutcome outcome)
    {
        sticks.BindEnded(stick, outcome);
        stick.RestsUntil = state.Now + ExportTimers.ResetRest;
        ResetOutcome became = outcome switch
        {
            { Refusal: not null } => ResetOutcome.Failed,
            { Seen: not null } => ResetOutcome.Done,
            _ => ResetOutcome.Gone,
        };
        if (became == ResetOutcome.Done) ExportLog.Reset(state.About(stick), stick.Label);
        reset.Answer(became);
    }

    private static string Words(ResetOutcome no) => no switch
    {
        ResetOutcome.InUse => "another host has it",
        ResetOutcome.Gone => "nothing is plugged in there",
        _ => "it is not served now, was set anew a moment ago, is not ours, or the host wants what only a newer release can do",
    };

    // None: it can be done.
    private ResetOutcome WhyNot(ExportedStick? stick, StickReset reset)
    {
        if (stick?.Device is null) return ResetOutcome.Gone;
        if (reset.Step is not (ResetStep.Rebind or ResetStep.Reauthorize)) return ResetOutcome.NotServed;
        if (stick.State is StickState.New or StickState.NotWanted or StickState.TtyOpen or StickState.BoundByOther)
            return ResetOutcome.NotServed;
        // Who bound it may have had it without its authorization, and of what is not ours the ledger says nothing after a crash.
        if (reset.Step == ResetStep.Reauthorize && stick.IsTakenOver) return ResetOutcome.NotServed;
        // Nobody gets a stick its authorization by us that somebody took from it.
        if (reset.Step == ResetStep.Reauthorize && !stick.Device.Authorized && ledger.Find(stick.Device) is not { Deauthorized: true })
            return ResetOutcome.NotServed;
        if (reset.Step <= stick.LastReset && state.Now < stick.RestsUntil) return ResetOutcome.NotServed;
        bool isFree = stick.Session is null || (stick.Session.Client is Client.Host holder && reset.Host.MayTakeFrom(holder));
        return isFree ? ResetOutcome.None : ResetOutcome.InUse;
    }
}
