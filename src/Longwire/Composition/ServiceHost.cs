using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Longwire.Composition;

/// <summary>Runs a role's services until SIGTERM, SIGINT or a fault, and says which it was.</summary>
internal static class ServiceHost
{
    /// <summary>From the signal to the end; systemd and Docker kill after this or little more.</summary>
    public static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    public static async Task<HostEnd> RunAsync(StderrLog log, Action<IServiceCollection> addServices, CancellationToken cancellationToken)
    {
        // Empty: the defaults read configuration files and the environment, watch them, and cost start-up time.
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(
            new HostApplicationBuilderSettings { DisableDefaults = true, ApplicationName = "longwire", ContentRootPath = "/" });
        builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log);
        builder.Services.Configure<ConsoleLifetimeOptions>(options => options.SuppressStatusMessages = true);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = StopTimeout);
        builder.Services.AddSingleton(TimeProvider.System);
        addServices(builder.Services);
        using IHost host = builder.Build();
        ILogger logger = host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Longwire");
        // Kept here: the host disposes of its own list while it stops.
        IHostedService[] services = [.. host.Services.GetServices<IHostedService>()];
        bool clean = true;
        var faults = new List<ServiceFault>();
        try
        {
            await host.RunAsync(cancellationToken);
        }
#pragma warning disable CA1031 // The last place that can tell a person why: whatever a service threw while it started or stopped.
        catch (Exception e)
#pragma warning restore CA1031
        {
            clean = false;
            ProgramLog.NotStartedOrStopped(logger, e);
        }
        foreach (BackgroundService service in services.OfType<BackgroundService>())
        {
            // The host waits no longer than its time-out, and says nothing. What still runs must not meet a second life in this process.
            if (service.ExecuteTask is { IsCompleted: false })
            {
                clean = false;
                ProgramLog.ServiceNotStopped(logger, service.GetType().Name, (int)StopTimeout.TotalSeconds);
            }
            if (service is IMayLeaveWork { HasLeftWork: true }) clean = false;
            // The host itself ends as if somebody had asked it to stop.
            if (service.ExecuteTask is not { IsFaulted: true, Exception: { } thrown }) continue;
            Exception cause = thrown.InnerExceptions.Count == 1 ? thrown.InnerException! : thrown;
            faults.Add(new ServiceFault(service.GetType().Name, cause));
        }
        return new HostEnd(clean, faults);
    }
}

/// <summary>How one life of a role's services ended.</summary>
/// <param name="Clean">
/// False: a service could not start or stop as it should, or it still runs, or it left something that does. That was logged.
/// </param>
/// <param name="Faults">What ended it; empty: somebody asked for the stop.</param>
internal sealed record HostEnd(bool Clean, IReadOnlyList<ServiceFault> Faults)
{
    public int Code => Clean && Faults.Count == 0 ? ExitCode.Done : ExitCode.Failed;
}

/// <param name="Service">The service that failed.</param>
/// <param name="Cause">Not logged yet.</param>
internal sealed record ServiceFault(string Service, Exception Cause);
