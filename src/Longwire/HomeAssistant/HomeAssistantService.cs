using Longwire.Health;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Longwire.HomeAssistant;

/// <summary>
/// Tells Home Assistant over MQTT how the bridge, its Pis and its radios are, and takes a person's commands. Reads
/// snapshots and events; decides nothing. A broker that is away never stops anything else.
/// </summary>
/// <param name="version">Longwire's own version, as Home Assistant shows it.</param>
/// <param name="dataFolder">Where <c>mqtt.json</c> remembers which retained topics are ours, so that they can be cleared one day.</param>
internal sealed class HomeAssistantService(
    MqttSettings settings,
    IBrokerSource brokers,
    StateFeed feed,
    ICommandSink commands,
    IBridgeProblems problems,
    string version,
    string dataFolder,
    TimeProvider time,
    Random random,
    ILogger<HomeAssistantService> logger) : BackgroundService
{
    /// <summary>New options, live: does nothing if they are the same, else leaves the broker politely and starts anew.</summary>
    public void Apply(MqttSettings changed) => throw new NotImplementedException();

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        throw new NotImplementedException($"{settings}{brokers}{feed}{commands}{problems}{version}{dataFolder}{time}{random}{logger}");
}
