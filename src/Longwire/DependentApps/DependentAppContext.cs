using Longwire.State;
using Longwire.Supervisor;
using Microsoft.Extensions.Logging;

namespace Longwire.DependentApps;

/// <summary>What every app's task works with.</summary>
internal sealed record DependentAppContext(
    AppControl Supervisor, DependentAppsStore Store, IBridgeProblems Problems, TimeProvider Time, Random Random, ILogger Logger)
{
    /// <summary>An app as it is at this moment, where a later answer says nothing any more.</summary>
    /// <returns>Null: it cannot be told in time.</returns>
    public async Task<AppInfo?> TryReadNowAsync(string slug, CancellationToken cancellationToken)
    {
        try
        {
            return await Supervisor.ReadAppAsync(slug, DependentAppTimers.LookAtLoss, cancellationToken);
        }
        catch (SupervisorException)
        {
            return null;
        }
    }
}
