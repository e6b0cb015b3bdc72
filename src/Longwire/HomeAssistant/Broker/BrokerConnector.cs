using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace Longwire.HomeAssistant.Broker;

/// <summary>
/// Opens connections, each in the MQTT that its broker speaks. MQTT 5 comes first; one that refuses it, or closes the connection
/// instead of answering (RabbitMQ before 3.13), is asked in 3.1.1 at once.
/// </summary>
internal sealed class BrokerConnector(KnownBrokers known, TimeProvider time)
{
    /// <param name="willTopic">Becomes <c>offline</c> when we die; null for one that speaks for nobody.</param>
    /// <param name="refused">Takes what the broker does not, and the other messages go on; null: it is thrown.</param>
    /// <exception cref="BrokerException">It could not be opened.</exception>
    public async Task<BrokerConnection> OpenAsync(
        BrokerAddress broker,
        string clientId,
        string? willTopic,
        IncomingMessages inbox,
        RefusedMessages? refused,
        CancellationToken cancellationToken)
    {
        Dialect dialect = known.Of(broker);
        var tried = new HashSet<Dialect> { dialect };
        BrokerException? earlier = null;
        while (true)
        {
            try
            {
                BrokerConnection connection = await BrokerConnection.OpenAsync(
                    broker, clientId, willTopic, dialect, inbox, refused, time, cancellationToken);
                known.Accepted(broker, dialect);
                return connection;
            }
            catch (BrokerException e)
            {
                BrokerException telling = earlier is null ? e : RefusalText.Telling(earlier, e, broker);
                if (Other(dialect, e) is not { } other || !tried.Add(other)) throw telling;
                (dialect, earlier) = (other, telling);
            }
        }
    }

    /// <summary>What to try instead, at once; null if no other way of speaking would change this answer.</summary>
    private static Dialect? Other(Dialect dialect, BrokerException e) => e switch
    {
        { Code: ReasonCode.UnsupportedProtocolVersion } or { Failure: BrokerFailure.Closed } =>
            dialect with { Version = dialect.IsOld ? MqttProtocolVersion.V500 : MqttProtocolVersion.V311 },
        { Code: ReasonCode.RetainNotSupported } => dialect with { WillRetain = false },
        { Code: ReasonCode.QoSNotSupported } => dialect with { WillQoS = MqttQualityOfServiceLevel.AtMostOnce },
        _ => null,
    };
}
