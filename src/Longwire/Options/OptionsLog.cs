using Microsoft.Extensions.Logging;

namespace Longwire.Options;

internal static partial class OptionsLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Problem}")]
    public static partial void OptionProblem(ILogger logger, OptionProblem problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Path} has changed; applying what is new in it")]
    public static partial void OptionsChanged(ILogger logger, string path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Changes of {Path} are noticed only every 10 s: {Reason}")]
    public static partial void OptionsPolled(ILogger logger, string path, string reason);
}
