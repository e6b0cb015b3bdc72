using Longwire.Export.Sticks;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.UsbipHost;

namespace Longwire.Export.Reconciling;

/// <summary>What clients ask for, and the end of what they got.</summary>
internal sealed class SessionChanges(
    ExportState state, StickOperations operations, StickTasks tasks, ErrorStates errorStates, StickFailures failures)
{
    public void Asked(PendingImport import)
    {
        // Who has stopped waiting must not cost another host what is kept for it.
        if (import.IsAbandoned) return;
        ExportedStick? stick = state.Find(import.BusId);
        switch (stick?.State)
        {
            case StickState.Offered:
                Serve(stick, import);
                break;
            case StickState.New when !MayWait(stick) || stick is { WasLookedAt: true, Identity: null }:
                // Nobody has it yet, and nobody may ever; of what cannot be read nobody knows when.
                import.Refuse(UsbIpStatus.NoSuchDevice);
                break;
            case StickState.Binding or StickState.InUse when !MayWait(stick):
                import.Refuse(UsbIpStatus.DeviceBusy);
                break;
            case StickState.InUse when !(stick.Session?.Carrier is { } other && import.Carrier.TryTakeFrom(other)):
                import.Refuse(UsbIpStatus.DeviceBusy);
                break;
            case StickState.New or StickState.Binding or StickState.InUse:
                stick.WaitingClient = import;
                break;
            case StickState.Failed:
                // It has a back-off of its own, which no host may shorten: what is tried with it resets it.
                import.Refuse(UsbIpStatus.DeviceError);
                break;
            default:
                import.Refuse(UsbIpStatus.NoSuchDevice);
                break;
        }
    }

    /// <summary>Whoever is first in the channel gets it: the state changes here, before the next message is read.</summary>
    public void Serve(ExportedStick stick, PendingImport import)
    {
        // Let in when it was allowed, and has taken its time.
        if (!state.MayHave(import.Carrier.Client))
        {
            import.Refuse(UsbIpStatus.NoSuchDevice);
            return;
        }
        SysfsUsbDevice? device = operations.Read(stick.BusId);
        UsbipHostStatus status = operations.Status(stick.BusId);
        if (device is null
            || device.DeviceNumber != stick.Device?.DeviceNumber
            || status is UsbipHostStatus.NotBound or UsbipHostStatus.InUse)
        {
            // Our view is old; the news of it is on its way, or was lost.
            import.Refuse(status == UsbipHostStatus.InUse ? UsbIpStatus.DeviceBusy : UsbIpStatus.NoSuchDevice);
            stick.WantLook();
            return;
        }
        stick.Device = device;
        if (status == UsbipHostStatus.Error)
        {
            if (stick.IsBusy)
            {
                import.Refuse(UsbIpStatus.DeviceError);
                stick.WantLook();
                return;
            }
            stick.WaitingClient = import;
            errorStates.Found(stick, device);
            return;
        }
        HandToKernel(stick, device, import);
    }

    /// <summary>Somebody has it: a client of ours, or one that we find it with.</summary>
    public void Begin(Session session)
    {
        session.Stick.Session = session;
        session.Stick.State = StickState.InUse;
        ExportLog.Serving(state.About(session), session.Stick.Label, session.Client);
        tasks.WaitForEnd(session);
    }

    public void Ended(Session session, Exception? fault)
    {
        // Nobody waits for its end any more, so it may not go on.
        if (fault is not null) session.Carrier?.End();
        ExportLog.SessionEnded(state.About(session), session.Stick.Label, session.Client);
        if (!ReferenceEquals(session.Stick.Session, session)) return;
        session.Stick.Session = null;
        if (fault is null || !state.IsKnown(session.Stick)) session.Stick.WantLook();
        else failures.Fault(session.Stick, fault);
    }

    private static bool MayWait(ExportedStick stick) => stick.WaitingClient is null or { IsAbandoned: true };

    private void HandToKernel(ExportedStick stick, SysfsUsbDevice device, PendingImport import)
    {
        // What could not be described must not be handed over: the client would never know what it got.
        if (stick.Offer is not { } offer)
        {
            import.Refuse(UsbIpStatus.DeviceError);
            stick.WantLook();
            return;
        }
        if (!import.TryTake()) return;
        ISessionCarrier carrier = import.Carrier;
        try
        {
            operations.Serve(stick.BusId, carrier.KernelEnd);
        }
#pragma warning disable CA1031 // One client's connection that cannot be handed over is no other's problem, and not the stick's.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (e is KernelRefusedException) ExportLog.ServeRefused(state.About(stick), stick.Label, carrier.Client, e.Message);
            else ExportLog.ClientFault(state.About(stick), e, carrier.Client);
            import.Refuse(UsbIpStatus.DeviceError);
            stick.WantLook();
            return;
        }
        Begin(new Session(stick, device.DeviceNumber, carrier.Client, carrier));
        import.Accept(offer with { State = StickState.InUse });
    }
}
