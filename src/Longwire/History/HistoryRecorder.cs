using System.Threading.Channels;
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
    HistoryBook book, StateFeed feed, ChannelReader<RadioEvent> events, string dataFolder, TimeProvider time,
    ILogger<HistoryRecorder> logger) : BackgroundService
{
    public const string FileName = "history.bin";

    public static readonly TimeSpan Look = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan Save = TimeSpan.FromMinutes(10);

    /// <summary>So far back a clock may be put, and loses what was measured since; beyond, it is not believed for so long.</summary>
    private static readonly TimeSpan s_clockMayBeBehind = TimeSpan.FromMinutes(5);
    public static readonly TimeSpan ClockIsBelieved = TimeSpan.FromMinutes(30);

    /// <summary>More than it may be: what is longer is none of ours.</summary>
    private const int LongestFile = 8 * 1024 * 1024;

    private readonly string _path = Path.Combine(dataFolder, FileName);
    private long? _behindSince;
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
                Snapshot before = seen;
                seen = await NextAsync(before, stoppingToken);
                book.ForgetThoseGone(before, seen);
                Add(seen);
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
#pragma warning disable CA1031 // The past is worth no radio: whatever is the matter with it, this service does not end by it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            HistoryLog.NotUnderstood(logger, _path, e.Message);
        }
    }

    // A machine without a battery starts in the past, until NTP comes: what was measured is not thrown away for that.
    private void Add(Snapshot seen)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (book.Newest - now > s_clockMayBeBehind)
        {
            _behindSince ??= time.GetTimestamp();
            if (time.GetElapsedTime(_behindSince.Value) < ClockIsBelieved) return;
        }
        _behindSince = null;
        book.Add(seen, now);
        while (events.TryRead(out RadioEvent? happened)) book.Add(happened);
    }

    // Said once: nothing but the past is lost, and not before the next start.
    private void Store()
    {
        try
        {
            DurableFile.Replace(_path, book.Write());
            _failing = false;
        }
#pragma warning disable CA1031 // See there.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (!_failing) HistoryLog.NotWritten(logger, _path, e.Message);
            _failing = true;
        }
    }
}
