using Longwire.Attach.Memory;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Vhci;
using Microsoft.Extensions.Logging;

namespace Longwire.Attach.Kernel;

/// <summary>
/// Frees what an earlier life of ours left on vhci: with TCP an attachment survives the death of its process, and nobody would hold its
/// other end to account. A port is freed only if all that was recorded of it still matches.
/// </summary>
internal static class StalePorts
{
    public static AttachMemory Free(AttachKernel kernel, AttachMemory memory, ILogger logger)
    {
        foreach (RadioMemory radio in memory.Radios)
        {
            if (radio.Attached is not { } record) continue;
            // Ports do not survive a boot; then there is nothing of ours, whatever stands there now.
            if (record.BootId == kernel.BootId && kernel.Vhci.IsPresent) Free(kernel, radio, record, logger);
            memory = memory.With(radio with { Attached = null });
        }
        return memory;
    }

    private static void Free(AttachKernel kernel, RadioMemory radio, AttachRecord record, ILogger logger)
    {
        BusId? local = BusId.TryParse(record.LocalBusId, out BusId busId) ? busId : null;
        var attachment = new VhciAttachment(record.Port, record.DevId, (UsbSpeed)record.Speed, local, record.LocalDeviceNumber);
        try
        {
            bool wasTaken = kernel.Vhci.ReadPort(record.Port) is { State: not VhciPortState.Null };
            if (!kernel.Vhci.DetachIfStill(attachment)) Log.PortNotOurs(logger, record.Port);
            else if (wasTaken) Log.StalePortFreed(logger, record.Port, radio.Id);
        }
        catch (Exception e) when (e is IOException or FormatException)
        {
            Log.DetachFailed(logger, record.Port, e.Message);
        }
    }
}
