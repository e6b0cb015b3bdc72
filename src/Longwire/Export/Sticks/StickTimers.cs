using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.UsbipHost;

namespace Longwire.Export.Sticks;

/// <summary>What the reconciler waits for beside itself, event-driven where the kernel has an event.</summary>
internal sealed class StickTimers(SysfsRoot root, UsbipHostDriver driver, DescriptorEvents events, TimeProvider time)
{
    public Task PassAsync(TimeSpan span, CancellationToken cancellationToken) => Task.Delay(span, time, cancellationToken);

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
        Task ended = await Task.WhenAny(look, closed);
        // No watch left in the kernel: the timed look is enough.
        if (ended.IsFaulted) await look.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first.CancelAsync();
        await Task.WhenAll(look, closed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>
    /// Until the session has ended and the kernel has finished with the stick. usbip-host has no event for it: usbip_status changes without
    /// a notification and without a uevent (drivers/usb/usbip/stub_dev.c). What tells is the carrier: whatever ends a session shuts its
    /// connection down. Only from then on, and for a session that has no carrier because it is not of our making, is usbip_status read
    /// again and again: soon while the end is near, else ever more rarely. A stick that was plugged in at the same place meanwhile has
    /// sessions of its own, which are no business of this wait.
    /// </summary>
    /// <param name="deviceNumber">Of the stick that is served.</param>
    public async Task SessionEndedAsync(BusId busId, uint deviceNumber, ISessionCarrier? carrier, CancellationToken cancellationToken)
    {
        if (carrier is not null) await carrier.Ended.WaitAsync(cancellationToken);
        long ended = time.GetTimestamp();
        bool mayCut = carrier is not null;
        TimeSpan step = ExportTimers.SessionStep;
        while (driver.Status(busId) == UsbipHostStatus.InUse && IsThere(busId, deviceNumber))
        {
            if (mayCut && time.GetElapsedTime(ended) > ExportTimers.SessionEnds)
            {
                driver.Cut(busId);
                mayCut = false;
            }
            await Task.Delay(step, time, cancellationToken);
            if (!mayCut && step < ExportTimers.SessionLook) step = Shorter(step * 2, ExportTimers.SessionLook);
        }
    }

    // 0 in the middle of a reset.
    private bool IsThere(BusId busId, uint deviceNumber) =>
        UsbDevices.ReadDeviceNumber(root, busId) is { } number && (number == 0 || number == deviceNumber);

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

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
