using Longwire.Platform;
using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.Vhci;

namespace Longwire.Attach.Ports;

/// <summary>The life of an attached radio, until its device or one of its ttys goes.</summary>
internal sealed class AttachedDeviceWatch(
    AttachmentReports reports, AttachmentContext around, AsyncAutoResetEvent kernelChanged, ICarrier carrier, VhciAttachment attached,
    SysfsUsbDevice device)
{
    private readonly string[] _ttys = [.. device.Ttys];
    private readonly SerialNames _names = new(around.Kernel.Root, around.Serials, [.. device.Ttys], around.Time);
    private CarrierHold? _told;
    private int _toldReseats = carrier.Reseats;
    private readonly UrbStorm _storm = new(around.Time, device);

    /// <summary>Waits for the names of its ttys, and tells that it is up: whoever acts on that opens them.</summary>
    /// <returns>How it was lost before that; null if it was not.</returns>
    public async Task<AttachOutcome.Lost?> UntilNamedAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (WhatIsLost() is { } lost) return lost;
            if (await TellNamesAsync(cancellation)) break;
            await kernelChanged.WaitAsync(AttachTimers.SerialLinksStep, cancellation);
        }
        carrier.MayHold();
        await reports.CameUpAsync(_ttys.Length);
        return null;
    }

    public async Task<AttachOutcome.Lost> UntilLostAsync(CancellationToken cancellation)
    {
        await MeasureAsync();
        long beat = around.Time.GetTimestamp();
        while (true)
        {
            if (WhatIsLost() is { } lost) return lost;
            await TellHoldAsync();
            await TellNamesAsync(cancellation);
            TimeSpan untilBeat = AttachTimers.Heartbeat - around.Time.GetElapsedTime(beat);
            if (untilBeat <= TimeSpan.Zero)
            {
                beat = around.Time.GetTimestamp();
                await MeasureAsync();
                continue;
            }
            await kernelChanged.WaitAsync(_names.Doubtful ? AttachTimers.SerialLinksStep : untilBeat, cancellation);
        }
    }

    private AttachOutcome.Lost? WhatIsLost()
    {
        SysfsUsbDevice? now = UsbDevices.TryRead(around.Kernel.Root, device.BusId);
        bool there = now is not null && (now.IsBeingReset || now.DeviceNumber == device.DeviceNumber);
        if (there && around.Kernel.Vhci.ReadPort(attached.Port) is { State: VhciPortState.Used } && _ttys.All(now!.Ttys.Contains))
        {
            return null;
        }
        if (carrier.ReadEnd() is { } end)
        {
            return new AttachOutcome.Lost(end.Reason, PiSilent: end.Cause == CarrierEndCause.PeerSilent)
            {
                PiClosed = end.Cause == CarrierEndCause.Closed,
            };
        }
        return new AttachOutcome.Lost(there ? "its serial port went away" : "the kernel removed the device", PiSilent: false);
    }

    private async Task TellHoldAsync()
    {
        // In this order: a session that has taken the place of another one is counted before it is said to be there.
        CarrierHold? hold = carrier.ReadHold();
        int reseats = carrier.Reseats;
        // A hold that began and ended between two looks has left another session behind.
        if (hold == _told && reseats == _toldReseats) return;
        (_told, _toldReseats) = (hold, reseats);
        await reports.HoldChangedAsync(hold, carrier, reseats);
    }

    private async Task MeasureAsync()
    {
        CarrierFigures figures = carrier.ReadFigures();
        await reports.MeasuredAsync(figures, _storm.Look(figures.Received));
    }

    private async Task<bool> TellNamesAsync(CancellationToken cancellation)
    {
        if (await _names.LookAsync(cancellation) is not { } names) return false;
        await reports.SerialPathsFoundAsync(names);
        return true;
    }
}
