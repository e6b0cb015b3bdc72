using Longwire.Export.Sticks;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;

namespace Longwire.Export.Reconciling;

/// <summary>The end: every stick back to its own driver.</summary>
internal sealed partial class ExportReconciler
{
    private async Task StopAsync()
    {
        _messages.Writer.TryComplete();
        Task all = GiveAllBackAsync();
        try
        {
            await all.WaitAsync(ExportTimers.Stop, _time);
        }
        catch (TimeoutException)
        {
            // The kernel holds a write of ours and cannot be hurried; the ledger keeps the stick for the next start.
            ExportLog.StopTookTooLong(_logger, string.Join(", ", _ledger.Entries.Select(entry => entry.BusId)));
        }
    }

    private async Task GiveAllBackAsync()
    {
        await _background.WhenAllEnded();
        foreach (ExportedStick stick in _sticks.Values) RefuseWaitingClient(stick, UsbIpStatus.NoSuchDevice);
        await Task.WhenAll(
            [.. _ledger.Entries.Select(entry => Task.Run(() => GiveBackAsync(entry))), .. _sticks.Values.Where(stick => stick.IsTakenOver)
                .Select(stick => Task.Run(() => LeaveAsync(stick, stick.Session is { Connection: not null }, stick.SleptBefore)))]);
        foreach (ExportedStick stick in _sticks.Values) stick.Session?.Connection?.Dispose();
        await _ledger.SaveAsync();
    }

    // As it was found: bound, and free if it was we who served it.
    private async Task LeaveAsync(ExportedStick stick, bool cut, bool maySleep)
    {
        try
        {
            await _work.LeaveBoundAsync(stick.BusId, cut, maySleep, _time, CancellationToken.None);
            ExportLog.LeftBound(_logger, stick);
        }
        catch (IOException e)
        {
            ExportLog.NotGivenBack(_logger, stick.BusId.ToString(), e.Message);
        }
    }

    private async Task GiveBackAsync(LedgerEntry entry)
    {
        var busId = BusId.Parse(entry.BusId);
        try
        {
            await _work.GiveBackAsync(busId, entry.MaySleep, _time, CancellationToken.None);
            ExportLog.GivenBack(_logger, entry.BusId);
            _ledger.Remove(busId);
        }
        catch (IOException e)
        {
            ExportLog.NotGivenBack(_logger, entry.BusId, e.Message);
        }
    }
}
