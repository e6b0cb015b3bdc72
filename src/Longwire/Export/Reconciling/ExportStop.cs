using Longwire.Export.Sticks;
using Longwire.UsbIp.Errors;
using Microsoft.Extensions.Logging;

namespace Longwire.Export.Reconciling;

/// <summary>The end: every stick back to its own driver.</summary>
internal sealed class ExportStop(
    ExportState state, BackgroundWork background, StickRelease release, ExportLedger ledger, TimeProvider time, ILogger logger)
{
    /// <summary>The kernel still holds a write of ours.</summary>
    public bool HasLeftWork { get; private set; }

    /// <summary>Within the time that a container or a unit is given. What waits was told to end.</summary>
    public async Task RunAsync()
    {
        Task all = GiveAllBackAsync();
        try
        {
            await all.WaitAsync(ExportTimers.Stop, time);
        }
        catch (TimeoutException)
        {
            // The kernel holds a write of ours and cannot be hurried; the ledger keeps the stick for the next start.
            HasLeftWork = true;
            ExportLog.StopTookTooLong(logger, string.Join(", ", ledger.Entries.Select(entry => entry.BusId)));
        }
    }

    private async Task GiveAllBackAsync()
    {
        await background.WhenAllEnded();
        foreach (ExportedStick stick in state.Sticks) stick.RefuseWaitingClient(UsbIpStatus.NoSuchDevice);
        await Task.WhenAll(
        [
            .. ledger.Entries.Select(entry => Task.Run(() => release.GiveBackAsync(entry))),
            .. state.Sticks.Where(stick => stick.IsTakenOver).Select(stick => Task.Run(() => LeaveBoundAsync(stick))),
        ]);
        await ledger.SaveAsync();
    }

    private Task LeaveBoundAsync(ExportedStick stick) =>
        release.LeaveBoundAsync(stick.BusId, stick.Label, stick.Session is { Carrier: not null }, stick.SleptBefore);
}
