using Longwire.Attach;
using Longwire.Consumers;
using Longwire.Health;
using Longwire.HomeAssistant;
using Longwire.Options;
using Longwire.Radios;
using Longwire.Supervisor;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Longwire.Commands;

/// <summary>What runs in <c>longwire attach</c>, and who knows whom.</summary>
internal static class AttachServices
{
    /// <param name="supervisor">Null: there is none here.</param>
    public static void Add(IServiceCollection services, OptionsWatch options, SupervisorClient? supervisor, string dataFolder, StderrLog log)
    {
        var feed = new StateFeed();
        services.AddSingleton(provider => new AttachService(
            new LiveOptions(Feed(options, supervisor, provider), changed => Apply(changed, provider.GetRequiredService<HomeAssistantService>(), log)),
            dataFolder,
            feed,
            KnownRadios.Default,
            provider.GetRequiredService<TimeProvider>(),
            Random.Shared,
            provider.GetRequiredService<ILogger<AttachService>>()));
        services.AddSingleton(provider => new HomeAssistantService(
            MqttSettings.From(options.Current.Options),
            supervisor is null ? new ConfiguredBroker() : new SupervisorBroker(supervisor),
            feed,
            provider.GetRequiredService<AttachService>(),
            provider.GetRequiredService<AttachService>(),
            ProgramVersion.Text,
            dataFolder,
            provider.GetRequiredService<TimeProvider>(),
            Random.Shared,
            provider.GetRequiredService<ILogger<HomeAssistantService>>()));
        // Stopped last to first: radios are detached before 'offline' is published, so that their last word is a true one.
        services.AddHostedService(provider => provider.GetRequiredService<HomeAssistantService>());
        services.AddHostedService(provider => provider.GetRequiredService<AttachService>());
        // Before radios are detached: that we stop is no loss for it to see.
        AddConsumers(services, supervisor, feed, dataFolder);
    }

    private static void AddConsumers(IServiceCollection services, SupervisorClient? supervisor, StateFeed feed, string dataFolder)
    {
        if (supervisor is null)
        {
            services.AddHostedService(provider => new WithoutSupervisor(feed, provider.GetRequiredService<AttachService>()));
            return;
        }
        services.AddHostedService(provider => new ConsumerService(
            feed,
            supervisor,
            provider.GetRequiredService<AttachService>(),
            dataFolder,
            HostBoot.OfThisMachine(),
            provider.GetRequiredService<TimeProvider>(),
            Random.Shared,
            provider.GetRequiredService<ILogger<ConsumerService>>()));
    }

    private static IOptionsFeed Feed(OptionsWatch options, SupervisorClient? supervisor, IServiceProvider provider) => supervisor is null
        ? options
        : new SupervisorOptions(options, supervisor, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<SupervisorOptions>>());

    private static void Apply(AttachOptions options, HomeAssistantService homeAssistant, StderrLog log)
    {
        log.Minimum = options.LogLevel;
        homeAssistant.Apply(MqttSettings.From(options));
    }
}
