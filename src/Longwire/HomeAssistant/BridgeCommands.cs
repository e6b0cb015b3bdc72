using Longwire.HomeAssistant.Broker;
using Longwire.Options;
using Longwire.State;

namespace Longwire.HomeAssistant;

/// <summary>What a person asks of the bridge, as it comes over MQTT.</summary>
internal static class BridgeCommands
{
    private static readonly string s_levels = $"{string.Join(", ", LogLevels.Names[..^1])} or {LogLevels.Names[^1]}";

    /// <param name="command">Null: the payload is none; then <paramref name="expected"/> says what would be.</param>
    /// <returns>False: the topic is not one of the bridge's.</returns>
    public static bool TryParse(Topics topics, string topic, string payload, out BridgeCommand? command, out string expected)
    {
        command = null;
        expected = "";
        if (topic == topics.BridgeRestart)
        {
            expected = CommandReader.Press;
            if (payload == CommandReader.Press) command = new BridgeCommand.Restart();
        }
        else if (topic == topics.BridgeLogLevel)
        {
            expected = s_levels;
            if (LogLevels.Parse(payload) is { } level) command = new BridgeCommand.SetLogLevel(level);
        }
        return expected.Length > 0;
    }
}
