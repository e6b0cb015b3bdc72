using Longwire.HomeAssistant.Broker;
using Longwire.Options;

namespace Longwire.Supervisor;

/// <summary>The broker that the options name, else the one that Home Assistant has.</summary>
internal sealed class SupervisorBroker(SupervisorClient supervisor) : IBrokerSource
{
    private const string NoBroker =
        "Home Assistant has no MQTT broker yet: install the Mosquitto broker and start it, or name another broker as mqtt.host in the "
            + "options.";

    private readonly ConfiguredBroker _configured = new();

    public string WhyNone { get; private set; } = NoBroker;

    /// <remarks>Nothing is kept: the broker's app makes new credentials when it is installed anew.</remarks>
    public async ValueTask<BrokerAddress?> FindAsync(MqttOptions options, CancellationToken cancellationToken)
    {
        if (await _configured.FindAsync(options, cancellationToken) is { } named) return named;
        try
        {
            if (await supervisor.FindMqttAsync(cancellationToken) is { Host: { Length: > 0 } host, Port: > 0 and <= ushort.MaxValue } mqtt)
            {
                return new BrokerAddress(host, mqtt.Port.Value)
                {
                    Username = mqtt.Username,
                    Password = mqtt.Password,
                    Tls = mqtt.Ssl ?? false,
                    Ca = options.Ca,
                    Cert = options.Cert,
                    Key = options.Key,
                    Verify = options.Verify,
                    IsSupervisors = true,
                };
            }
            WhyNone = NoBroker;
        }
        catch (SupervisorException e)
        {
            WhyNone = $"Which MQTT broker Home Assistant has is not known: {e.Message}. Longwire keeps asking.";
        }
        return null;
    }
}
