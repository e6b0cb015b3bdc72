using Longwire.Options;
using Longwire.Platform;
using Longwire.Radios;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Longwire.Composition;

/// <summary>What runs in <c>longwire export</c>.</summary>
internal static class ExportComposition
{
    /// <param name="file">Null: there is none, and nothing changes.</param>
    public static void Add(
        IServiceCollection services, LoadedOptions<ExportOptions> options, WatchedOptions<ExportOptions>? file, string dataFolder,
        HealthFile health, StderrLog log) =>
        services.AddHostedService(provider => new ExportService(
            options,
            file,
            level => log.Minimum = level,
            dataFolder,
            health,
            KnownRadios.Default,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ExportService>>()));
}
