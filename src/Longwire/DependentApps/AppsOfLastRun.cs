using Longwire.State;

namespace Longwire.DependentApps;

/// <summary>What our last run left in the data folder about the apps, and whether the host has booted since.</summary>
internal sealed class AppsOfLastRun(string dataFolder, HostBoot boot)
{
    public DependentAppsFile File { get; } = new(dataFolder);

    /// <param name="first">Holds every radio there is: what is remembered of others is forgotten.</param>
    /// <param name="problem">A sentence for a person, or null.</param>
    public (DependentAppsMemory Memory, bool Booted) Read(Snapshot first, out string? problem)
    {
        DependentAppsMemory? memory = File.Load(out problem);
        bool booted = boot.IsNewSince(memory?.BootId);
        Dictionary<string, AppView> named = AppView.Of(first);
        IEnumerable<DependentAppMemory> apps = (memory?.Apps ?? []).Where(app => named.ContainsKey(app.Slug));
        var kept = new DependentAppsMemory
        {
            BootId = boot.Id,
            Apps = [.. apps.Select(app => booted ? app with { StartAtBoot = true } : app)],
        };
        return (kept, booted);
    }
}
