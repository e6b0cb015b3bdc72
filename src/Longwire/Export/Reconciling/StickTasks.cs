using Longwire.Export.Sticks;
using Longwire.Link.Wire;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Sysfs;

namespace Longwire.Export.Reconciling;

/// <summary>
/// What the reconciler starts beside its loop. What comes of it is a message about its stick, whatever went wrong: a fault in the work for
/// one stick must reach neither the loop nor another stick.
/// </summary>
/// <param name="post">Into the reconciler's channel.</param>
internal sealed class StickTasks(
    StickOperations operations, StickTimers timers, StickRelease release, ExportLedger ledger, BackgroundWork background,
    Func<ExportMessage, CancellationToken, ValueTask> post)
{
    /// <summary>Ends what waits. Set before anything is begun.</summary>
    public CancellationToken Stopping { private get; set; }

    public void Look(ExportedStick stick)
    {
        stick.BeginLook();
        Begin(stick, async () => new ExportMessage.Inspected(stick, await operations.InspectAsync(stick.BusId)));
    }

    /// <param name="maySleep">Autosuspend is on, or was before a bind that failed half way switched it off.</param>
    public void Bind(ExportedStick stick, SysfsUsbDevice device, bool maySleep)
    {
        stick.State = StickState.Binding;
        ledger.Add(device, maySleep);
        bool authorize = ledger.Find(device) is { Deauthorized: true };
        Begin(
            stick,
            async () =>
            {
                await ledger.SaveAsync();
                BindOutcome outcome = await operations.BindAsync(device, authorize, Stopping);
                if (authorize && outcome.Refusal is null) await SaveAuthorizedAsync(stick);
                return new ExportMessage.BindEnded(stick, outcome);
            });
    }

    public void Recover(ExportedStick stick, SysfsUsbDevice device)
    {
        stick.State = StickState.Binding;
        Begin(stick, async () => new ExportMessage.BindEnded(stick, await operations.RecoverAsync(device)));
    }

    /// <summary>A host wants it set anew.</summary>
    public void Reset(ExportedStick stick, SysfsUsbDevice device, StickReset reset)
    {
        stick.State = StickState.Binding;
        // One that never came as far as a bind.
        if (!stick.IsTakenOver && ledger.Find(device) is null) ledger.Add(device, UsbAutosuspend.MaySleep(device));
        bool deauthorizes = reset.Step == ResetStep.Reauthorize;
        Begin(
            stick,
            async () =>
            {
                try
                {
                    // Before, so that whatever becomes of us in between, the next start gives it back.
                    if (deauthorizes) ledger.SetDeauthorized(stick.BusId, true);
                    await ledger.SaveAsync();
                    BindOutcome outcome = await operations.ResetAsync(device, reset.Step, Stopping);
                    if (deauthorizes && outcome.Refusal is null) await SaveAuthorizedAsync(stick);
                    return new ExportMessage.ResetEnded(stick, reset, outcome);
                }
                catch
                {
                    // It is said as any fault in the work for a stick; no answer of it would follow.
                    reset.Answer(ResetOutcome.Failed);
                    throw;
                }
            });
    }

    /// <summary>No longer among the options' radios, and ours.</summary>
    public void GiveBack(ExportedStick stick, LedgerEntry claim)
    {
        stick.State = StickState.NotWanted;
        Begin(
            stick,
            async () =>
            {
                try
                {
                    await operations.GiveBackAsync(stick.BusId, claim.MaySleep, claim.Deauthorized, Stopping);
                    ledger.Remove(stick.BusId);
                    await ledger.SaveAsync();
                }
                catch (KernelRefusedException e)
                {
                    return new ExportMessage.BindEnded(stick, new BindOutcome(e.Message));
                }
                return new ExportMessage.BindEnded(stick, new BindOutcome(Refusal: null));
            });
    }

    /// <summary>The options no longer take it over.</summary>
    public void LeaveBound(ExportedStick stick)
    {
        (string label, bool cut, bool maySleep) = (stick.Label, stick.Session is { Carrier: not null }, stick.SleptBefore);
        (stick.IsTakenOver, stick.SleptBefore) = (false, false);
        background.Run(stick.BusId, () => release.LeaveBoundAsync(stick.BusId, label, cut, maySleep));
    }

    /// <summary>Ends a session that has no carrier which could be asked.</summary>
    public void Cut(Session session) => Run(
        session.Stick,
        () =>
        {
            operations.Cut(session.Stick.BusId);
            return Task.FromResult<ExportMessage?>(null);
        },
        fault => new ExportMessage.SessionEnded(session, fault),
        Stopping);

    public void WaitForEnd(Session session) => Run(
        session.Stick,
        async () =>
        {
            await timers.SessionEndedAsync(session.Stick.BusId, session.DeviceNumber, session.Carrier, Stopping);
            return new ExportMessage.SessionEnded(session, null);
        },
        fault => new ExportMessage.SessionEnded(session, fault),
        Stopping);

    public void WaitForTty(ExportedStick stick, SysfsUsbDevice device) => Wait(stick, token => timers.TtyClosedAsync(device, token));

    public void Wait(ExportedStick stick, TimeSpan time) => Wait(stick, token => timers.PassAsync(time, token));

    /// <summary>Unplugging gave it back already.</summary>
    public void ForgetClaim(ExportedStick stick)
    {
        if (ledger.Remove(stick.BusId)) background.Run(stick.BusId, ledger.SaveAsync);
    }

    private Task SaveAuthorizedAsync(ExportedStick stick)
    {
        ledger.SetDeauthorized(stick.BusId, false);
        return ledger.SaveAsync();
    }

    // One wait per stick: a newer reason to look again replaces the older one.
    private void Wait(ExportedStick stick, Func<CancellationToken, Task> wait)
    {
        stick.EndWait();
        var cancel = CancellationTokenSource.CreateLinkedTokenSource(Stopping);
        CancellationToken token = cancel.Token;
        stick.Wait = cancel;
        Run(
            stick,
            async () =>
            {
                await wait(token);
                return new ExportMessage.WokenUp(stick, cancel, null);
            },
            fault => new ExportMessage.WokenUp(stick, cancel, fault),
            token);
    }

    private void Begin(ExportedStick stick, Func<Task<ExportMessage>> work)
    {
        stick.IsBusy = true;
        Run(stick, async () => await work(), fault => new ExportMessage.WorkFaulted(stick, fault), Stopping);
    }

    private void Run(
        ExportedStick stick, Func<Task<ExportMessage?>> work, Func<Exception, ExportMessage> faulted,
        CancellationToken cancellationToken) =>
        background.Run(stick.BusId, async () =>
        {
            ExportMessage? message;
            try
            {
                message = await work();
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Not lost: it is said, and counts as this stick's failure.
            catch (Exception e)
#pragma warning restore CA1031
            {
                message = faulted(e);
            }
            if (message is not null) await post(message, cancellationToken);
        });
}
