using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Longwire.Composition;

/// <summary>
/// The order in which the services of <c>longwire attach</c> stop, which people see in Home Assistant:
/// <list type="number">
/// <item>Who publishes is told, and nobody waits for it: it says <c>offline</c> while everything is as it was. Said later, automations
/// would see each radio go before Home Assistant knows that it is us who leave.</item>
/// <item>Who restarts apps ends: that radios are detached now is no loss to act on.</item>
/// <item>Who attaches is told, detaches every radio, says so in a last snapshot, and ends.</item>
/// <item>Who publishes is waited for: it has that snapshot to leave behind.</item>
/// </list>
/// The second does not wait for the first, so a broker that does not answer holds up no radio. All of it has
/// <see cref="ServiceHost.StopTimeout"/>.
/// </summary>
internal static class StopOrder
{
    public static void Add(
        IServiceCollection services,
        Func<IServiceProvider, BackgroundService> publisher,
        Func<IServiceProvider, BackgroundService> attach,
        Func<IServiceProvider, BackgroundService> consumers)
    {
        // Stopped last to first. Not by AddHostedService, which takes two factories of one type for the same service.
        services.AddSingleton<IHostedService>(provider => new ToldToStopFirst(publisher(provider)));
        services.AddSingleton<IHostedService>(publisher);
        services.AddSingleton<IHostedService>(attach);
        services.AddSingleton<IHostedService>(consumers);
    }

    /// <summary>
    /// Tells a service to stop before any other is. It is in the host's list itself, too, and the host waits for it at its place there.
    /// </summary>
    private sealed class ToldToStopFirst(BackgroundService service) : IHostedLifecycleService
    {
        private Task _stopping = Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken)
        {
            _stopping = service.StopAsync(cancellationToken);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => _stopping;

        public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
