using Longwire.Export.Reconciling;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.UsbipHost;

namespace Longwire.Export.Sticks;

/// <summary>What the reconciler waits for beside itself, event-driven where the kernel has an event.</summary>
internal sealed class StickTimers(SysfsRoot root, UsbipHostDriver driver, DescriptorEvents events, TimeProvider time)
{
    /// <summary>
    /// Until a tty of the device was closed, or it is time to look again: the closing of another node of the same tty, in a container's own
    /// /dev, makes no event here.
    /// </summary>
    public async Task TtyClosedAsync(SysfsUsbDevice device, CancellationToken cancellationToken)
    {
        using FileCloseWatch? watch = TryWatch(device);
        // Closed before the watch stood: nobody would tell.
        if (OpenDevices.HoldersOf(root, device.Ttys).IsEmpty) return;
        using var first = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task look = Task.Delay(ExportTimers.TtyLook, time, first.Token);
        Task closed = watch?.WaitAsync(events, first.Token) ?? look;
        await Task.WhenAny(look, closed);
        await first.CancelAsync();
        await Task.WhenAll(look, closed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>
    /// Until the session has ended and the kernel has finished with the stick. usbip-host has no event for it (usbip_status is not
    /// notified). What tells is our copy of the connection: whatever ends a session shuts the connection down. Only from then on, and for a
    /// session of which we have no copy because our former life began it, is usbip_status read again and again. A stick that was plugged in
    /// at the same place meanwhile has sessions of its own, which are no business of this wait.
    /// </summary>
    public async Task SessionEndedAsync(Session session, CancellationToken cancellationToken)
    {
        if (session.Connection is { } connection) await events.WaitForHangUpAsync(connection.SafeHandle, cancellationToken);
        long hungUp = time.GetTimestamp();
        bool mayCut = session.Connection is not null;
        while (IsThere(session) && driver.Status(session.Stick.BusId) == UsbipHostStatus.InUse)
        {
            if (mayCut && time.GetElapsedTime(hungUp) > ExportTimers.SessionEnds)
            {
                driver.Cut(session.Stick.BusId);
                mayCut = false;
            }
            await Task.Delay(ExportTimers.SessionStep, time, cancellationToken);
        }
    }

    private bool IsThere(Session session) =>
        UsbDevices.TryRead(root, session.Stick.BusId) is { } device && (device.IsBeingReset || device.DeviceNumber == session.DeviceNumber);

    private FileCloseWatch? TryWatch(SysfsUsbDevice device)
    {
        try
        {
            return FileCloseWatch.Open(device.Ttys.Select(tty => Path.Combine(root.Dev, tty)));
        }
        catch (KernelRefusedException)
        {
            // No inotify instance left: the timed look is enough.
            return null;
        }
    }
}
