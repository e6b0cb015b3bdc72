using Longwire.Attach.Identity;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.Attach.Carriers;

/// <summary>
/// Has a stick of a stock Pi again, for the port that it had: asks until it is given, and lets nothing through that is not the same
/// stick, in the same place, plugged in all the time.
/// </summary>
/// <param name="import">Connects, from the local port of the lost connection, and imports.</param>
internal sealed class StockReseat(Func<CarrierMemory, CancellationToken, Task<StockCarrier>> import, TimeProvider time)
{
    /// <param name="lost">The connection that ended.</param>
    /// <param name="identity">What the stick said before the kernel met it.</param>
    /// <param name="configuration">What every stick is to be told before it is used.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A connection that is ready to carry; else why it never will be, null if the time was over.</returns>
    public async Task<(StockCarrier? Next, string? Why)> AskAsync(
        StockCarrier lost, DeviceIdentity identity, IReadOnlyList<SetupPacket> configuration, CancellationToken cancellationToken)
    {
        long? gone = null;
        try
        {
            while (true)
            {
                (StockCarrier? next, bool isGone) = await TryImportAsync(lost.Memory, cancellationToken);
                gone = isGone ? gone ?? time.GetTimestamp() : null;
                if (gone is { } since && time.GetElapsedTime(since) >= AttachTimers.ReseatGone)
                    return (null, "the Pi says that it has no such stick any more");
                if (next is not null)
                {
                    string? other = "";
                    try
                    {
                        other = await DifferenceAsync(next, lost.Device, identity, configuration, cancellationToken);
                        if (other is null) return (next, null);
                    }
                    finally
                    {
                        if (other is not null) await next.DisposeAsync();
                    }
                    if (other.Length > 0) return (null, other);
                }
                await Task.Delay(AttachTimers.Reseat, time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return (null, null);
        }
    }

    // Not given yet: in use by the dead connection, being reset, or there is nobody to ask.
    private async Task<(StockCarrier? Next, bool IsGone)> TryImportAsync(CarrierMemory last, CancellationToken cancellationToken)
    {
        try
        {
            return (await import(last, cancellationToken), false);
        }
        catch (CarrierException e)
        {
            return (null, e.Outcome is AttachOutcome.NotGiven { Status: UsbIpStatus.NoSuchDevice });
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            return (null, false);
        }
    }

    /// <returns>Null: it is the same. Empty: it did not say, and may be asked again.</returns>
    private static async Task<string?> DifferenceAsync(
        StockCarrier next, ExportedDevice before, DeviceIdentity identity, IReadOnlyList<SetupPacket> configuration,
        CancellationToken cancellationToken)
    {
        // A new number is a new life on the bus: the stick was pulled, and had no power.
        if (next.Device.DevId != before.DevId || next.Device.Path != before.Path) return "the stick was plugged in anew";
        try
        {
            DeviceIdentity now = await next.ReadIdentityAsync(cancellationToken);
            // A serial that was read before and is not now may be another's.
            if (now.Unread.HasFlag(DeviceTexts.Serial) && !identity.Unread.HasFlag(DeviceTexts.Serial)) return "";
            if (IdentityComparison.Difference(identity, now) is { } difference) return $"another stick is there now: {difference}";
            await next.Connection.ConfigureAsync(next.Device, configuration, cancellationToken);
            return null;
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            return "";
        }
    }
}
