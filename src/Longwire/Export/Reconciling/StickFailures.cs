using Longwire.UsbIp.Errors;

namespace Longwire.Export.Reconciling;

/// <summary>What could not be done with a stick: said once, and tried again with growing pauses. No other stick is touched.</summary>
internal sealed class StickFailures(ExportState state, StickTasks tasks)
{
    /// <param name="reason">For a person: the kernel's word, or the remedy.</param>
    public void Fail(ExportedStick stick, string reason)
    {
        if (stick.SaidFailure != reason) ExportLog.Refused(state.About(stick), stick.Label, reason);
        Pause(stick, reason);
    }

    /// <summary>Nobody foresaw this, so it is ours to mend; until then it is this stick's problem alone.</summary>
    public void Fault(ExportedStick stick, Exception fault)
    {
        string reason = $"{fault.GetType().Name}: {fault.Message}";
        if (stick.SaidFailure != reason) ExportLog.StickFault(state.About(stick), fault, stick.Label);
        Pause(stick, reason);
    }

    private void Pause(ExportedStick stick, string reason)
    {
        stick.SaidFailure = reason;
        stick.RefuseWaitingClient(UsbIpStatus.DeviceError);
        // Whoever is being served is served on.
        if (stick.Session is null) stick.State = StickState.Failed;
        stick.WaitsToRetry = true;
        tasks.Wait(stick, stick.Retries.Next());
    }
}
