namespace Longwire.Lab.Story;

/// <summary>
/// What script/demo publishes, and nobody else: a base topic of its own, so that all of it can be told from what else lies on a person's
/// broker, from their own Longwire's too, and taken away again.
/// </summary>
internal static class DemoTopics
{
    public const string Base = "longwire-demo";

    private const string Prefix = "homeassistant";
    private const string PiId = "attic";
    private const string RadioId = "0658_0200_ZW0001";

    public static string BridgeState => $"{Base}/bridge/state";

    /// <summary>The identifier of a device, which is also the beginning of its unique ids. Names are anybody's.</summary>
    public static string Bridge => $"{Base}_bridge";

    public static string Radio => $"{Base}_radio_{RadioId}";

    public static string RadioState => $"{Base}/radio/{RadioId}/state";

    /// <summary>What the story's bridge, Pi and radio retain.</summary>
    public static IReadOnlyList<string> Retained { get; } =
    [
        BridgeState, $"{Base}/bridge/info", $"{Base}/pi/{PiId}/state", $"{Base}/radio/{RadioId}/state",
        $"{Prefix}/device/{Bridge}/config", $"{Prefix}/device/{Base}_pi_{PiId}/config", $"{Prefix}/device/{Radio}/config",
    ];

    /// <summary>All that may be ours and, as filters cannot be narrower, other people's discovery.</summary>
    public static IReadOnlyList<string> Filters { get; } = [$"{Base}/#", $"{Prefix}/device/+/config"];

    public static bool IsOurs(string topic) =>
        topic.StartsWith($"{Base}/", StringComparison.Ordinal)
        || (topic.Split('/') is [Prefix, "device", var device, "config"] && IsOurDevice(device));

    public static bool IsOurDevice(string id) => id.StartsWith($"{Base}_", StringComparison.Ordinal);
}
