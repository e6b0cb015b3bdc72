using Longwire.Platform;
using Longwire.State;
using Longwire.Supervisor;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Longwire.DependentApps;

/// <summary>
/// Follows the apps that the options name as consumers of radios. Reads snapshots and decides nothing about radios. Every loss shows
/// in them, however short: an attachment that came after it has another <see cref="RadioSnapshot.CameUpAt"/>.
/// </summary>
internal sealed class DependentAppsService(
    StateFeed feed,
    SupervisorClient supervisor,
    IBridgeProblems problems,
    AppsOfLastRun lastRun,
    TimeProvider time,
    Random random,
    ILogger<DependentAppsService> logger) : BackgroundService
{
    private readonly TransitionLog _log = new(logger, time);

    public override void Dispose()
    {
        _log.Dispose();
        base.Dispose();
    }

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

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        Snapshot snapshot = feed.Current;
        while (ReferenceEquals(snapshot, Snapshot.Empty)) snapshot = await feed.WaitForChangeAsync(snapshot, cancellationToken);

        var apps = DependentAppSet.Open(lastRun, snapshot, supervisor, problems, time, random, _log);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task writing = apps.WriteAsync(end.Token);
        try
        {
            while (true)
            {
                await apps.ApplyAsync(snapshot, end.Token);
                Task<Snapshot> next = feed.WaitForChangeAsync(snapshot, end.Token);
                await await Task.WhenAny([next, writing, .. apps.Tasks]);
                snapshot = await next;
            }
        }
        finally
        {
            await end.CancelAsync();
            await apps.EndAsync();
            await writing;
        }
    }
}
