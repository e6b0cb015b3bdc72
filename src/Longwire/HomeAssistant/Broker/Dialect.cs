using MQTTnet.Formatter;
using MQTTnet.Protocol;
using static MQTTnet.Protocol.MqttQualityOfServiceLevel;

namespace Longwire.HomeAssistant.Broker;

/// <summary>How to speak to a broker: what has to be decided before CONNECT, and what one broker takes another refuses.</summary>
/// <param name="WillRetain">Whether our last will asks to be retained: a broker that keeps nothing refuses the CONNECT for it.</param>
/// <param name="WillQoS">Likewise for a broker that takes QoS 0 only.</param>
internal sealed record Dialect(MqttProtocolVersion Version, bool WillRetain, MqttQualityOfServiceLevel WillQoS)
{
    /// <summary>What every broker of today takes.</summary>
    public static Dialect Full { get; } = new(MqttProtocolVersion.V500, WillRetain: true, AtLeastOnce);

    public bool IsOld => Version == MqttProtocolVersion.V311;
}
