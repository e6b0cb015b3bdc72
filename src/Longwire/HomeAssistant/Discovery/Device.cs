namespace Longwire.HomeAssistant.Discovery;

/// <summary>A device as Home Assistant is to see it, and the retained topics that go with it when it leaves.</summary>
internal sealed record Device(string ConfigTopic, DiscoveryMessage Message, string[] RetainedTopics)
{
    /// <summary>
    /// A device name that an entity's name does not begin with: Home Assistant takes such a name apart and warns. People
    /// choose these names ("Radio", "Con"), and the first one decides the entity ids.
    /// </summary>
    public static string NameFor(string? wanted, string id, string kind, IEnumerable<Component> components)
    {
        string name = string.IsNullOrWhiteSpace(wanted) ? id : wanted.Trim();
        return components.Any(c => c.Name?.StartsWith(name, StringComparison.OrdinalIgnoreCase) == true) ? $"{name} {kind}" : name;
    }
}
