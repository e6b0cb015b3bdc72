using Longwire.UsbIp.Errors;

namespace Longwire.Export.Reconciling;

/// <summary>What could not be done with a stick: said once, and tried again with growing pauses. No other stick is touched.</summary>
internal sealed class StickFailures(ExportState state, StickTasks tasks)
{
    /// <param name="reason">For a person: the kernel's word, or the remedy.</param>
    /// <param name="pause">Until it is tried again; null: by the stick's back-off.</param>
    public void Fail(ExportedStick stick, string reason, TimeSpan? pause = null)
    {
        if (stick.SaidFailure != reason) ExportLog.Refused(state.About(stick), stick.Label, reason);
        Pause(stick, reason, pause ?? stick.Retries.Next());
    }

    /// <summary>Nobody foresaw this, so it is ours to mend; until then it is this stick's problem alone.</summary>
    public void Fault(ExportedStick stick, Exception fault)
    {
        string reason = $"{fault.GetType().Name}: {fault.Message}";
        if (stick.SaidFailure != reason) ExportLog.StickFault(state.About(stick), fault, stick.Label);
        Pause(stick, reason, stick.Retries.Next());
    }

    private void Pause(ExportedStick stick, string reason, TimeSpan pause)
    {
        stick.SaidFailure = reason;
        stick.RefuseWaitingClient(UsbIpStatus.DeviceError);
        // Whoever is being served is served on.
        if (stick.Session is null) stick.State = StickState.Failed;
        stick.WaitsToRetry = true;
        tasks.Wait(stick, pause);
    }
}
