using System.Text;
using MQTTnet;
using MQTTnet.Protocol;
using static MQTTnet.Protocol.MqttQualityOfServiceLevel;

namespace Longwire.HomeAssistant.Broker;

/// <summary>
/// What the broker's CONNACK says it cannot do (MQTT 5, section 3.2.2.3). The rest of what it says there does not concern us: we use no
/// topic aliases, shared subscriptions or subscription identifiers, keep no session, and have one message at a time
/// unacknowledged, so that no receive maximum is ever reached.
/// </summary>
/// <param name="LongestPacket">In bytes, of a whole packet; null if it takes any.</param>
/// <param name="PingEvery">How often we have to say something.</param>
internal sealed record BrokerLimits(bool IsOld, uint? LongestPacket, bool Retain, MqttQualityOfServiceLevel QoS, TimeSpan PingEvery)
{
    public static BrokerLimits Of(MqttClientConnectResult result, Dialect dialect)
    {
        // The library fills in QoS 0 for a 3.1.1 CONNACK, which has no such field.
        if (dialect.IsOld) return new BrokerLimits(IsOld: true, null, Retain: true, AtLeastOnce, BrokerTimers.PingEvery);
        // The library says 0 where the broker said nothing.
        uint? longest = result.MaximumPacketSize is > 0 and { } size ? size : null;
        // Its keep-alive overrules ours. The library reads it and goes on with the one that we asked for.
        TimeSpan half = TimeSpan.FromSeconds(result.ServerKeepAlive) / 2;
        TimeSpan ping = half > TimeSpan.Zero && half < BrokerTimers.PingEvery ? half : BrokerTimers.PingEvery;
        MqttQualityOfServiceLevel qos = result.MaximumQoS == AtMostOnce ? AtMostOnce : AtLeastOnce;
        return new BrokerLimits(IsOld: false, longest, result.RetainAvailable, qos, ping);
    }

    /// <summary>The length of a PUBLISH packet in bytes, as the broker counts it (MQTT 5, section 2.1.4): all of it.</summary>
    public long SizeOf(MqttApplicationMessage message)
    {
        long remaining = 2 + Encoding.UTF8.GetByteCount(message.Topic) + message.Payload.Length;
        if (message.QualityOfServiceLevel != AtMostOnce) remaining += 2;
        // The length of the properties, and the only one that we ever send.
        if (!IsOld) remaining += message.MessageExpiryInterval > 0 ? 6 : 1;
        int lengthBytes = remaining switch { < 1 << 7 => 1, < 1 << 14 => 2, < 1 << 21 => 3, _ => 4 };
        return 1 + lengthBytes + remaining;
    }
}
