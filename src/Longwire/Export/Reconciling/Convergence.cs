using Longwire.Export.Sticks;
using Longwire.Platform;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.UsbipHost;
using Microsoft.Extensions.Logging;

namespace Longwire.Export.Reconciling;

/// <summary>What follows from a look at a stick.</summary>
internal sealed partial class ExportReconciler
{
    private void Settle(ExportedStick stick, Inspection seen)
    {
        if (seen.Device is not { } device)
        {
            Forget(stick);
            return;
        }
        if (!RadioSelection.CanBeExported(device))
        {
            _sticks.Remove(stick.BusId);
            return;
        }
        // The end of each session resets the stick, just when its news is looked at: it is still the one that it was.
        if (device.IsBeingReset && stick.Device is { } same) device = device with { DeviceNumber = same.DeviceNumber };
        if (stick.Device is { } former && former.DeviceNumber != device.DeviceNumber) Replugged(stick);
        (stick.Device, stick.Identity, stick.Choice) = (device, seen.Identity, seen.Choice);
        if (seen.Choice is not { } choice)
        {
            // Half enumerated or half gone: the kernel will say which, or it becomes readable.
            Wait(stick, token => Task.Delay(stick.Retries.Next(), _time, token));
            return;
        }

        bool ours = _ledger.Find(device) is not null;
        if (ours && !choice.Wanted) GiveBack(stick, device);
        else if (!UsbipHostDriver.IsBound(device)) SettleWithOwnDriver(stick, device, seen, choice);
        else if (ours || TakesOver(stick, choice, seen)) SettleBound(stick, device, seen);
        else if (stick.State != StickState.BoundByOther)
        {
            stick.State = StickState.BoundByOther;
            if (stick.IsTakenOver) LetGo(stick);
            ExportLog.BoundByOther(About(stick), stick, Whoever(RunningProcess.Named(_root, "usbipd").FirstOrDefault()));
        }
    }

    // What stands in error state, or is not wanted, is left to whoever bound it.
    private bool TakesOver(ExportedStick stick, RadioChoice choice, Inspection seen)
    {
        if (!_takeOver || !choice.Wanted) return false;
        if (stick.IsTakenOver) return true;
        if (seen.Status is not (UsbipHostStatus.Available or UsbipHostStatus.InUse)) return false;
        (stick.IsTakenOver, stick.SleptBefore) = (true, seen.MaySleep);
        ExportLog.TakenOver(About(stick), stick);
        return true;
    }

    // The options no longer say so.
    private void LetGo(ExportedStick stick)
    {
        (bool cut, bool maySleep) = (stick.Session is { Connection: not null }, stick.SleptBefore);
        (stick.IsTakenOver, stick.SleptBefore) = (false, false);
        _background.Run(() => LeaveAsync(stick, cut, maySleep));
    }

    private void SettleWithOwnDriver(ExportedStick stick, SysfsUsbDevice device, Inspection seen, RadioChoice choice)
    {
        if (!choice.Wanted)
        {
            if (stick.State != StickState.NotWanted && choice.Doubtful)
            {
                ExportLog.Doubtful(About(stick), stick, RadioChoice.Line(device, stick.Identity!));
            }
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
            Wait(stick, token => Task.Delay(ExportTimers.DriverSettles, _time, token));
            return;
        }
        if (!seen.TtyHolders.IsEmpty)
        {
            if (stick.State != StickState.TtyOpen)
            {
                ExportLog.TtyOpen(About(stick), stick, string.Join(", ", seen.TtyHolders), string.Join(", ", device.Ttys));
            }
            RefuseWaitingClient(stick, UsbIpStatus.NoSuchDevice);
            stick.State = StickState.TtyOpen;
            Wait(stick, token => _waits.TtyClosedAsync(device, token));
            return;
        }

        stick.State = StickState.Binding;
        stick.IsBusy = true;
        // A bind that failed half way has already switched autosuspend off: what stood before that is in the ledger.
        _ledger.Add(device, seen.MaySleep || _ledger.Find(device) is { MaySleep: true });
        _background.Run(async () =>
        {
            await _ledger.SaveAsync();
            await PostAsync(new ExportMessage.BindEnded(stick, await _work.BindAsync(device, _stopping)), _stopping);
        });
    }

    private void SettleBound(ExportedStick stick, SysfsUsbDevice device, Inspection seen)
    {
        if (stick.Session is not null) return;
        if (seen.MaySleep) UsbAutosuspend.SwitchOff(device);
        switch (seen.Status)
        {
            case UsbipHostStatus.Available:
                Offer(stick);
                break;
            case UsbipHostStatus.InUse:
                BeginSession(
                    stick,
                    new Session(
                        stick,
                        device.DeviceNumber,
                        null,
                        stick.IsTakenOver ? "a host whose session is not ours" : "a host that was served before Longwire was restarted"));
                break;
            case UsbipHostStatus.Error when stick.WaitsToRetry:
                break;
            case UsbipHostStatus.Error when stick.State == StickState.Binding:
                Fail(stick, "it is in error state again right after it was bound");
                break;
            case UsbipHostStatus.Error:
                if (stick.SaidFailure is null) ExportLog.ErrorState(About(stick), stick);
                Recover(stick, device);
                break;
            default:
                Look(stick);
                break;
        }
    }

    private void Offer(ExportedStick stick)
    {
        if (stick.State != StickState.Offered) ExportLog.Offered(About(stick), stick);
        stick.State = StickState.Offered;
        stick.Retries.Reset();
        stick.WaitsToRetry = false;
        stick.SaidFailure = null;
        stick.SeenWithoutDriver = false;
        if (stick.WaitingClient is not { } client) return;
        stick.WaitingClient = null;
        Serve(stick, client);
    }

    private void Recover(ExportedStick stick, SysfsUsbDevice device)
    {
        stick.State = StickState.Binding;
        stick.IsBusy = true;
        _background.Run(async () => await PostAsync(new ExportMessage.BindEnded(stick, _work.Recover(device)), _stopping));
    }

    private void Fail(ExportedStick stick, string reason)
    {
        TimeSpan wait = stick.Retries.Next();
        if (stick.SaidFailure != reason) ExportLog.Refused(About(stick), stick, reason);
        stick.SaidFailure = reason;
        RefuseWaitingClient(stick, UsbIpStatus.DeviceError);
        stick.State = StickState.Failed;
        stick.WaitsToRetry = true;
        Wait(stick, token => Task.Delay(wait, _time, token));
    }

    // No longer among the options' radios, and ours since before the restart.
    private void GiveBack(ExportedStick stick, SysfsUsbDevice device)
    {
        if (stick.WaitsToRetry) return;
        bool maySleep = _ledger.Find(device) is { MaySleep: true };
        stick.State = StickState.NotWanted;
        stick.IsBusy = true;
        _background.Run(async () =>
        {
            string? refusal = null;
            try
            {
                await _work.GiveBackAsync(stick.BusId, maySleep, _time, _stopping);
                _ledger.Remove(stick.BusId);
                await _ledger.SaveAsync();
            }
            catch (KernelRefusedException e)
            {
                refusal = e.Message;
            }
            await PostAsync(new ExportMessage.BindEnded(stick, new BindOutcome(false, refusal)), _stopping);
        });
    }

    private void Replugged(ExportedStick stick)
    {
        ExportLog.Replugged(About(stick), stick);
        stick.State = StickState.New;
        stick.Session = null;
        (stick.IsTakenOver, stick.SleptBefore) = (false, false);
        stick.WaitsToRetry = false;
        stick.SaidFailure = null;
        stick.SeenWithoutDriver = false;
        stick.Retries.Reset();
        ReleaseClaim(stick);
    }

    private void Forget(ExportedStick stick)
    {
        if (stick.Device is not null && stick.State != StickState.NotWanted) ExportLog.Unplugged(About(stick), stick);
        RefuseWaitingClient(stick, UsbIpStatus.NoSuchDevice);
        EndWait(stick);
        _sticks.Remove(stick.BusId);
        ReleaseClaim(stick);
    }

    // Unplugging gave it back already.
    private void ReleaseClaim(ExportedStick stick)
    {
        if (_ledger.Remove(stick.BusId)) _background.Run(_ledger.SaveAsync);
    }

    private void ForgetWhatIsGone()
    {
        foreach (LedgerEntry entry in _ledger.Entries)
        {
            if (UsbIp.Usb.BusId.TryParse(entry.BusId, out UsbIp.Usb.BusId busId) && !_sticks.ContainsKey(busId)) _ledger.Remove(busId);
        }
    }

    private static void RefuseWaitingClient(ExportedStick stick, UsbIpStatus status)
    {
        stick.WaitingClient?.Refuse(status);
        stick.WaitingClient = null;
    }

    // One wait per stick: a newer reason to look again replaces the older one.
    private void Wait(ExportedStick stick, Func<CancellationToken, Task> wait)
    {
        EndWait(stick);
        var cancel = CancellationTokenSource.CreateLinkedTokenSource(_stopping);
        CancellationToken token = cancel.Token;
        stick.Wait = cancel;
        _background.Run(async () =>
        {
            await wait(token);
            await PostAsync(new ExportMessage.WokenUp(stick, cancel), token);
        });
    }

    private static void EndWait(ExportedStick stick)
    {
        stick.Wait?.Cancel();
        stick.Wait?.Dispose();
        stick.Wait = null;
    }

    // A loose plug, a tty that is opened again and again: none of it needs a person to repeat.
    private ILogger About(ExportedStick stick) => _logger.About("sticks", stick.BusId.ToString());

    private static string Whoever(RunningProcess? process) => process is null ? "by whom cannot be seen" : $"{process} runs here";
}
