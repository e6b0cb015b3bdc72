using System.Net;
using Microsoft.Extensions.Logging;

namespace Longwire.Export;

/// <summary>Everything the export side says. A transition is said once.</summary>
internal static partial class ExportLog
{
    [LoggerMessage(LogLevel.Information, "{Stick} is offered")]
    public static partial void Offered(ILogger logger, string stick);

    [LoggerMessage(LogLevel.Information, "{Stick} is served to {Client}")]
    public static partial void Serving(ILogger logger, string stick, Client client);

    [LoggerMessage(LogLevel.Information, "{Stick} is no longer served to {Client}")]
    public static partial void SessionEnded(ILogger logger, string stick, Client client);

    [LoggerMessage(LogLevel.Information, "{Stick} is to be set anew, as {Client} asked: {How}")]
    public static partial void Resetting(ILogger logger, string stick, Client client, string how);

    [LoggerMessage(LogLevel.Information, "{Stick} was set anew")]
    public static partial void Reset(ILogger logger, string stick);

    [LoggerMessage(LogLevel.Information, "{Stick} is not set anew, as {Client} asked: {Why}")]
    public static partial void NotReset(ILogger logger, string stick, Client client, string why);

    [LoggerMessage(LogLevel.Information, "{Stick} was unplugged")]
    public static partial void Unplugged(ILogger logger, string stick);

    [LoggerMessage(LogLevel.Information, "{Stick} was unplugged and something was plugged in at its place")]
    public static partial void Replugged(ILogger logger, string stick);

    [LoggerMessage(LogLevel.Warning, "{Stick} is left alone while {Processes} has it open ({Ttys}); it is taken as soon as that lets go "
        + "of it. "
        + "To have it exported, stop that program here and let it use the stick on the Home Assistant host")]
    public static partial void TtyOpen(ILogger logger, string stick, string processes, string ttys);

    [LoggerMessage(LogLevel.Warning, "{Stick} is bound to usbip-host by somebody else ({By}) and left alone: disable what binds it "
        + "(grep -rl usbip /etc/systemd/system /etc/udev/rules.d finds units and rules), then unplug the stick and plug it in again; or "
        + "run longwire export with --take-over (LONGWIRE_TAKE_OVER=true, take_over: true), which serves it as it stands")]
    public static partial void BoundByOther(ILogger logger, string stick, string by);

    [LoggerMessage(
        LogLevel.Information,
        "{Stick} is bound to usbip-host by somebody else and taken over: it is served from here, and stays bound when Longwire stops")]
    public static partial void TakenOver(ILogger logger, string stick);

    [LoggerMessage(LogLevel.Information, "{Stick} stays bound to usbip-host, as it was found")]
    public static partial void LeftBound(ILogger logger, string stick);

    [LoggerMessage(
        LogLevel.Information,
        "{Stick} may be a radio, but that cannot be told for certain, and it is not exported. To export it add to radios: {Line}")]
    public static partial void Doubtful(ILogger logger, string stick, string line);

    [LoggerMessage(LogLevel.Warning, "{Stick} is in error state; it is bound again")]
    public static partial void ErrorState(ILogger logger, string stick);

    [LoggerMessage(LogLevel.Error, "{Stick} cannot be offered: {Reason}. Tried again with growing pauses")]
    public static partial void Refused(ILogger logger, string stick, string reason);

    [LoggerMessage(LogLevel.Warning, "{Stick} could not be served to {Client}: {Reason}")]
    public static partial void ServeRefused(ILogger logger, string stick, Client client, string reason);

    [LoggerMessage(LogLevel.Information, "The stick at {BusId} is given back to its own driver")]
    public static partial void GivenBack(ILogger logger, string busId);

    [LoggerMessage(
        LogLevel.Error, "The stick at {BusId} could not be given back to its own driver ({Reason}): unplug it and plug it in again")]
    public static partial void NotGivenBack(ILogger logger, string busId, string reason);

    [LoggerMessage(
        LogLevel.Error,
        "Not all sticks were given back in time (left: {BusIds}); they are taken over at the next start, or unplug them and plug them in "
            + "again")]
    public static partial void StopTookTooLong(ILogger logger, string busIds);

    [LoggerMessage(LogLevel.Error, "{Reason}")]
    public static partial void ModuleMissing(ILogger logger, string reason);

    [LoggerMessage(
        LogLevel.Warning,
        "{Path} cannot be read ({Reason}): sticks that an earlier run of Longwire left bound are taken for somebody else's; unplug them "
            + "and plug them in again")]
    public static partial void LedgerUnreadable(ILogger logger, string path, string reason);

    [LoggerMessage(
        LogLevel.Warning,
        "{Path} cannot be written ({Reason}): all works, but after a crash the sticks would be taken for somebody else's. Free some space "
            + "or make the folder writable")]
    public static partial void LedgerUnwritable(ILogger logger, string path, string reason);

    [LoggerMessage(
        LogLevel.Warning,
        "No client address is allowed, so port {Port} stays closed and no host can attach: set stock.allow to the address of your Home "
            + "Assistant host, for example stock: {{allow: [192.168.0.5]}}")]
    public static partial void NobodyAllowed(ILogger logger, int port);

    [LoggerMessage(LogLevel.Information, "Listening on port {Port} for {Clients}")]
    public static partial void Listening(ILogger logger, int port, string clients);

    [LoggerMessage(
        LogLevel.Warning, "Not everything in the options could be read, so what they said before of {Lists} stays in force until it can")]
    public static partial void ListKept(ILogger logger, string lists);

    [LoggerMessage(LogLevel.Error, "Port {Port} {Why}. Sticks stay bound, and the port is tried again with growing pauses")]
    public static partial void PortTaken(ILogger logger, int port, string why);

    [LoggerMessage(
        LogLevel.Warning,
        "{Address} asked for a radio and is not among the allowed clients: if it is your Home Assistant host, add it to stock.allow")]
    public static partial void Stranger(ILogger logger, IPAddress address);

    [LoggerMessage(
        LogLevel.Warning,
        "{Name} in stock.allow cannot be resolved: {Reason}. Whoever it means cannot attach until it can, unless from an address that it "
            + "had: correct it, or write its address")]
    public static partial void NameUnresolved(ILogger logger, string name, string reason);

    [LoggerMessage(LogLevel.Information, "{Name} in stock.allow is {Addresses}")]
    public static partial void NameResolved(ILogger logger, string name, string addresses);

    [LoggerMessage(LogLevel.Warning, "{Address} opens more connections than it asks on; those in excess get nothing")]
    public static partial void TooMany(ILogger logger, IPAddress address);

    [LoggerMessage(
        LogLevel.Warning, "No connection can be accepted: {Reason}. It keeps trying; radios that are attached work all the same")]
    public static partial void AcceptFailed(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Information, "Connections are accepted again")]
    public static partial void AcceptsAgain(ILogger logger);

    [LoggerMessage(LogLevel.Debug, "{Client} did not finish in time")]
    public static partial void ClientTooSlow(ILogger logger, Client client);

    [LoggerMessage(LogLevel.Debug, "{Client} does not speak USB/IP: {Reason}")]
    public static partial void ClientConfused(ILogger logger, Client client, string reason);

    [LoggerMessage(LogLevel.Debug, "{Client} left: {Reason}")]
    public static partial void ClientLeft(ILogger logger, Client client, string reason);

    [LoggerMessage(LogLevel.Error, "{Stick} provoked a fault of ours; it is tried again with growing pauses, and the others go on")]
    public static partial void StickFault(ILogger logger, Exception e, string stick);

    [LoggerMessage(LogLevel.Error, "{Client} provoked a fault of ours")]
    public static partial void ClientFault(ILogger logger, Exception e, Client client);
}
