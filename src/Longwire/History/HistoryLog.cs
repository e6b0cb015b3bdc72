using Microsoft.Extensions.Logging;

namespace Longwire.History;

internal static partial class HistoryLog
{
    [LoggerMessage(LogLevel.Warning, "{Path} cannot be used ({Reason}): the history on the web page begins anew")]
    public static partial void NotUnderstood(ILogger logger, string path, string reason);

    [LoggerMessage(
        LogLevel.Warning,
        "{Path} cannot be written ({Reason}): a restart will lose the history on the web page. Make room in the data folder")]
    public static partial void NotWritten(ILogger logger, string path, string reason);
}
