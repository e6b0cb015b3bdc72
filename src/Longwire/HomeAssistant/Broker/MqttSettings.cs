using Longwire.Options;

namespace Longwire.HomeAssistant.Broker;

/// <summary>The part of the options that this folder reads; compared by value, so that a change elsewhere restarts nothing here.</summary>
internal sealed record MqttSettings(MqttOptions Broker, string BaseTopic = "longwire", string DiscoveryPrefix = "homeassistant")
{
    public static MqttSettings From(AttachOptions options) => new(options.Mqtt, options.BaseTopic, options.DiscoveryPrefix);
}
