using Longwire.HomeAssistant.Broker;
using Longwire.State;

namespace Longwire.HomeAssistant.Discovery;

internal static class PiDevice
{
    /// <param name="published">The keys of what was published of it before.</param>
    public static Device Of(PiSnapshot pi, Topics topics, string version, IReadOnlyCollection<string>? published = null)
    {
        string identifier = topics.PiIdentifier(pi.Id);
        var components = new SortedDictionary<string, Component>(StringComparer.Ordinal)
        {
            ["reachable"] = Entity.BinarySensor(identifier, "reachable", "Reachable", "connectivity", Entity.OnOffOrUnknown("reachable")),
            ["round_trip"] = Entity.RoundTrip(identifier, enabled: true),
            ["silence"] = new Component
            {
                Platform = "switch",
                UniqueId = $"{identifier}_silence",
                Name = "Silence for an hour",
                Icon = "mdi:bell-sleep-outline",
                Category = Entity.Config,
                Qos = 1,
                CommandTopic = topics.PiSilence(pi.Id),
                ValueTemplate = Entity.OnOff("silenced"),
            },
        };
        foreach (PiVitalEntity vital in PiVitalEntity.All)
        {
            // One that was there stays while the Pi is away, or off its Wi-Fi; nothing that never has a value.
            bool wasThere = pi.Mode == PiMode.Link && published?.Contains(vital.Key) == true;
            if (wasThere || (pi.Vitals is { } vitals && vital.IsKnown(vitals))) components[vital.Key] = vital.Of(identifier);
        }
        // Nothing that never has a value on a Pi whose server is not ours.
        if (pi.Mode == PiMode.Link || pi.Version is not null) components["update"] = Update(identifier);
        var message = new DiscoveryMessage
        {
            Device = new DeviceInfo
            {
                Identifier = identifier,
                Name = Device.NameFor(pi.Name, pi.Id, "Pi", components.Values),
                Model = ModelOf(pi),
                SoftwareVersion = pi.Version,
                Via = topics.BridgeIdentifier,
            },
            Origin = Origin.Of(version),
            Availability = [new Availability(topics.BridgeState)],
            StateTopic = topics.PiState(pi.Id),
            Components = components,
        };
        return new Device(topics.Config(identifier), message, [topics.PiState(pi.Id)]);
    }

    // It cannot be installed from here, so there is no button: what to do on the Pi is in what Home Assistant shows as the summary.
    private static Component Update(string identifier) => new()
    {
        Platform = "update",
        UniqueId = $"{identifier}_update",
        Name = "Longwire export",
        DeviceClass = "firmware",
        Category = Entity.Diagnostic,
        Qos = 1,
        ValueTemplate = "{{ value_json.update | tojson }}",
    };

    /// <summary>Null while the Pi is away: it says who it is with its list, and Home Assistant keeps what it was told before.</summary>
    private static string? ModelOf(PiSnapshot pi) => pi switch
    {
        { Mode: PiMode.Link } or { Version: not null } => "Longwire export",
        { Reachable: true } => "USB/IP server",
        _ => null,
    };
}
