using Longwire.Attach.Memory;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Vhci;
using Microsoft.Extensions.Logging;

namespace Longwire.Attach.Ports;

/// <summary>
/// Frees what an earlier life of ours left on vhci: with TCP an attachment survives the death of its process, and nobody would hold its
/// other end to account. A port is freed only if all that was recorded of it still matches.
/// </summary>
internal static class StalePorts
{
    public static async Task<AttachMemory> FreeAsync(
        AttachKernel kernel, AttachMemory memory, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        foreach (RadioMemory radio in memory.Radios)
        {
            if (radio.Attached is not { } record) continue;
            // Ports do not survive a boot; then there is nothing of ours, whatever stands there now.
            if (record.BootId == kernel.BootId && kernel.Vhci.IsPresent)
            {
                await LetEnumerateAsync(kernel, record, time, cancellationToken);
                Free(kernel, radio, record, logger);
            }
            memory = memory.With(radio with { Attached = null });
        }
        return memory;
    }

    // A port at 005 does not show whose it is. Another's that lives leaves that state in a moment, and then its device tells; one
    // that stays holds the hub's lock, and everybody is better off without it.
    private static async Task LetEnumerateAsync(
        AttachKernel kernel, AttachRecord record, TimeProvider time, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        while (IsEnumerating(kernel, record.Port) && time.GetElapsedTime(start) < AttachTimers.Enumerate)
            await Task.Delay(AttachTimers.PortReuseStep, time, cancellationToken);
    }

    private static bool IsEnumerating(AttachKernel kernel, int port)
    {
        try
        {
            return kernel.Vhci.ReadPort(port) is { State: VhciPortState.NotAssigned };
        }
        catch (FormatException)
        {
            // Said when it is to be freed.
            return false;
        }
    }

    private static void Free(AttachKernel kernel, RadioMemory radio, AttachRecord record, ILogger logger)
    {
        BusId? local = BusId.TryParseKernelName(record.LocalBusId, out BusId busId) ? busId : null;
        var attachment = new VhciAttachment(record.Port, record.DevId, (UsbSpeed)record.Speed, local, record.LocalDeviceNumber);
        try
        {
            bool wasTaken = kernel.Vhci.ReadPort(record.Port) is { State: not VhciPortState.Null };
            if (!kernel.Vhci.DetachIfStill(attachment)) AttachLog.PortNotOurs(logger, record.Port);
            else if (wasTaken) AttachLog.StalePortFreed(logger, record.Port, radio.Id);
        }
        catch (Exception e) when (e is IOException or FormatException)
        {
            AttachLog.DetachFailed(logger, record.Port, e.Message);
        }
    }
}
