using Microsoft.Extensions.Logging;

namespace Longwire.Platform;

internal static class TransitionLogging
{
    /// <summary>
    /// For a line that may repeat without anybody's doing: see <see cref="TransitionLog"/>. Any other logger is handed back as it is.
    /// </summary>
    /// <param name="source">Who can make it repeat: a Pi, an app, the broker. One of a set that is known beforehand.</param>
    /// <param name="subject">What tells lines of one kind apart: a radio, a bus id. Not what differs each time.</param>
    public static ILogger About(this ILogger logger, string source, string subject = "") =>
        logger is TransitionLog log ? log.About(source, subject) : logger;
}
