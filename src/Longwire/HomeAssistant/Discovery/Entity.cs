using Longwire.HomeAssistant.Broker;

namespace Longwire.HomeAssistant.Discovery;

/// <summary>Entities that several devices have in common.</summary>
internal static class Entity
{
    // At QoS 1 Home Assistant gets what the broker has got, also while its connection is reset.
    private const int AtLeastOnce = 1;

    public const string Diagnostic = "diagnostic";
    public const string Config = "config";

    public static Component Sensor(string identifier, string key, string name, string template) => new()
    {
        Platform = "sensor",
        UniqueId = $"{identifier}_{key}",
        Name = name,
        Category = Diagnostic,
        Qos = AtLeastOnce,
        ExpireAfterSeconds = BrokerTimers.ExpireAfterSeconds,
        ValueTemplate = template,
    };

    public static Component BinarySensor(string identifier, string key, string name, string? deviceClass, string template) => new()
    {
        Platform = "binary_sensor",
        UniqueId = $"{identifier}_{key}",
        Name = name,
        DeviceClass = deviceClass,
        Qos = AtLeastOnce,
        ExpireAfterSeconds = BrokerTimers.ExpireAfterSeconds,
        ValueTemplate = template,
    };

    /// <summary>Null is neither on nor off: Home Assistant shows "unknown" for <c>None</c>.</summary>
    public static string OnOffOrUnknown(string key) =>
        $"{{{{ 'None' if value_json.{key} is none else ('ON' if value_json.{key} else 'OFF') }}}}";

    public static string OnOff(string key) => $"{{{{ 'ON' if value_json.{key} else 'OFF' }}}}";

    public static string Value(string key) => $"{{{{ value_json.{key} }}}}";

    public static Component RoundTrip(string identifier, bool enabled) =>
        Sensor(identifier, "round_trip", "Round-trip time", Value("round_trip_ms")) with
        {
            DeviceClass = "duration",
            StateClass = "measurement",
            Unit = "ms",
            EnabledByDefault = enabled ? null : false,
        };
}
