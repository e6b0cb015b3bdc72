using Longwire.Options;
using Microsoft.Extensions.DependencyInjection;

namespace Longwire.Commands;

/// <summary>What runs in <c>longwire export</c>.</summary>
internal static class ExportServices
{
    public static void Add(IServiceCollection services, ExportOptions options, string dataFolder)
    {
        _ = (options, dataFolder);
        services.AddHostedService(_ => new NotBuiltYet("export"));
    }
}
