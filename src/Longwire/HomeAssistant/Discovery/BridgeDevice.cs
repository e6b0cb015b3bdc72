using Longwire.HomeAssistant.Broker;

namespace Longwire.HomeAssistant.Discovery;

internal static class BridgeDevice
{
    /// <param name="page">Where a browser opens our page; null or empty: nowhere that is known.</param>
    public static Device Of(Topics topics, string version, string? page = null)
    {
        string identifier = topics.BridgeIdentifier;
        Availability[] whileOnline = [new Availability(topics.BridgeState)];
        var components = new SortedDictionary<string, Component>(StringComparer.Ordinal)
        {
            // No availability of its own: it must say "disconnected" when we are gone, not "unavailable".
            ["connection_state"] = new Component
            {
                Platform = "binary_sensor",
                UniqueId = $"{identifier}_connection_state",
                Name = "Connection state",
                DeviceClass = "connectivity",
                Category = Entity.Diagnostic,
                Qos = 1,
                ExpireAfterSeconds = BrokerTimers.ExpireAfterSeconds,
                StateTopic = topics.BridgeState,
                PayloadOn = Topics.Online,
                PayloadOff = Topics.Offline,
            },
            ["version"] = Entity.Sensor(identifier, "version", "Version", Entity.Value("version")) with
            {
                Icon = "mdi:tag-outline",
                Availability = whileOnline,
            },
            ["problem"] = Entity.BinarySensor(identifier, "problem", "Problem", "problem", Entity.OnOff("problem")) with
            {
                Availability = whileOnline,
                AttributesTopic = topics.BridgeInfo,
                AttributesTemplate = "{{ {'problems': value_json.problems} | tojson }}",
            },
            ["radios_attached"] = Count(identifier, "radios_attached", "Radios attached", "mdi:usb", whileOnline),
            ["radios_expected"] = Count(identifier, "radios_expected", "Radios expected", "mdi:usb-port", whileOnline),
            ["restart"] = BridgeControls.Restart(identifier, topics) with { Availability = whileOnline },
            ["log_level"] = BridgeControls.LogLevel(identifier, topics) with { Availability = whileOnline },
        };
        var message = new DiscoveryMessage
        {
            Device = new DeviceInfo
            {
                Identifier = identifier,
                Name = topics.Base == "longwire" ? "Longwire" : $"Longwire {topics.Base}",
                Manufacturer = "Longwire",
                Model = "Longwire",
                SoftwareVersion = version,
                ConfigurationUrl = string.IsNullOrEmpty(page) ? null : page,
            },
            Origin = Origin.Of(version),
            StateTopic = topics.BridgeInfo,
            Components = components,
        };
        return new Device(topics.Config(identifier), message, [topics.BridgeInfo, topics.BridgeState]);
    }

    private static Component Count(string identifier, string key, string name, string icon, Availability[] availability) =>
        Entity.Sensor(
            identifier, key, name, Entity.Value(key)) with { StateClass = "measurement", Icon = icon, Availability = availability };
}
