using Longwire.Options;
using Microsoft.Extensions.DependencyInjection;

namespace Longwire.Commands;

/// <summary>What runs in <c>longwire attach</c>.</summary>
internal static class AttachServices
{
    public static void Add(IServiceCollection services, OptionsWatch options, string dataFolder, StderrLog log)
    {
        _ = (options, dataFolder, log);
        services.AddHostedService(_ => new NotBuiltYet("attach"));
    }
}
