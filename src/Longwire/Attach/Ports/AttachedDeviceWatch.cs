using System.Net.Sockets;
using Longwire.Platform;
using Longwire.UsbIp.Net;
using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.Vhci;

namespace Longwire.Attach.Ports;

/// <summary>The life of an attached radio, until its device or one of its ttys goes.</summary>
internal sealed class AttachedDeviceWatch(
    IAttachment attachment, AttachmentContext around, AsyncAutoResetEvent kernelChanged, Socket socket, VhciAttachment attached,
    SysfsUsbDevice device)
{
    private readonly string[] _ttys = [.. device.Ttys];
    private readonly SerialNames _names = new(around.Kernel.Root, around.Serials, [.. device.Ttys], around.Time);

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
        await around.TellAsync(new AttachEvent.CameUp(attachment, _ttys.Length));
        return null;
    }

    public async Task<AttachOutcome.Lost> UntilLostAsync(CancellationToken cancellation)
    {
        await MeasureAsync();
        long beat = around.Time.GetTimestamp();
        while (true)
        {
            if (WhatIsLost() is { } lost) return lost;
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
        (bool silent, bool closed) = Connection();
        if (silent) return new AttachOutcome.Lost("the Pi stopped answering", PiSilent: true);
        if (closed)
        {
            return new AttachOutcome.Lost(
                "the Pi closed the connection: the stick was unplugged, or its export stopped", PiSilent: false) { PiClosed = true };
        }
        return new AttachOutcome.Lost(there ? "its serial port went away" : "the kernel removed the device", PiSilent: false);
    }

    // What ended the connection stays readable on our copy of the socket after the kernel let go of its own.
    private (bool Silent, bool Closed) Connection()
    {
        try
        {
            TcpInfo info = TcpInfo.Read(socket);
            return (info.State != TcpState.Established && info.LastAckReceived >= AttachTimers.Silence, info.State != TcpState.Established);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return (false, true);
        }
    }

    private async Task MeasureAsync()
    {
        TimeSpan? roundTrip = null;
        try
        {
            roundTrip = TcpInfo.Read(socket).RoundTripTime;
        }
        catch (SocketException)
        {
            // Being lost; that is found out by looking at the device.
        }
        await around.TellAsync(new AttachEvent.Measured(attachment, roundTrip));
    }

    private async Task<bool> TellNamesAsync(CancellationToken cancellation)
    {
        if (await _names.LookAsync(cancellation) is not { } names) return false;
        await around.TellAsync(new AttachEvent.SerialPathsFound(attachment, names.Paths) { Provisional = names.Provisional });
        return true;
    }
}
