using Longwire.State;
using Microsoft.Extensions.Hosting;

namespace Longwire.DependentApps;

/// <summary>Says that <c>restart_apps</c> is of no use where there is no Supervisor to ask: it would be waited for in vain.</summary>
internal sealed class NoSupervisorProblem(StateFeed feed, IBridgeProblems problems) : BackgroundService
{
    public const string Problem =
        "restart_apps in the options has no effect here, because there is no Home Assistant Supervisor. Let an automation or the "
            + "container's own restart policy do it, and take restart_apps out.";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            Snapshot snapshot = feed.Current;
            bool said = false;
            while (true)
            {
                bool named = snapshot.Radios.Any(radio => !radio.RestartApps.IsEmpty);
                if (named != said) problems.Report("restart_apps", named ? Problem : null);
                said = named;
                snapshot = await feed.WaitForChangeAsync(snapshot, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Told to stop.
        }
    }
}
