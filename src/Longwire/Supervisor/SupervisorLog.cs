using Microsoft.Extensions.Logging;

namespace Longwire.Supervisor;

internal static partial class SupervisorLog
{
    [LoggerMessage(LogLevel.Information, "The options were changed in Home Assistant; applying what is new in them")]
    public static partial void OptionsChanged(ILogger logger);

    [LoggerMessage(
        LogLevel.Information, "Options changed in Home Assistant are not seen now: {Reason}. Those read before stay in force")]
    public static partial void OptionsSilent(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Information, "Options changed in Home Assistant are seen again")]
    public static partial void OptionsAnswered(ILogger logger);

    [LoggerMessage(LogLevel.Debug, "Where Home Assistant shows our page is not known now: {Reason}")]
    public static partial void PageNotKnown(ILogger logger, string reason);
}
