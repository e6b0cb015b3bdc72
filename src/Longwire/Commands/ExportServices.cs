using Longwire.Export;
using Longwire.Health;
using Longwire.Options;
using Longwire.Radios;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Longwire.Commands;

/// <summary>What runs in <c>longwire export</c>.</summary>
internal static class ExportServices
{
    public static void Add(IServiceCollection services, ExportOptions options, string dataFolder, HealthFile health) =>
        services.AddHostedService(provider => new ExportService(
            options, dataFolder, health, KnownRadios.Default, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<ExportService>>()));
}
