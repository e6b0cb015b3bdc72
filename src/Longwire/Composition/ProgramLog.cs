using Longwire.Migration;
using Microsoft.Extensions.Logging;

namespace Longwire.Composition;

internal static partial class ProgramLog
{
    [LoggerMessage(Level = LogLevel.Critical, Message = "{Service} has failed, so longwire ends")]
    public static partial void ServiceFailed(ILogger logger, string service, Exception exception);

    [LoggerMessage(
        Level = LogLevel.Critical,
        Message =
            "{Service} has failed, so everything ended in order and starts anew ({Count} of at most {Most} times within {Minutes} min)")]
    public static partial void StartedAnew(ILogger logger, string service, int count, int most, int minutes, Exception exception);

    [LoggerMessage(Level = LogLevel.Critical, Message = "Longwire could not start or stop as it should")]
    public static partial void NotStartedOrStopped(ILogger logger, Exception exception);

    [LoggerMessage(
        Level = LogLevel.Information, Message = "Longwire {Version}: {Role}, options from {Options}, memory in {Data}")]
    public static partial void Starting(ILogger logger, string version, string role, string options, string data);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Problem}")]
    public static partial void DataNotKept(ILogger logger, string problem);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "This Pi is paired, and its key and what it knows of hosts are in {Folder}: if that is lost, every host must be paired "
            + "anew")]
    public static partial void PairingNotKept(ILogger logger, string folder);

    [LoggerMessage(Level = LogLevel.Information, Message = "From an earlier set-up: {Leftover}")]
    public static partial void Leftover(ILogger logger, FormerSetupPart leftover);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Somebody asked for a restart: every radio is detached, and attached again in a moment")]
    public static partial void Restarting(ILogger logger);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "A restart was asked for within {Seconds} s of the one before, and is left out. Look for an automation that presses the "
            + "button")]
    public static partial void RestartTooSoon(ILogger logger, int seconds);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Somebody set the log level to {LogLevel}, until the next start or the next change of the options")]
    public static partial void LogLevelSet(ILogger logger, string logLevel);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "{Service} has not stopped within {Seconds} s: something hangs in the kernel or on the disk. Longwire ends without it")]
    public static partial void ServiceNotStopped(ILogger logger, string service, int seconds);
}
