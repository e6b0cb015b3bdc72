using Microsoft.Extensions.Logging;

namespace Longwire.Export.Link;

internal static partial class EnrolmentLog
{
    [LoggerMessage(LogLevel.Information, "{Host} is enrolled: from now on it is let in without a pairing code")]
    public static partial void Enrolled(ILogger logger, string host);

    [LoggerMessage(LogLevel.Error, "A host with a good pairing code is not enrolled ({Host}): {Reason}. Make the folder writable, or free "
        + "some space; the code stays good")]
    public static partial void NotEnrolled(ILogger logger, string host, string reason);

    [LoggerMessage(LogLevel.Error, "What is known of hosts cannot be read ({Reason}). Hosts that were let in before go on, no other one is "
        + "enrolled, and nothing is written over it. Put the file right; or remove it and pair every host anew")]
    public static partial void Unreadable(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Information, "What is known of hosts can be read again")]
    public static partial void ReadableAgain(ILogger logger);
}
