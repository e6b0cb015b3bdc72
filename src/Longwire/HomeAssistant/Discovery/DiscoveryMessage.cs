using System.Text.Json.Serialization;
using Longwire.Platform;

namespace Longwire.HomeAssistant.Discovery;

/// <summary>
/// One device with all its entities, in Home Assistant's abbreviated keys. An unknown key at the root, or one component
/// without a unique id, makes it reject the whole message: nothing is added here that its schema does not have.
/// </summary>
internal sealed record DiscoveryMessage
{
    [JsonPropertyName("dev")] public required DeviceInfo Device { get; init; }
    [JsonPropertyName("o")] public required Origin Origin { get; init; }
    [JsonPropertyName("avty")] public Availability[]? Availability { get; init; }
    [JsonPropertyName("stat_t")] public string? StateTopic { get; init; }

    // Sorted, so that the same device makes the same bytes and is not published again.
    [JsonPropertyName("cmps")] public required SortedDictionary<string, Component> Components { get; init; }
}

internal sealed record DeviceInfo
{
    [JsonPropertyName("ids")] public required string Identifier { get; init; }
    [JsonPropertyName("name")] public required string Name { get; init; }
    [JsonPropertyName("mf")] public string? Manufacturer { get; init; }
    [JsonPropertyName("mdl")] public string? Model { get; init; }
    [JsonPropertyName("mdl_id")] public string? ModelId { get; init; }
    [JsonPropertyName("sn")] public string? SerialNumber { get; init; }
    [JsonPropertyName("sw")] public string? SoftwareVersion { get; init; }
    [JsonPropertyName("via_device")] public string? Via { get; init; }

    /// <summary>Checked there (http, https or homeassistant, and a host): a bad one loses the whole device.</summary>
    [JsonPropertyName("cu")] public string? ConfigurationUrl { get; init; }
}

/// <summary>Who sends the message: mandatory for devices.</summary>
internal sealed record Origin
{
    [JsonPropertyName("name")] public required string Name { get; init; }
    [JsonPropertyName("sw")] public required string SoftwareVersion { get; init; }
    [JsonPropertyName("url")] public string? Url { get; init; }

    /// <summary>Ourselves.</summary>
    public static Origin Of(string version) => new() { Name = "Longwire", SoftwareVersion = version, Url = ProgramVersion.ProjectUrl };
}

internal sealed record Availability([property: JsonPropertyName("t")] string Topic);

/// <summary>An entity, a device trigger, or, with a platform alone, the removal of one.</summary>
internal sealed record Component
{
    [JsonPropertyName("p")] public required string Platform { get; init; }
    [JsonPropertyName("uniq_id")] public string? UniqueId { get; init; }
    [JsonPropertyName("name")] public string? Name { get; init; }
    [JsonPropertyName("dev_cla")] public string? DeviceClass { get; init; }
    [JsonPropertyName("stat_cla")] public string? StateClass { get; init; }
    [JsonPropertyName("unit_of_meas")] public string? Unit { get; init; }
    [JsonPropertyName("ent_cat")] public string? Category { get; init; }
    [JsonPropertyName("ic")] public string? Icon { get; init; }
    [JsonPropertyName("en")] public bool? EnabledByDefault { get; init; }
    [JsonPropertyName("qos")] public int? Qos { get; init; }
    [JsonPropertyName("exp_aft")] public int? ExpireAfterSeconds { get; init; }
    [JsonPropertyName("avty")] public Availability[]? Availability { get; init; }
    [JsonPropertyName("stat_t")] public string? StateTopic { get; init; }
    [JsonPropertyName("cmd_t")] public string? CommandTopic { get; init; }
    [JsonPropertyName("val_tpl")] public string? ValueTemplate { get; init; }
    [JsonPropertyName("json_attr_t")] public string? AttributesTopic { get; init; }
    [JsonPropertyName("json_attr_tpl")] public string? AttributesTemplate { get; init; }
    [JsonPropertyName("pl_on")] public string? PayloadOn { get; init; }
    [JsonPropertyName("pl_off")] public string? PayloadOff { get; init; }
    [JsonPropertyName("ops")] public string[]? Options { get; init; }
    [JsonPropertyName("evt_typ")] public string[]? EventTypes { get; init; }
    [JsonPropertyName("atype")] public string? AutomationType { get; init; }
    [JsonPropertyName("type")] public string? TriggerType { get; init; }
    [JsonPropertyName("stype")] public string? TriggerSubtype { get; init; }
    [JsonPropertyName("t")] public string? TriggerTopic { get; init; }
    [JsonPropertyName("pl")] public string? TriggerPayload { get; init; }
}
