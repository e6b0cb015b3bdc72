using System.Text.Json.Nodes;

namespace Longwire.Testing.Brokers;

/// <summary>
/// A device as its last discovery message describes it, and when that changed for each of its components. Home Assistant makes a message
/// of its own for each component, of what the device has in common and what is the component's; only if that changes, it sets the component
/// up anew, and what can expire is unavailable until its next state (Core, mqtt/entity.py: _async_discovery_callback; binary_sensor.py and
/// sensor.py: _setup_from_config).
/// </summary>
internal sealed class DiscoveredDevice
{
    private static readonly string[] ComponentsKeys = ["components", "cmps"];

    private readonly string _payload;
    private readonly Dictionary<string, (string Config, long? Changed)> _configs = [];

    private DiscoveredDevice(string topic, string payload)
    {
        _payload = payload;
        Root = JsonNode.Parse(payload)?.AsObject() ?? throw new FormatException($"{topic}: {payload}");
        Components = ComponentsKeys.Select(key => Root[key]).OfType<JsonObject>().FirstOrDefault() ?? [];
    }

    public JsonObject Root { get; }
    public JsonObject Components { get; }

    /// <summary>The devices that are there, by discovery topic, in the order of their first appearance.</summary>
    public static OrderedDictionary<string, DiscoveredDevice> In(IEnumerable<Message> messages)
    {
        // A device that is taken away keeps its place for when it comes back.
        OrderedDictionary<string, DiscoveredDevice?> devices = [];
        foreach (Message message in messages)
        {
            if (!IsDiscovery(message.Topic)) continue;
            DiscoveredDevice? before = devices.GetValueOrDefault(message.Topic);
            if (before?._payload == message.Payload) continue;
            devices[message.Topic] = message.Payload.Length == 0 ? null : After(before, message);
        }
        OrderedDictionary<string, DiscoveredDevice> there = [];
        foreach ((string topic, DiscoveredDevice? device) in devices)
        {
            if (device is not null) there.Add(topic, device);
        }
        return there;
    }

    /// <summary>When an entity that was there already was described in another way; null if it never was.</summary>
    public long? ChangedAt(string component) =>
        _configs.TryGetValue(component, out (string Config, long? Changed) known) ? known.Changed : null;

    private static bool IsDiscovery(string topic) => topic.Split('/') is [_, "device", _, "config"];

    private static DiscoveredDevice After(DiscoveredDevice? before, Message message)
    {
        var device = new DiscoveredDevice(message.Topic, message.Payload);
        IEnumerable<KeyValuePair<string, JsonNode?>> rest = device.Root.Where(member => !ComponentsKeys.Contains(member.Key));
        string common = string.Concat(rest.Select(member => $"{member.Key}={member.Value?.ToJsonString()};"));
        foreach ((string key, JsonNode? component) in device.Components)
        {
            // A platform alone takes the component away; what comes after it is a new one.
            if (component is not JsonObject { Count: > 1 }) continue;
            string config = common + component.ToJsonString();
            device._configs[key] = (config, before is null || !before._configs.TryGetValue(key, out (string Config, long? Changed) known)
                ? null
                : known.Config == config ? known.Changed : message.Timestamp);
        }
        return device;
    }
}
