using Longwire.Doctor;
using Longwire.History;
using Longwire.HomeAssistant.Broker;
using Longwire.Options;
using Longwire.Platform;
using Longwire.Privileges;
using Longwire.State;
using Longwire.Supervisor;
using Longwire.Web.Http;
using Longwire.Web.Api;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Longwire.Composition;

/// <summary>Puts together the page's server, and what it answers.</summary>
internal static class WebComposition
{
    /// <param name="optionsPath">Where the options are, if there is no Supervisor that keeps them.</param>
    public static void Add(
        IServiceCollection services, WebAddress address, StateFeed feed, PiLists lists, LiveOptions options, string optionsPath,
        SupervisorClient? supervisor, string dataFolder, ProgramContext context)
    {
        var history = new HistoryBook();
        var calls = new BlockingCalls();
        services.AddHostedService(provider => new HistoryRecorder(
            history, feed, feed.SubscribeToEvents(), dataFolder, provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<HistoryRecorder>>()));
        services.AddSingleton(provider => new OptionsEditor(
            options, supervisor is null ? null : new SupervisorOptionsStore(supervisor), optionsPath,
            provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService(provider => new OptionsEditorStop(provider.GetRequiredService<OptionsEditor>()));
        services.AddSingleton(provider => new DoctorRounds(
            cancellationToken => DoctorRun.RunAsync(ContextOf(), cancellationToken),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<DoctorRounds>>()));
        services.AddHostedService(provider => provider.GetRequiredService<DoctorRounds>());
        services.AddSingleton(provider => Site(
            new PageSources
            {
                Address = address,
                Feed = feed,
                Lists = lists,
                Commands = provider.GetRequiredService<AttachService>(),
                History = history,
                Editor = provider.GetRequiredService<OptionsEditor>(),
                Rounds = provider.GetRequiredService<DoctorRounds>(),
                Options = () => options.Loaded,
                Secrets = cancellationToken => SecretsAsync(context, supervisor, options.Current.Mqtt, cancellationToken),
                Time = provider.GetRequiredService<TimeProvider>(),
                Version = ProgramVersion.Text,
            },
            provider.GetRequiredService<ILogger<WebSite>>()));
        services.AddHostedService(provider => new WebServer(
            address,
            WebLimits.Default,
            provider.GetRequiredService<WebSite>(),
            provider.GetRequiredService<AttachService>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<WebServer>>()));

        DoctorContext ContextOf() => DoctorComposition.ContextOf(
            context, options.Loaded, null, context.BrokersOf(supervisor), dataFolder) with { IsAttach = true, Calls = calls };
    }

    public static WebSite Site(PageSources of, ILogger<WebSite> logger)
    {
#pragma warning disable CA2000 // The site disposes of it.
        var log = new TransitionLog(logger, of.Time);
#pragma warning restore CA2000
        var view = new StateView(of.Lists, () => of.Editor.Revision, of.Version);
        var authorization = new RequestAuthorization(of.Address, () => of.Options().Options.WebToken, new ActionPace(of.Time));
        var commands = new CommandEndpoints(authorization, of.Feed, of.Commands, of.Time, logger);
        var doctor = new DoctorEndpoint(authorization, of.Rounds, logger);
        var diagnostics = new Diagnostics(of.Feed, view, of.History, of.Options, of.Secrets, of.Time, of.Version);
        var gets = new GetRoutes(
            of.Feed, view, new EventStream(of.Feed, view, of.Editor, of.Time), commands, new HistoryEndpoint(of.History, of.Time), doctor,
            of.Version);
        var posts = new PostRoutes(
            commands,
            new OptionsEndpoints(authorization, of.Editor, of.Lists, of.Feed, logger),
            doctor,
            new DiagnosticsEndpoint(authorization, diagnostics, of.Rounds, logger));
        return new WebSite(of.Address, gets, posts, log);
    }

    // The broker's, where Home Assistant knows it, and our own with the Supervisor.
    internal static async Task<IEnumerable<string>> SecretsAsync(
        ProgramContext context, SupervisorClient? supervisor, MqttOptions mqtt, CancellationToken cancellationToken)
    {
        BrokerAddress? broker = await context.BrokersOf(supervisor).FindAsync(mqtt, cancellationToken);
        string?[] secrets = [broker?.Username, broker?.Password, ContainerImage.SupervisorToken(context.Environment)];
        return secrets.OfType<string>();
    }
}
