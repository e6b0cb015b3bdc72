using Longwire.UsbIp.Usb;
using Microsoft.Extensions.Logging;

namespace Longwire.Export.Sticks;

/// <summary>
/// Lets go of sticks when nothing waits for it any more: at the stop, and of what somebody else had bound. Never throws: what goes wrong
/// with one is said, and the others are let go of all the same.
/// </summary>
internal sealed class StickRelease(StickOperations operations, ExportLedger ledger, ILogger logger)
{
    /// <summary>Back to its own driver, and out of the ledger.</summary>
    public async Task GiveBackAsync(LedgerEntry entry)
    {
        try
        {
            var busId = BusId.Parse(entry.BusId);
            await operations.GiveBackAsync(busId, entry.MaySleep, entry.Deauthorized, CancellationToken.None);
            ExportLog.GivenBack(logger, entry.BusId);
            ledger.Remove(busId);
        }
#pragma warning disable CA1031 // Said with its remedy; the other sticks are given back all the same.
        catch (Exception e)
#pragma warning restore CA1031
        {
            ExportLog.NotGivenBack(logger, entry.BusId, e.Message);
        }
    }

    /// <summary>As it was found: bound, and free if it was we who served it.</summary>
    /// <param name="label">For the log.</param>
    public async Task LeaveBoundAsync(BusId busId, string label, bool cut, bool maySleep)
    {
        try
        {
            await operations.LeaveBoundAsync(busId, cut, maySleep, CancellationToken.None);
            ExportLog.LeftBound(logger, label);
        }
#pragma warning disable CA1031 // Said with its remedy; the other sticks are let go of all the same.
        catch (Exception e)
#pragma warning restore CA1031
        {
            ExportLog.NotGivenBack(logger, busId.ToString(), e.Message);
        }
    }
}
