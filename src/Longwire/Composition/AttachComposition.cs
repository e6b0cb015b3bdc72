using Longwire.Attach.Ports;
using Longwire.DependentApps;
using Longwire.HomeAssistant;
using Longwire.HomeAssistant.Broker;
using Longwire.Inventory;
using Longwire.Options;
using Longwire.Platform;
using Longwire.Radios;
using Longwire.State;
using Longwire.Supervisor;
using Longwire.UsbIp.Linux;
using Longwire.Web.Http;
using Longwire.Web.Api;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Longwire.Composition;

/// <summary>What runs in <c>longwire attach</c>, and who knows whom.</summary>
internal static class AttachComposition
{
    /// <param name="optionsPath">The file that <paramref name="options"/> began with.</param>
    /// <param name="supervisor">Null: there is none here.</param>
    /// <param name="web">Null: no page.</param>
    public static void Add(
        IServiceCollection services,
        LiveOptions options,
        string optionsPath,
        SupervisorClient? supervisor,
        string dataFolder,
        WebAddress? web,
        ProgramContext context,
        StderrLog log,
        Restarts restarts)
    {
        var feed = new StateFeed();
        if (supervisor is null || web is null) feed.Describe(details => details with { Page = BridgeDetails.NoPage });
        services.AddSingleton(provider => new BridgeControl(feed, log, restarts, provider.GetRequiredService<ILogger<BridgeControl>>()));
        services.AddSingleton(provider => new AttachService(
            options.TellingFirst(changed => Apply(changed, provider)),
            new AttachKernel(SysfsRoot.Machine),
            dataFolder,
            feed,
            provider.GetRequiredService<TimeProvider>(),
            Random.Shared,
            provider.GetRequiredService<ILogger<AttachService>>()));
        services.AddSingleton(provider => HomeAssistantComposition.Service(
            MqttSettings.From(options.Current),
            context.BrokersOf(supervisor),
            feed,
            provider.GetRequiredService<AttachService>(),
            provider.GetRequiredService<BridgeControl>(),
            provider.GetRequiredService<AttachService>(),
            ProgramVersion.Text,
            dataFolder,
            provider.GetRequiredService<TimeProvider>(),
            Random.Shared,
            provider.GetRequiredService<ILogger<HomeAssistantService>>()));
        services.AddHostedService(provider => new AttachHealth(
            feed, context.Health, context.Sysfs, provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<AttachHealth>>()));
        if (web is not null)
        {
            var lists = new PiLists(() => options.Current, (pi, now) => SticksOf(pi, now, dataFolder, context));
            WebComposition.Add(services, web, feed, lists, options, optionsPath, supervisor, dataFolder, context);
            if (supervisor is not null)
            {
                services.AddHostedService(provider => new IngressPage(
                    supervisor, feed, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<IngressPage>>()));
            }
        }
        StopOrder.Add(
            services,
            provider => provider.GetRequiredService<HomeAssistantService>(),
            provider => provider.GetRequiredService<AttachService>(),
            provider => DependentApps(supervisor, feed, dataFolder, provider));
    }

    private static PiSticks SticksOf(PiOptions pi, AttachOptions options, string dataFolder, ProgramContext context) =>
        new(
            pi,
            options,
            KnownRadios.Default,
            context.OpenMemory(dataFolder).ReadIfPossible(out _),
            new AttachKernel(context.Sysfs).BootId);

    private static BackgroundService DependentApps(
        SupervisorClient? supervisor, StateFeed feed, string dataFolder, IServiceProvider provider) => supervisor is null
        ? new NoSupervisorProblem(feed, provider.GetRequiredService<AttachService>())
        : new DependentAppsService(
            feed,
            supervisor,
            provider.GetRequiredService<AttachService>(),
            new AppsOfLastRun(dataFolder, HostBoot.OfThisMachine()),
            provider.GetRequiredService<TimeProvider>(),
            Random.Shared,
            provider.GetRequiredService<ILogger<DependentAppsService>>());

    private static void Apply(AttachOptions options, IServiceProvider provider)
    {
        provider.GetRequiredService<BridgeControl>().LogFrom(options.LogLevel);
        provider.GetRequiredService<HomeAssistantService>().Apply(MqttSettings.From(options));
    }
}
