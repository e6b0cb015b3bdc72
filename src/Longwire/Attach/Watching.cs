using System.Net.Sockets;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.Vhci;

namespace Longwire.Attach;

/// <summary>The life of an attached radio, until its device or one of its ttys goes.</summary>
internal sealed class Watching(
    Attachment attachment, AttachmentSurroundings around, Pulse kernelChanged, Socket socket, VhciAttachment attached, SysfsUsbDevice device)
{
    private readonly string[] _ttys = [.. device.Ttys];
    private IReadOnlyList<string> _paths = [];

    public async Task<AttachOutcome.Lost> UntilLostAsync(CancellationToken cancellation)
    {
        await MeasureAsync();
        long start = around.Time.GetTimestamp(), beat = start;
        while (true)
        {
            if (WhatIsLost() is { } lost) return lost;
            bool complete = await FindPathsAsync(lastTry: around.Time.GetElapsedTime(start) >= AttachTimers.SerialLinks, cancellation);
            TimeSpan untilBeat = AttachTimers.Heartbeat - around.Time.GetElapsedTime(beat);
            if (untilBeat <= TimeSpan.Zero)
            {
                beat = around.Time.GetTimestamp();
                await MeasureAsync();
                continue;
            }
            await kernelChanged.WaitAsync(complete ? untilBeat : AttachTimers.SerialLinksStep, cancellation);
        }
    }

    private AttachOutcome.Lost? WhatIsLost()
    {
        SysfsUsbDevice? now = UsbDevices.TryRead(around.Kernel.Root, device.BusId);
        bool there = now is not null && (now.IsBeingReset || now.DeviceNumber == device.DeviceNumber);
        if (there && around.Kernel.Vhci.ReadPort(attached.Port) is { State: VhciPortState.Used } && _ttys.All(now!.Ttys.Contains)) return null;
        (bool silent, bool closed) = Connection();
        if (silent) return new AttachOutcome.Lost("the Pi stopped answering", PiSilent: true);
        if (closed) return new AttachOutcome.Lost("the Pi closed the connection: the stick was unplugged, or its export stopped", PiSilent: false) { PiClosed = true };
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
        await attachment.TellAsync(new AttachEvent.Measured(attachment, roundTrip));
    }

    private async Task<bool> FindPathsAsync(bool lastTry, CancellationToken cancellation)
    {
        SerialPaths found = await SerialPaths.FindAsync(around.Kernel.Root, around.Serials, _ttys, cancellation);
        if (!found.Paths.SequenceEqual(_paths))
        {
            _paths = found.Paths;
            await attachment.TellAsync(new AttachEvent.SerialPathsFound(attachment, found.Paths));
        }
        return found.Complete || lastTry;
    }
}
