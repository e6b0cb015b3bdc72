using Longwire.HomeAssistant.Broker;
using Longwire.Options;

namespace Longwire.HomeAssistant.Discovery;

/// <summary>What a person can do to Longwire itself from Home Assistant.</summary>
internal static class BridgeControls
{
    /// <summary>Off until somebody wants it: it takes every radio away for a moment.</summary>
    public static Component Restart(string identifier, Topics topics) => new()
    {
        Platform = "button",
        UniqueId = $"{identifier}_restart",
        Name = "Restart",
        DeviceClass = "restart",
        Category = Entity.Config,
        EnabledByDefault = false,
        Qos = 1,
        CommandTopic = topics.BridgeRestart,
    };

    public static Component LogLevel(string identifier, Topics topics) => new()
    {
        Platform = "select",
        UniqueId = $"{identifier}_log_level",
        Name = "Log level",
        Icon = "mdi:text-box-search-outline",
        Category = Entity.Config,
        Qos = 1,
        CommandTopic = topics.BridgeLogLevel,
        ValueTemplate = Entity.Value("log_level"),
        Options = [.. LogLevels.Names],
    };
}
