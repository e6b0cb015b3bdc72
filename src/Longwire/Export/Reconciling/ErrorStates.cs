using Longwire.UsbIp.Sysfs;

namespace Longwire.Export.Reconciling;

/// <summary>Sticks that usbip-host can serve to nobody until they were unbound and bound again, which resets them.</summary>
internal sealed class ErrorStates(ExportState state, StickTasks tasks, StickFailures failures)
{
    private const string DoesNotLast = "it is in error state again soon after it was recovered: unplug it and plug it in again";

    /// <summary>Recovered now; one for which that does not last is the stick's failure, and who waits for it is told so.</summary>
    public void Found(ExportedStick stick, SysfsUsbDevice device)
    {
        TimeSpan pause = stick.Recoveries.PauseBeforeNext();
        if (pause > TimeSpan.Zero)
        {
            failures.Fail(stick, DoesNotLast, pause);
            return;
        }
        if (stick.SaidFailure is null) ExportLog.ErrorState(state.About(stick), stick.Label);
        stick.Recoveries.Begins();
        tasks.Recover(stick, device);
    }
}
