using Longwire.Health;
using Longwire.Supervisor;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Longwire.Consumers;

/// <summary>
/// Follows the apps that the options name as consumers of radios. Reads snapshots and decides nothing about radios. Every loss shows
/// in them, however short: an attachment that came after it has another <see cref="RadioSnapshot.Since"/>.
/// </summary>
internal sealed class ConsumerService(
    StateFeed feed,
    SupervisorClient supervisor,
    IBridgeProblems problems,
    string dataFolder,
    HostBoot boot,
    TimeProvider time,
    Random random,
    ILogger<ConsumerService> logger) : BackgroundService
{
    private readonly Dictionary<string, Running> _running = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await RunAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Told to stop.
        }
    }

    /// <summary>Until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Snapshot snapshot = feed.Current;
        while (ReferenceEquals(snapshot, Snapshot.Empty)) snapshot = await feed.WaitForChangeAsync(snapshot, cancellationToken);

        var file = new ConsumersFile(dataFolder);
        ConsumersMemory? remembered = file.Load(out string? problem);
        problems.Report("consumers file", problem);
        bool booted = boot.IsNewSince(remembered?.BootId);
        remembered = (remembered ?? new ConsumersMemory()) with { BootId = boot.Id };
        if (booted) remembered = remembered with { Apps = [.. remembered.Apps.Select(app => app with { StartAtBoot = true })] };
        // What left the options while we were away.
        remembered = remembered with { Apps = [.. remembered.Apps.Where(app => AppView.Of(snapshot).ContainsKey(app.Slug))] };
        var store = new ConsumersStore(file, remembered, time, logger, sentence => problems.Report("consumers memory", sentence));
        var around = new ConsumerSurroundings(supervisor, store, problems, time, random, logger);

        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task writing = store.RunAsync(end.Token);
        try
        {
            while (true)
            {
                Dictionary<string, AppView> apps = AppView.Of(snapshot);
                foreach (string gone in _running.Keys.Except(apps.Keys).ToList()) await ForgetAsync(gone, store, cancellationToken);
                foreach ((string slug, AppView view) in apps)
                {
                    if (_running.TryGetValue(slug, out Running? known)) known.Consumer.See(view);
                    else _running.Add(slug, Follow(view, store.Find(slug) ?? new ConsumerMemory { Slug = slug, StartAtBoot = booted }, around, end.Token));
                }
                // The next app to be named is named by a person, long after the boot.
                booted = false;
                Task<Snapshot> next = feed.WaitForChangeAsync(snapshot, end.Token);
                Task first = await Task.WhenAny([next, writing, .. _running.Values.Select(running => running.Task)]);
                // None of these ends before it is told to, other than by a fault.
                await first;
                snapshot = await next;
            }
        }
        finally
        {
            await end.CancelAsync();
            foreach (Running running in _running.Values) await running.EndAsync();
            await writing;
        }
    }

    private static Running Follow(AppView view, ConsumerMemory memory, ConsumerSurroundings around, CancellationToken cancellationToken)
    {
#pragma warning disable CA2000 // Disposed where the task is awaited.
        var cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
#pragma warning restore CA2000
        around.Store.Put(memory);
        var consumer = new Consumer(view, memory, around);
        return new Running(consumer, consumer.RunAsync(cancel.Token), cancel);
    }

    private async Task ForgetAsync(string slug, ConsumersStore store, CancellationToken cancellationToken)
    {
        if (_running.Remove(slug, out Running? running)) await running.EndAsync();
        cancellationToken.ThrowIfCancellationRequested();
        store.Forget(slug);
        problems.Report($"consumer {slug}", null);
    }

    private sealed record Running(Consumer Consumer, Task Task, CancellationTokenSource Cancel)
    {
        public async Task EndAsync()
        {
            await Cancel.CancelAsync();
            await Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            Cancel.Dispose();
        }
    }
}
