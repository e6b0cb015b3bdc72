using Longwire.Platform;
using Longwire.State;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Longwire.History;

/// <summary>
/// Writes down how each radio is, whenever that changes and every ten seconds, and has it on the disk every ten minutes and at the stop: a
/// card wears out by writing.
/// </summary>
internal sealed class HistoryRecorder(
    HistoryBook book, StateFeed feed, string dataFolder, TimeProvider time, ILogger<HistoryRecorder> logger) : BackgroundService
{
    public const string FileName = "history.bin";

    public static readonly TimeSpan Look = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan Save = TimeSpan.FromMinutes(10);

    /// <summary>Far more than it may be: what is longer is none of ours.</summary>
    private const int LongestFile = 8 * 1024 * 1024;

    private readonly string _path = Path.Combine(dataFolder, FileName);
    private bool _failing;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Beside the start of the others, which nobody should wait with for this.
        await Task.Yield();
        Load();
        long saved = time.GetTimestamp();
        Snapshot seen = Snapshot.Empty;
        try
        {
            while (true)
            {
                seen = await NextAsync(seen, stoppingToken);
                book.Add(seen, time.GetUtcNow());
                if (time.GetElapsedTime(saved) < Save) continue;
                saved = time.GetTimestamp();
                Store();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            Store();
        }
    }

    private async Task<Snapshot> NextAsync(Snapshot seen, CancellationToken stoppingToken)
    {
        using var look = new Deadline(Look, time, stoppingToken);
        try
        {
            return await feed.WaitForChangeAsync(seen, look.Token);
        }
        catch (OperationCanceledException) when (look.Passed && !stoppingToken.IsCancellationRequested)
        {
            return seen;
        }
    }

    private void Load()
    {
        try
        {
            var file = new FileInfo(_path);
            if (!file.Exists) return;
            string? fault = file.Length > LongestFile ? "it is too long" : book.Read(File.ReadAllBytes(_path));
            if (fault is not null) HistoryLog.NotUnderstood(logger, _path, fault);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            HistoryLog.NotUnderstood(logger, _path, e.Message);
        }
    }

    // Said once: nothing but the past is lost, and not before the next start.
    private void Store()
    {
        try
        {
            DurableFile.Replace(_path, book.Write());
            _failing = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!_failing) HistoryLog.NotWritten(logger, _path, e.Message);
            _failing = true;
        }
    }
}
