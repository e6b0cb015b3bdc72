using Microsoft.Extensions.Logging;

namespace Longwire.DependentApps;

internal static partial class DependentAppsLog
{
    [LoggerMessage(LogLevel.Information, "{App} lost {Radio}; it {Running} then")]
    public static partial void Lost(ILogger logger, string app, string radio, string running);

    [LoggerMessage(LogLevel.Information, "{Radio} is back: restarting {App}, which is {State}")]
    public static partial void Restarting(ILogger logger, string radio, string app, string state);

    [LoggerMessage(LogLevel.Information, "{App} runs again")]
    public static partial void Restarted(ILogger logger, string app);

    [LoggerMessage(LogLevel.Information, "{Radio} is back: {App} is left as it is, because {Reason}")]
    public static partial void LeftAlone(ILogger logger, string radio, string app, string reason);

    [LoggerMessage(LogLevel.Information, "{App} has to wait: {Reason}")]
    public static partial void Waiting(ILogger logger, string app, string reason);

    [LoggerMessage(LogLevel.Warning, "{App} was not restarted: {Reason}")]
    public static partial void Failed(ILogger logger, string app, string reason);

    [LoggerMessage(LogLevel.Warning, "{Path} cannot be written: {Reason}")]
    public static partial void NotSaved(ILogger logger, string path, string reason);
}
