using Longwire.Attach;
using Longwire.Health;
using Longwire.HomeAssistant;
using Longwire.Options;
using Longwire.Radios;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Longwire.Commands;

/// <summary>What runs in <c>longwire attach</c>, and in which order it starts; it stops in the opposite one.</summary>
internal static class AttachServices
{
    public static void Add(IServiceCollection services, OptionsWatch options, string dataFolder, StderrLog log)
    {
        services.AddSingleton<StateFeed>();
        services.AddSingleton(provider => new AttachService(
            options,
            changed => Apply(provider, changed, log),
            dataFolder,
            provider.GetRequiredService<StateFeed>(),
            KnownRadios.Default,
            provider.GetRequiredService<TimeProvider>(),
            Random.Shared,
            provider.GetRequiredService<ILogger<AttachService>>()));
        services.AddSingleton(provider => new HomeAssistantService(
            MqttSettings.From(options.Current.Options),
            new ConfiguredBroker(),
            provider.GetRequiredService<StateFeed>(),
            provider.GetRequiredService<AttachService>(),
            provider.GetRequiredService<AttachService>(),
            ProgramVersion.Text,
            dataFolder,
            provider.GetRequiredService<TimeProvider>(),
            Random.Shared,
            provider.GetRequiredService<ILogger<HomeAssistantService>>()));
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<AttachService>());
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<HomeAssistantService>());
    }

    private static void Apply(IServiceProvider provider, AttachOptions options, StderrLog log)
    {
        log.Minimum = options.LogLevel;
        provider.GetRequiredService<HomeAssistantService>().Apply(MqttSettings.From(options));
    }
}
