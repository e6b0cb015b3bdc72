using Microsoft.Extensions.Logging;

namespace Longwire.HomeAssistant.Broker;

internal static partial class MqttLog
{
    [LoggerMessage(
        Level = LogLevel.Information, Message = "MQTT: {Reason} Home Assistant is told nothing; radios are attached all the same")]
    public static partial void NoBroker(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "MQTT: connected to {Host}:{Port}")]
    public static partial void Connected(ILogger logger, string host, int port);

    [LoggerMessage(Level = LogLevel.Warning, Message = "MQTT: {Problem} Trying on; radios are attached all the same")]
    public static partial void NotConnected(ILogger logger, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "MQTT: lost {Host}:{Port}: {Problem} Trying on; radios stay attached")]
    public static partial void Lost(ILogger logger, string host, int port, string problem);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "MQTT: {Host}:{Port} speaks MQTT 3.1.1, which works. It cannot say why it refuses a message, nor whether a command "
            + "that another broker hands on was retained there: send commands without retain")]
    public static partial void SpeaksOldMqtt(ILogger logger, string host, int port);

    [LoggerMessage(Level = LogLevel.Information, Message = "MQTT: {Host}:{Port} speaks MQTT 5 now")]
    public static partial void SpeaksNewMqtt(ILogger logger, string host, int port);

    [LoggerMessage(Level = LogLevel.Warning, Message = "MQTT: {Problem}")]
    public static partial void BrokerCannot(ILogger logger, string problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "MQTT: {Problem}")]
    public static partial void BrokerCannotAcknowledge(ILogger logger, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "MQTT: {Problem} Everything else is told")]
    public static partial void MessageRefused(ILogger logger, string problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "MQTT: the broker refuses nothing of ours any more")]
    public static partial void MessagesTaken(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "MQTT: {Problem}")]
    public static partial void Problem(ILogger logger, string problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "MQTT: the base topic {BaseTopic} is ours now; publishing")]
    public static partial void TakenOver(ILogger logger, string baseTopic);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message =
            "MQTT: another Longwire ({InstanceId}) asks for the base topic {BaseTopic}; we keep it. Give one of the two a base_topic of "
                + "its own")]
    public static partial void Defended(ILogger logger, string instanceId, string baseTopic);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "MQTT: another Longwire with this one's identity ({InstanceId}) asks for the base topic {BaseTopic}; we keep it. "
            + "If the data folder was copied, empty it on one of the two")]
    public static partial void DefendedFromCopy(ILogger logger, string instanceId, string baseTopic);

    [LoggerMessage(Level = LogLevel.Information, Message = "MQTT: the broker lets us read all that we need again")]
    public static partial void ReadsAllAgain(ILogger logger);

    [LoggerMessage(Level = LogLevel.Debug, Message = "MQTT: what we say where we listen comes back to us")]
    public static partial void ReadsAll(ILogger logger);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "MQTT: the topics under {BaseTopic} are left as they are, because another Longwire ({InstanceId}) uses them now")]
    public static partial void LeftToOther(ILogger logger, string baseTopic, string instanceId);

    [LoggerMessage(Level = LogLevel.Information, Message = "MQTT: removed {ConfigTopic} from Home Assistant")]
    public static partial void Removed(ILogger logger, string configTopic);

    [LoggerMessage(Level = LogLevel.Debug, Message = "MQTT: Home Assistant has started; publishing everything again")]
    public static partial void Birth(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "MQTT: {Topic}: \"{Value}\" is no command; send {Expected}")]
    public static partial void UnknownPayload(ILogger logger, string topic, string value, string expected);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "MQTT: {Topic}: a retained command is not obeyed: send commands without retain, and clear what lies there")]
    public static partial void RetainedCommand(ILogger logger, string topic);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "MQTT: {Topic}: there is no radio \"{Radio}\"; \"longwire list\" shows those there are")]
    public static partial void UnknownRadio(ILogger logger, string topic, string radio);

    [LoggerMessage(Level = LogLevel.Warning, Message = "MQTT: {Topic}: there is no Pi \"{Pi}\"; the options name those there are")]
    public static partial void UnknownPi(ILogger logger, string topic, string pi);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message =
            "MQTT: commands arrive faster than they can be carried out; some were dropped. Look for an automation that repeats itself")]
    public static partial void CommandsDropped(ILogger logger);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message =
            "{Path} cannot be read: {Reason}. Radios that left the options meanwhile stay in Home Assistant until their devices are "
                + "deleted there")]
    public static partial void TopicsNotRead(ILogger logger, string path, string reason);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Path} cannot be written: {Reason}. Until it can, radios that leave the options may stay in Home Assistant")]
    public static partial void TopicsNotSaved(ILogger logger, string path, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Path} can be written again")]
    public static partial void TopicsSavedAgain(ILogger logger, string path);
}
