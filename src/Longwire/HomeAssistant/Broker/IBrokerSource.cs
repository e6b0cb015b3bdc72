using Longwire.Options;

namespace Longwire.HomeAssistant.Broker;

/// <summary>Says which broker to use. Asked before every attempt to connect, so that credentials may change while we run.</summary>
internal interface IBrokerSource
{
    /// <summary>What to tell a person after <see cref="FindAsync"/> found none: a sentence with its remedy.</summary>
    public string WhyNone { get; }

    /// <returns>Null: there is none now; asked again later.</returns>
    public ValueTask<BrokerAddress?> FindAsync(MqttOptions options, CancellationToken cancellationToken);
}

/// <summary>The broker that the options name, or none.</summary>
internal sealed class ConfiguredBroker : IBrokerSource
{
    private const int PlainPort = 1883;
    private const int TlsPort = 8883;

    public string WhyNone => "No MQTT broker is named. Set mqtt.host in the options to change that.";

    public ValueTask<BrokerAddress?> FindAsync(MqttOptions options, CancellationToken cancellationToken) =>
        ValueTask.FromResult(string.IsNullOrWhiteSpace(options.Host)
            ? null
            : new BrokerAddress(options.Host.Trim(), options.Port ?? (options.Tls ? TlsPort : PlainPort))
            {
                Username = options.Username,
                Password = options.Password,
                Tls = options.Tls,
                Ca = options.Ca,
                Cert = options.Cert,
                Key = options.Key,
                Verify = options.Verify,
            });
}
