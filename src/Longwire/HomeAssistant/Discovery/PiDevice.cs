using Longwire.HomeAssistant.Broker;
using Longwire.State;

namespace Longwire.HomeAssistant.Discovery;

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

    /// <summary>Null while the Pi is away: it says who it is with its list, and Home Assistant keeps what it was told before.</summary>
    private static string? ModelOf(PiSnapshot pi) => pi switch
    {
        { Mode: PiMode.Link } or { Version: not null } => "Longwire export",
        { Reachable: true } => "USB/IP server",
        _ => null,
    };
}
