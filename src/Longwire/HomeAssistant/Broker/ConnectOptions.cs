using System.Net;
using System.Text;
using MQTTnet;
using MQTTnet.Protocol;

namespace Longwire.HomeAssistant.Broker;

/// <summary>What the library is told before a connection: where to, as whom, and in which MQTT.</summary>
internal static class ConnectOptions
{
    // What the broker may send us; nothing we understand is near that. MQTT 3.1.1 cannot say so.
    private const int LongestPacket = 128 * 1024;

    /// <param name="willTopic">Becomes <c>offline</c> when we die; null for one that speaks for nobody.</param>
    public static MqttClientOptions Of(BrokerAddress broker, string clientId, string? willTopic, Dialect dialect) => new()
    {
        ClientId = clientId,
        ProtocolVersion = dialect.Version,
        CleanSession = true,
        KeepAlivePeriod = BrokerTimers.KeepAlive,
        Timeout = BrokerTimers.AnswerDeadline,
        MaximumPacketSize = dialect.IsOld ? 0u : LongestPacket,
        Credentials = broker.Username is null
            ? null
            : new MqttClientCredentials(broker.Username, Encoding.UTF8.GetBytes(broker.Password ?? "")),
        WillTopic = willTopic,
        WillPayload = willTopic is null ? null : Encoding.UTF8.GetBytes(Topics.Offline),
        WillRetain = willTopic is not null && dialect.WillRetain,
        WillQualityOfServiceLevel = willTopic is null ? MqttQualityOfServiceLevel.AtMostOnce : dialect.WillQoS,
        // With or without TLS: BrokerChannel knows.
        ChannelOptions = new MqttClientTcpOptions
        {
            RemoteEndpoint = IPAddress.TryParse(broker.Host, out IPAddress? address)
                ? new IPEndPoint(address, broker.Port)
                : new DnsEndPoint(broker.Host, broker.Port),
        },
    };
}
