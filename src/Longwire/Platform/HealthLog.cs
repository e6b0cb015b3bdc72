using Microsoft.Extensions.Logging;

namespace Longwire.Platform;

internal static partial class HealthLog
{
    [LoggerMessage(
        LogLevel.Warning,
        "The container's health check will not turn healthy, since its file cannot be written ({Reason}): make that folder writable")]
    public static partial void NoHealthFile(ILogger logger, string reason);

    [LoggerMessage(
        LogLevel.Warning,
        "The file of the container's health check cannot be removed ({Reason}): it looks healthy before it is; make that folder writable")]
    public static partial void HealthFileStays(ILogger logger, string reason);
}
