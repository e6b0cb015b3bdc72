using Longwire.Platform;
using Longwire.Radios;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Longwire.Composition;

/// <summary>What runs in <c>longwire export</c>.</summary>
internal static class ExportComposition
{
    public static void Add(IServiceCollection services, LiveExportOptions options, string dataFolder, HealthFile health) =>
        services.AddHostedService(provider => new ExportService(
            options,
            dataFolder,
            health,
            KnownRadios.Default,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ExportService>>()));
}
