using Longwire.HomeAssistant.Broker;
using Longwire.Platform;
using Longwire.State;
using Microsoft.Extensions.Hosting;

namespace Longwire.HomeAssistant;

/// <summary>
/// Tells Home Assistant over MQTT how the bridge, its Pis and its radios are, and takes a person's commands. Reads
/// snapshots and events; decides nothing. A broker that is away never stops anything else.
/// </summary>
/// <remarks>
/// Nothing is published before the first snapshot other than <see cref="Snapshot.Empty"/>, and that one must hold every
/// radio and Pi there is: what it lacks is removed from Home Assistant.
/// </remarks>
/// <param name="settings">The first; <see cref="Apply"/> has those that come later.</param>
/// <param name="log">What the loop and all below it write to; disposed with the service.</param>
internal sealed class HomeAssistantService(MqttSettings settings, BrokerLoop loop, TransitionLog log) : BackgroundService
{
    private readonly Lock _gate = new();
    private MqttSettings _settings = settings;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>New options, live: does nothing if they are the same, else leaves the broker politely and starts anew.</summary>
    public void Apply(MqttSettings changed)
    {
        lock (_gate)
        {
            if (_settings == changed) return;
            _settings = changed;
            _changed.TrySetResult();
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        log.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            MqttSettings settings;
            Task changed;
            lock (_gate)
            {
                if (_changed.Task.IsCompleted) _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                (settings, changed) = (_settings, _changed.Task);
            }
            using var run = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            Task running = loop.RunAsync(settings, stoppingToken, run.Token);
            await Task.WhenAny(running, changed);
            await run.CancelAsync();
            try
            {
                await running;
            }
            catch (OperationCanceledException) when (run.IsCancellationRequested)
            {
                // Stopped, or new settings.
            }
        }
    }
}
