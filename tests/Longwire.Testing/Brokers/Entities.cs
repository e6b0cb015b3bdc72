using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Longwire.Testing.Brokers;

/// <param name="Device">The device's name, as a person reads it.</param>
/// <param name="DeviceId">The device's identifier.</param>
/// <param name="Key">The component's key in the discovery message.</param>
/// <param name="Platform">Such as <c>binary_sensor</c>.</param>
/// <param name="Name">The entity's own, without the device's; null if it has none.</param>
/// <param name="UniqueId">By which Home Assistant knows it again.</param>
/// <param name="Id">As Home Assistant would call it the first time it sees it.</param>
/// <param name="State">As Home Assistant shows it: on, off, unknown, unavailable, or the value.</param>
public sealed record Entity(
    string Device, string DeviceId, string Key, string Platform, string? Name, string UniqueId, string Id, string State);

/// <summary>
/// What Home Assistant would show, made as it makes it: from the discovery messages, the last payload of each state topic, the
/// templates, availability and expiry. A discovery message that changes ends what was known: an entity that can expire is unavailable
/// from there to the next state that comes once the change was carried out.
/// </summary>
public sealed class Entities
{
    private static readonly Dictionary<string, string> ShortNames = new()
    {
        ["availability"] = "avty", ["components"] = "cmps", ["device"] = "dev", ["identifiers"] = "ids", ["platform"] = "p",
        ["state_topic"] = "stat_t", ["topic"] = "t",
        ["unique_id"] = "uniq_id", ["value_template"] = "val_tpl", ["expire_after"] = "exp_aft", ["payload_on"] = "pl_on",
        ["payload_off"] = "pl_off",
    };

    /// <summary>
    /// How long Home Assistant may take to carry out a changed discovery message: a state that comes sooner may be lost to it.
    /// </summary>
    internal static readonly TimeSpan CarriesOutWithin = TimeSpan.FromSeconds(1);

    private Entities(IReadOnlyList<Entity> all, IReadOnlyList<string> discoveries) => (All, DiscoveryTopics) = (all, discoveries);

    public IReadOnlyList<Entity> All { get; }

    /// <summary>Topics of the devices that are there.</summary>
    public IReadOnlyList<string> DiscoveryTopics { get; }

    /// <summary>An entity by the name of its device and its key, such as ("Z-Wave", "connected"); null if there is none.</summary>
    public Entity? Find(string device, string key) =>
        All.FirstOrDefault(entity => (entity.Device == device || entity.DeviceId == device) && entity.Key == key);

    /// <summary>An entity's state; "absent" if there is no such entity.</summary>
    public string State(string device, string key) => Find(device, key)?.State ?? "absent";

    /// <summary>A table for people, one line per entity that has a state.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (IGrouping<string, Entity> device in All.Where(entity => entity.Platform is not ("device_automation" or "button"))
            .GroupBy(entity => entity.Device))
        {
            text.Append(CultureInfo.InvariantCulture, $"  {device.Key}:");
            foreach (Entity entity in device) text.Append(CultureInfo.InvariantCulture, $"  {entity.Name} = {entity.State};");
            text.Length--;
            text.AppendLine();
        }
        return text.ToString().TrimEnd();
    }

    internal static Entities From(IReadOnlyList<Message> messages, TimeProvider time) => At(messages, time, time.GetTimestamp());

    /// <param name="messages">Those that came until then.</param>
    /// <param name="time">Whose time stamps the messages bear.</param>
    /// <param name="now">As <see cref="TimeProvider.GetTimestamp"/>.</param>
    internal static Entities At(IEnumerable<Message> messages, TimeProvider time, long now)
    {
        IReadOnlyCollection<Message> until = [.. messages];
        Dictionary<string, Message> latest = [];
        foreach (Message message in until) latest[message.Topic] = message;
        List<Entity> all = [];
        OrderedDictionary<string, DiscoveredDevice> devices = DiscoveredDevice.In(until);
        foreach (DiscoveredDevice device in devices.Values)
        {
            foreach ((string key, JsonNode? component) in device.Components)
            {
                // A platform alone takes the entity away.
                if (component is null || Text(component, "unique_id") is null) continue;
                all.Add(ToEntity(device, key, component, new Moment(latest, time, now)));
            }
        }
        return new Entities(all, [.. devices.Keys]);
    }

    private static Entity ToEntity(DiscoveredDevice discovered, string key, JsonNode component, Moment moment)
    {
        JsonNode root = discovered.Root;
        JsonNode device = Member(root, "device") ?? throw new FormatException($"{key}: no device");
        string deviceName = Text(device, "name") ?? "";
        JsonNode? identifiers = Member(device, "identifiers");
        string deviceId = (identifiers is JsonArray several ? several[0] : identifiers)?.GetValue<string>() ?? "";
        string platform = Text(component, "platform") ?? "";
        string? name = Text(component, "name");
        return new Entity(
            deviceName, deviceId, key, platform, name, Text(component, "unique_id")!, $"{platform}.{Slug($"{deviceName} {name}")}",
            State(root, component, platform, discovered.ChangedAt(key), moment));
    }

    private static string State(JsonNode root, JsonNode component, string platform, long? changed, Moment moment)
    {
        foreach (JsonNode? availability in (Member(component, "availability") ?? Member(root, "availability")) as JsonArray ?? [])
        {
            if (availability is null || moment.Latest.GetValueOrDefault(Text(availability, "topic") ?? "")?.Payload != "online")
            {
                return "unavailable";
            }
        }
        string? topic = Text(component, "state_topic") ?? (platform is "button" or "device_automation" ? null : Text(root, "state_topic"));
        if (topic is null || !moment.Latest.TryGetValue(topic, out Message? message) || message.Payload.Length == 0) return "unknown";
        if (Member(component, "expire_after") is { } seconds)
        {
            if (moment.Time.GetElapsedTime(message.Timestamp, moment.Now) > TimeSpan.FromSeconds(seconds.GetValue<double>()))
            {
                return "unavailable";
            }
            if (changed is { } since && moment.Time.GetElapsedTime(since, message.Timestamp) < CarriesOutWithin) return "unavailable";
        }
        if (platform == "event") return JsonNode.Parse(message.Payload)?["event_type"]?.GetValue<string>() ?? "unknown";
        string value = Template.Render(Text(component, "value_template"), message.Payload);
        if (value == "None") return "unknown";
        if (platform is not ("binary_sensor" or "switch")) return value;
        return value == (Text(component, "payload_on") ?? "ON") ? "on" : value == (Text(component, "payload_off") ?? "OFF") ? "off"
            : $"invalid ({value})";
    }

    private readonly record struct Moment(Dictionary<string, Message> Latest, TimeProvider Time, long Now);

    private static JsonNode? Member(JsonNode node, string name) =>
        node[name] ?? (ShortNames.TryGetValue(name, out string? shortName) ? node[shortName] : null);

    private static string? Text(JsonNode node, string name) => Member(node, name)?.GetValue<string>();

    private static string Slug(string text)
    {
        string slug = string.Concat(
            text.ToUpperInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) ? char.ToLowerInvariant(letter) : '_'));
        while (slug.Contains("__", StringComparison.Ordinal)) slug = slug.Replace("__", "_", StringComparison.Ordinal);
        return slug.Trim('_');
    }
}
