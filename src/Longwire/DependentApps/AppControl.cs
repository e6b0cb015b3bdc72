using Longwire.Supervisor;

namespace Longwire.DependentApps;

/// <summary>
/// What reads radios, as whoever restarts it sees it: the Supervisor's apps, and ZHA, which is part of Core. There a reload of what is set
/// up stands for a restart.
/// </summary>
internal sealed class AppControl(SupervisorClient supervisor)
{
    /// <summary>In <c>restart_apps</c>, and what Core calls it.</summary>
    public const string Zha = "zha";

    /// <exception cref="SupervisorException">Declined: there is no such app here.</exception>
    public Task<AppInfo> ReadAppAsync(string slug, TimeSpan within, CancellationToken cancellationToken) =>
        slug == Zha ? ReadZhaAsync(within, cancellationToken) : supervisor.ReadAppAsync(slug, within, cancellationToken);

    public async Task RestartAppAsync(string slug, TimeSpan within, CancellationToken cancellationToken)
    {
        if (slug != Zha)
        {
            await supervisor.RestartAppAsync(slug, within, cancellationToken);
            return;
        }
        foreach (ConfigEntry entry in await EntriesAsync(SupervisorTimers.Answer, cancellationToken))
        {
            if (IsEnabled(entry)) await supervisor.ReloadEntryAsync(entry.EntryId!, within, cancellationToken);
        }
    }

    /// <inheritdoc cref="SupervisorClient.IsBusyWithAsync"/>
    public async Task<bool> IsBusyWithAsync(string slug, CancellationToken cancellationToken) =>
        slug != Zha && await supervisor.IsBusyWithAsync(slug, cancellationToken);

    /// <inheritdoc cref="SupervisorClient.HasStartedAsync"/>
    public Task<bool> HasStartedAsync(CancellationToken cancellationToken) => supervisor.HasStartedAsync(cancellationToken);

    /// <inheritdoc cref="SupervisorClient.IsCoreUpAsync"/>
    public Task<bool> IsCoreUpAsync(CancellationToken cancellationToken) => supervisor.IsCoreUpAsync(cancellationToken);

    private async Task<AppInfo> ReadZhaAsync(TimeSpan within, CancellationToken cancellationToken)
    {
        IReadOnlyList<ConfigEntry> entries = await EntriesAsync(within, cancellationToken);
        ConfigEntry[] enabled = [.. entries.Where(IsEnabled)];
        string state = enabled switch
        {
            // Somebody does not want it to run.
            [] => "stopped",
            _ when enabled.All(entry => entry.State == "loaded") => "started",
            _ when enabled.Any(entry => entry.State is "setup_in_progress" or "unload_in_progress") => "startup",
            // Core tries it again by itself, with pauses that grow: it is to run, and a reload is sooner.
            _ when enabled.Any(entry => entry.State == AppInfo.Retried) => AppInfo.Retried,
            _ => "error",
        };
        return new AppInfo("ZHA", state, "auto", null);
    }

    private async Task<IReadOnlyList<ConfigEntry>> EntriesAsync(TimeSpan within, CancellationToken cancellationToken)
    {
        IReadOnlyList<ConfigEntry> entries = await supervisor.ReadEntriesAsync(Zha, within, cancellationToken);
        ConfigEntry[] set = [.. entries.Where(entry => entry.Source != "ignore")];
        return set.Length > 0
            ? set
            : throw new SupervisorException(SupervisorFailure.Declined, "ZHA is not set up in Home Assistant");
    }

    private static bool IsEnabled(ConfigEntry entry) => entry.DisabledBy is null;
}
