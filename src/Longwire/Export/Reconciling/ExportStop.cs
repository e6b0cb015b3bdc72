using Longwire.Export.Sticks;
using Longwire.Link.Wire;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;
using Microsoft.Extensions.Logging;

namespace Longwire.Export.Reconciling;

/// <summary>
/// The end: every stick back to its own driver, each by itself. What the kernel holds up for one stick costs that one alone.
/// </summary>
internal sealed class ExportStop(
    ExportState state, BackgroundWork background, StickRelease release, ExportLedger ledger, TimeProvider time, ILogger logger)
{
    /// <summary>The kernel still holds a call of ours.</summary>
    public bool HasLeftWork { get; private set; }

    /// <summary>Within the time that a container or a unit is given. What waits was told to end.</summary>
    public async Task RunAsync()
    {
        foreach (ExportedStick stick in state.Sticks)
        {
            stick.RefuseWaitingClient(UsbIpStatus.NoSuchDevice);
            stick.AnswerReset(ResetOutcome.NotServed);
        }
        (string BusId, Task Ends)[] sticks =
        [
            .. ledger.Entries.Select(entry => (entry.BusId, Task.Run(() => GiveBackAsync(entry)))),
            .. state.Sticks.Where(stick => stick.IsTakenOver)
                .Select(stick => (stick.BusId.ToString(), Task.Run(() => LeaveBoundAsync(stick)))),
        ];
        Task all = Task.WhenAll([background.WhenAllEnded(), .. sticks.Select(stick => stick.Ends)]);
        if (!await EndsAsync(all, ExportTimers.Stop))
        {
            HasLeftWork = true;
            string[] left = [.. sticks.Where(stick => !stick.Ends.IsCompleted).Select(stick => stick.BusId)];
            // The kernel holds a call of ours and cannot be hurried; the ledger keeps the stick for the next start.
            if (left.Length > 0) ExportLog.StopTookTooLong(logger, string.Join(", ", left));
        }
        // Those that were given back are out of it, whatever holds up the others.
        await EndsAsync(Task.Run(ledger.SaveAsync), ExportTimers.StopSave);
    }

    private async Task GiveBackAsync(LedgerEntry entry)
    {
        await background.WhenEnded(BusId.Parse(entry.BusId));
        await release.GiveBackAsync(entry);
    }

    private async Task LeaveBoundAsync(ExportedStick stick)
    {
        await background.WhenEnded(stick.BusId);
        await release.LeaveBoundAsync(stick.BusId, stick.Label, stick.Session is { Carrier: not null }, stick.SleptBefore);
    }

    private async Task<bool> EndsAsync(Task task, TimeSpan within)
    {
        try
        {
            await task.WaitAsync(within, time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
