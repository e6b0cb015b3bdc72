using Longwire.Health;

namespace Longwire.HomeAssistant;

internal static class PiDevice
{
    public static Device Of(PiSnapshot pi, Topics topics, string version)
    {
        string identifier = topics.PiIdentifier(pi.Id);
        var components = new SortedDictionary<string, Component>(StringComparer.Ordinal)
        {
            ["reachable"] = Entity.BinarySensor(identifier, "reachable", "Reachable", "connectivity", Entity.OnOffOrUnknown("reachable")),
            ["round_trip"] = Entity.RoundTrip(identifier, enabled: true),
        };
        var message = new DiscoveryMessage
        {
            Device = new DeviceInfo
            {
                Identifier = identifier,
                Name = Device.NameFor(pi.Name, pi.Id, "Pi", components.Values),
                Model = pi.Mode == PiMode.Link ? "Longwire export" : "USB/IP server",
                SoftwareVersion = pi.Version,
                Via = topics.BridgeIdentifier,
            },
            Origin = new Origin { Name = "Longwire", SoftwareVersion = version },
            Availability = [new Availability(topics.BridgeState)],
            StateTopic = topics.PiState(pi.Id),
            Components = components,
        };
        return new Device(topics.Config(identifier), message, [topics.PiState(pi.Id)]);
    }
}
