using Longwire.Link.Wire;
using Microsoft.Extensions.Logging;

namespace Longwire.Export.Link;

/// <summary>What the export side says of paired hosts, and of those who would be.</summary>
internal static partial class HostLog
{
    [LoggerMessage(LogLevel.Information, "Listening on port {Port} for paired hosts")]
    public static partial void Listening(ILogger logger, int port);

    [LoggerMessage(LogLevel.Error, "No paired host is let in: {Problem}")]
    public static partial void NoKey(ILogger logger, string problem);

    [LoggerMessage(LogLevel.Debug, "{Host} did not say who it is in time")]
    public static partial void TooSlow(ILogger logger, string host);

    [LoggerMessage(LogLevel.Debug, "{Host} does not speak the link's protocol: {Reason}")]
    public static partial void Confused(ILogger logger, string host, string reason);

    [LoggerMessage(LogLevel.Warning, "{Host} with the key {Key} was refused: {Reason}")]
    public static partial void Refused(ILogger logger, string host, string key, RefusalReason reason);

    [LoggerMessage(LogLevel.Error, "{Host} provoked a fault of ours")]
    public static partial void Fault(ILogger logger, Exception e, string host);

    [LoggerMessage(LogLevel.Information, "{Client} is away; the stick at {BusId} is kept for it")]
    public static partial void Away(ILogger logger, Client client, string busId);

    [LoggerMessage(LogLevel.Information, "{Client} is back for the stick at {BusId}")]
    public static partial void Back(ILogger logger, Client client, string busId);

    [LoggerMessage(
        LogLevel.Information, "{Client} takes the stick at {BusId} over from {Owner}, of which nothing was heard for {Silent:F1} s")]
    public static partial void TakenOver(ILogger logger, Client client, string busId, Client owner, double silent);

    [LoggerMessage(
        LogLevel.Information,
        "{Client} wants the stick at {BusId}, and {Owner} keeps it: it is connected, or was heard {Silent:F1} s ago. Detach it there")]
    public static partial void NotGiven(ILogger logger, Client client, string busId, Client owner, double silent);

    [LoggerMessage(LogLevel.Warning, "{Client} broke the protocol over the stick at {BusId}: {Reason}")]
    public static partial void Broken(ILogger logger, Client client, string busId, string reason);
}
