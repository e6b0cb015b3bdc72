using Longwire.Export.Sticks;
using Longwire.Link.Wire;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.UsbipHost;

namespace Longwire.Export.Reconciling;

/// <summary>
/// What follows from what is known, whatever the message was: each stick that was looked at is bound, offered, recovered or given back, and
/// each of which there is news is looked at.
/// </summary>
internal sealed class Convergence(
    ExportState state, ExportLedger ledger, StickOperations operations, StickTasks tasks, SessionChanges sessions, ErrorStates errorStates,
    StickFailures failures)
{
    public void Settle()
    {
        foreach (ExportedStick stick in state.Sticks)
        {
            try
            {
                Settle(stick);
            }
#pragma warning disable CA1031 // Not lost: it is said, and counts as this stick's failure.
            catch (Exception e)
#pragma warning restore CA1031
            {
                failures.Fault(stick, e);
            }
        }
    }

    private void Settle(ExportedStick stick)
    {
        if (stick.TakeSeen() is { } seen) Settle(stick, seen);
        if (stick is { NeedsLook: true, IsBusy: false } && state.IsKnown(stick)) tasks.Look(stick);
    }

    private void Settle(ExportedStick stick, Inspection seen)
    {
        if (seen.Device is not { } device || !RadioSelection.CanBeExported(device))
        {
            Forget(stick);
            return;
        }
        // The end of each session resets the stick, just when its news is looked at: it is still the one that it was.
        if (device.IsBeingReset && stick.Device is { } same) device = device with { DeviceNumber = same.DeviceNumber };
        if (stick.Device is { } former && former.DeviceNumber != device.DeviceNumber) Replugged(stick);
        stick.Device = device;
        if (seen.Identity is not { } identity || seen.Choice is not { } choice)
        {
            // Half enumerated or half gone: the kernel will say which, or it becomes readable.
            stick.RefuseWaitingClient(UsbIpStatus.NoSuchDevice);
            tasks.Wait(stick, stick.Retries.Next());
            return;
        }
        (stick.Identity, stick.Choice) = (identity, choice);

        LedgerEntry? claim = ledger.Find(device);
        if (claim is not null && !choice.Wanted) GiveBack(stick, claim);
        else if (!UsbipHostDriver.IsBound(device)) SettleWithOwnDriver(stick, device, seen, choice);
        else if (claim is not null || TakesOver(stick, choice, seen)) SettleBound(stick, device, seen);
        else if (stick.State != StickState.BoundByOther)
        {
            stick.RefuseWaitingClient(UsbIpStatus.NoSuchDevice);
            stick.AnswerReset(ResetOutcome.NotServed);
            stick.State = StickState.BoundByOther;
            if (stick.IsTakenOver) tasks.LeaveBound(stick);
            ExportLog.BoundByOther(state.About(stick), stick.Label, Whoever(operations.OtherServer()));
        }
    }

    // What stands in error state, or is not wanted, is left to whoever bound it.
    private bool TakesOver(ExportedStick stick, RadioChoice choice, Inspection seen)
    {
        if (!state.TakesOver || !choice.Wanted) return false;
        if (stick.IsTakenOver) return true;
        if (seen.Status is not (UsbipHostStatus.Available or UsbipHostStatus.InUse)) return false;
        (stick.IsTakenOver, stick.SleptBefore) = (true, seen.MaySleep);
        ExportLog.TakenOver(state.About(stick), stick.Label);
        return true;
    }

    private void SettleWithOwnDriver(ExportedStick stick, SysfsUsbDevice device, Inspection seen, RadioChoice choice)
    {
        if (!choice.Wanted)
        {
            if (stick.State != StickState.NotWanted && choice.Doubtful)
            {
                ExportLog.Doubtful(state.About(stick), stick.Label, RadioChoice.Line(device, stick.Identity!));
            }
            stick.RefuseWaitingClient(UsbIpStatus.NoSuchDevice);
            stick.State = StickState.NotWanted;
            return;
        }

        // Whoever had bound it has let go of it: from here on it is taken like any other.
        (stick.IsTakenOver, stick.SleptBefore) = (false, false);
        // A session whose stick lost usbip-host ends by itself, and its end brings us back here.
        if (stick.Session is not null || stick.WaitsToRetry) return;
        if (device.Driver is null && !stick.SeenWithoutDriver)
        {
            // Between the kernel's `add` and `bind`, which brings us back here; or left so by a crash of ours between two writes.
            stick.SeenWithoutDriver = true;
            tasks.Wait(stick, ExportTimers.DriverSettles);
            return;
        }
        if (!seen.TtyHolders.IsEmpty)
        {
            if (stick.State != StickState.TtyOpen)
            {
                ExportLog.TtyOpen(
                    state.About(stick), stick.Label, string.Join(", ", seen.TtyHolders), string.Join(", ", device.Ttys));
            }
            stick.RefuseWaitingClient(UsbIpStatus.NoSuchDevice);
            stick.AnswerReset(ResetOutcome.NotServed);
            stick.State = StickState.TtyOpen;
            tasks.WaitForTty(stick, device);
            return;
        }
        if (Reset(stick, device)) return;
        // A bind that failed half way has already switched autosuspend off: what stood before that is in the ledger.
        tasks.Bind(stick, device, seen.MaySleep || ledger.Find(device) is { MaySleep: true });
    }

    private void SettleBound(ExportedStick stick, SysfsUsbDevice device, Inspection seen)
    {
        if (stick.Session is not null) return;
        if (seen.MaySleep) UsbAutosuspend.SwitchOff(device);
        switch (seen.Status)
        {
            case UsbipHostStatus.Available or UsbipHostStatus.Error when Reset(stick, device):
                break;
            case UsbipHostStatus.Available:
                Offer(stick);
                break;
            case UsbipHostStatus.InUse:
                // By whom is not known: maybe by whoever asks, before we were restarted.
                stick.RefuseWaitingClient(UsbIpStatus.DeviceBusy);
                stick.AnswerReset(ResetOutcome.NotServed);
                var somebody = new Client.Unknown(
                    stick.IsTakenOver ? "a host whose session is not ours" : "a host that was served before Longwire was restarted");
                sessions.Begin(new Session(stick, device.DeviceNumber, somebody, null));
                break;
            case UsbipHostStatus.Error when stick.WaitsToRetry:
                break;
            case UsbipHostStatus.Error:
                errorStates.Found(stick, device);
                break;
            default:
                stick.WantLook();
                break;
        }
    }

    // Whoever waits for the stick gets it afterwards.
    private bool Reset(ExportedStick stick, SysfsUsbDevice device)
    {
        if (stick.Reset is not { } reset) return false;
        stick.Reset = null;
        if (!reset.TryTake()) return false;
        (stick.LastReset, stick.RestsUntil) = (reset.Step, state.Now + ExportTimers.ResetRest);
        tasks.Reset(stick, device, reset);
        return true;
    }

    private void Offer(ExportedStick stick)
    {
        if (stick.State != StickState.Offered) ExportLog.Offered(state.About(stick), stick.Label);
        stick.State = StickState.Offered;
        StartAfresh(stick);
        if (stick.WaitingClient is not { } client) return;
        stick.WaitingClient = null;
        sessions.Serve(stick, client);
    }

    private void GiveBack(ExportedStick stick, LedgerEntry claim)
    {
        stick.RefuseWaitingClient(UsbIpStatus.NoSuchDevice);
        if (!stick.WaitsToRetry) tasks.GiveBack(stick, claim);
    }

    private void Replugged(ExportedStick stick)
    {
        ExportLog.Replugged(state.About(stick), stick.Label);
        stick.State = StickState.New;
        (stick.Identity, stick.Choice) = (null, null);
        stick.Session = null;
        (stick.IsTakenOver, stick.SleptBefore) = (false, false);
        StartAfresh(stick);
        stick.Recoveries.Forget();
        stick.AnswerReset(ResetOutcome.Gone);
        tasks.ForgetClaim(stick);
    }

    private void Forget(ExportedStick stick)
    {
        if (stick.Device is not null && stick.State != StickState.NotWanted) ExportLog.Unplugged(state.About(stick), stick.Label);
        stick.RefuseWaitingClient(UsbIpStatus.NoSuchDevice);
        stick.AnswerReset(ResetOutcome.Gone);
        stick.EndWait();
        state.Forget(stick);
        tasks.ForgetClaim(stick);
    }

    private static void StartAfresh(ExportedStick stick)
    {
        stick.Retries.Reset();
        stick.WaitsToRetry = false;
        stick.SaidFailure = null;
        stick.SeenWithoutDriver = false;
    }

    private static string Whoever(RunningProcess? process) => process is null ? "by whom cannot be seen" : $"{process} runs here";
}
