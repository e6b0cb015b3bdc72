using Longwire.Export.Sticks;
using Longwire.UsbIp.Usb;

namespace Longwire.Export.Reconciling;

/// <summary>What the kernel's news, and what was done with a stick, change.</summary>
internal sealed class StickChanges(ExportState state, ExportLedger ledger, StickOperations operations, StickFailures failures)
{
    public void Changed(BusId busId, long heardAt) => state.At(busId).Changed(heardAt);

    public void LookAtAll()
    {
        foreach (BusId busId in operations.PluggedIn()) state.At(busId);
        foreach (ExportedStick stick in state.Sticks) stick.WantLook();
        foreach (LedgerEntry entry in ledger.Entries)
        {
            // Unplugged while nobody looked.
            if (BusId.TryParseKernelName(entry.BusId, out BusId busId) && state.Find(busId) is null) ledger.Remove(busId);
        }
    }

    public static void Inspected(ExportedStick stick, Inspection inspection)
    {
        stick.IsBusy = false;
        stick.See(inspection);
    }

    public void BindEnded(ExportedStick stick, BindOutcome outcome)
    {
        stick.IsBusy = false;
        if (outcome.Refusal is { } refusal) failures.Fail(stick, refusal);
        if (outcome.Seen is { } seen) stick.See(seen);
        else stick.WantLook();
    }

    public void WorkFaulted(ExportedStick stick, Exception fault)
    {
        (stick.IsBusy, stick.WasLookedAt) = (false, true);
        failures.Fault(stick, fault);
    }

    public void WokenUp(ExportedStick stick, CancellationTokenSource wait, Exception? fault)
    {
        // A wait that was replaced meanwhile has nothing to say any more.
        if (!ReferenceEquals(stick.Wait, wait)) return;
        stick.EndWait();
        stick.WaitsToRetry = false;
        if (fault is null) stick.WantLook();
        else failures.Fault(stick, fault);
    }
}
