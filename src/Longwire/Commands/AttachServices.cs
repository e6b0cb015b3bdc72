using Longwire.Attach;
using Longwire.Attach.Kernel;
using Longwire.Health;
using Longwire.HomeAssistant;
using Longwire.Options;
using Longwire.Radios;
using Longwire.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Longwire.Commands;

/// <summary>What runs in <c>longwire attach</c>, and who knows whom.</summary>
internal static class AttachServices
{
    public static void Add(IServiceCollection services, OptionsWatch options, string dataFolder, WebAddress? web, Surroundings surroundings, StderrLog log)
    {
        var feed = new StateFeed();
        services.AddSingleton(provider => new AttachService(
            new LiveOptions(options, changed => Apply(changed, provider.GetRequiredService<HomeAssistantService>(), log)),
            dataFolder,
            feed,
            KnownRadios.Default,
            provider.GetRequiredService<TimeProvider>(),
            Random.Shared,
            provider.GetRequiredService<ILogger<AttachService>>()));
        services.AddSingleton(provider => new HomeAssistantService(
            MqttSettings.From(options.Current.Options),
            surroundings.Brokers,
            feed,
            provider.GetRequiredService<AttachService>(),
            provider.GetRequiredService<AttachService>(),
            ProgramVersion.Text,
            dataFolder,
            provider.GetRequiredService<TimeProvider>(),
            Random.Shared,
            provider.GetRequiredService<ILogger<HomeAssistantService>>()));
        services.AddHostedService(provider => new AttachHealth(
            feed, surroundings.Health, surroundings.Sysfs, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<AttachHealth>>()));
        if (web is not null)
        {
            services.AddHostedService(provider => new WebServer(
                web,
                feed,
                new PiLists(() => options.Current.Options, (pi, now) => SticksOf(pi, now, dataFolder, surroundings), provider.GetRequiredService<TimeProvider>()),
                provider.GetRequiredService<AttachService>(),
                ProgramVersion.Text,
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<WebServer>>()));
        }
        // Stopped last to first: radios are detached before 'offline' is published, so that their last word is a true one.
        services.AddHostedService(provider => provider.GetRequiredService<HomeAssistantService>());
        services.AddHostedService(provider => provider.GetRequiredService<AttachService>());
    }

    private static PiSticks SticksOf(PiOptions pi, AttachOptions options, string dataFolder, Surroundings surroundings) =>
        new(pi, options, KnownRadios.Default, surroundings.OpenMemory(dataFolder).ReadIfPossible(out _), new AttachKernel(surroundings.Sysfs).BootId);

    private static void Apply(AttachOptions options, HomeAssistantService homeAssistant, StderrLog log)
    {
        log.Minimum = options.LogLevel;
        homeAssistant.Apply(MqttSettings.From(options));
    }
}
