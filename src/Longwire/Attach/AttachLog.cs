using Microsoft.Extensions.Logging;

namespace Longwire.Attach;

/// <summary>
/// What the attach side logs: transitions, each once, or with a count where they repeat (see <see cref="Platform.TransitionLog"/>). A state
/// that persists is in the snapshot, not here.
/// </summary>
internal static partial class AttachLog
{
    [LoggerMessage(LogLevel.Information, "{Name} ({Radio}) is lost: {Reason}")]
    public static partial void Lost(ILogger logger, string name, string radio, string reason);

    [LoggerMessage(LogLevel.Information, "{Name} ({Radio}) is {Status} {Reason}")]
    public static partial void Status(ILogger logger, string name, string radio, string status, string reason);

    [LoggerMessage(LogLevel.Warning, "{Problem}")]
    public static partial void Problem(ILogger logger, string problem);

    [LoggerMessage(LogLevel.Information, "{Pi} ({Address}) answers")]
    public static partial void PiReachable(ILogger logger, string pi, string address);

    [LoggerMessage(LogLevel.Information, "New radio {Radio} '{Name}' on {Pi}, port {Port}")]
    public static partial void NewRadio(ILogger logger, string radio, string name, string pi, string port);

    [LoggerMessage(LogLevel.Information, "Freed vhci port {Port}, left there by an earlier run for {Radio}")]
    public static partial void StalePortFreed(ILogger logger, int port, string radio);

    [LoggerMessage(LogLevel.Information, "vhci port {Port} is no longer ours and is left alone")]
    public static partial void PortNotOurs(ILogger logger, int port);

    [LoggerMessage(LogLevel.Warning, "vhci port {Port} could not be freed: {Reason}")]
    public static partial void DetachFailed(ILogger logger, int port, string reason);

    [LoggerMessage(
        LogLevel.Information,
        "vhci port {Port} has a device ({BusId}) that is not ours; it is left alone. If it is one of your radios, stop what attached it: "
            + "another USB/IP app, or a unit that runs usbip attach")]
    public static partial void Stranger(ILogger logger, int port, string busId);

    [LoggerMessage(LogLevel.Warning, "{BusId}, which is not ours, could not be given to its drivers: {Reason}")]
    public static partial void StrangerNotAuthorized(ILogger logger, string busId, string reason);

    [LoggerMessage(
        LogLevel.Warning,
        "No shell to restore authorized_default if Longwire is killed ({Reason}); it is then restored at the next start")]
    public static partial void NoGuard(ILogger logger, string reason);

    [LoggerMessage(
        LogLevel.Warning, "authorized_default of {Hub} could not be restored: {Reason}. It is tried again at the end of the next run")]
    public static partial void DefaultNotRestored(ILogger logger, string hub, string reason);

    [LoggerMessage(LogLevel.Warning, "{Path} cannot be written: {Reason}. Going on; what changes is forgotten at the next start")]
    public static partial void MemoryNotWritable(ILogger logger, string path, string reason);

    [LoggerMessage(LogLevel.Information, "{Path} can be written again")]
    public static partial void MemoryWritable(ILogger logger, string path);

    [LoggerMessage(LogLevel.Error, "The stick at {BusId} on {Pi} could not be attached, for a reason that nobody foresaw")]
    public static partial void Unforeseen(ILogger logger, string busId, string pi, Exception e);

    [LoggerMessage(LogLevel.Warning, "{Radio} was not detached in time")]
    public static partial void StopIncomplete(ILogger logger, string radio);

    [LoggerMessage(LogLevel.Debug, "{Reason}")]
    public static partial void SerialModuleMissing(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Error, "{Pi} could not be asked for its list, for a reason that nobody foresaw")]
    public static partial void UnforeseenAnswer(ILogger logger, string pi, Exception e);

    [LoggerMessage(
        LogLevel.Warning,
        "{Name} ({Radio}) is attached, and the server on its Pi fails what its driver asks for, hundreds of times a second: it has room "
            + "for too few pending URBs. Give it room for 32 (in ESPHome max_transfer_requests: 32 under usb_host)")]
    public static partial void ShortOfUrbs(ILogger logger, string name, string radio);

    [LoggerMessage(LogLevel.Information, "{Name} ({Radio}) is attached afresh, as a person asked")]
    public static partial void Reattached(ILogger logger, string name, string radio);

    [LoggerMessage(LogLevel.Information, "{Name} ({Radio}) is attached afresh, as a person asked again: its Pi is to do more ({Step})")]
    public static partial void AskedToReset(ILogger logger, string name, string radio, string step);

    [LoggerMessage(LogLevel.Information, "{Name} ({Radio}) {Became}")]
    public static partial void ResetAnswered(ILogger logger, string name, string radio, string became);

    [LoggerMessage(LogLevel.Information, "{Name} ({Radio}) is not attached afresh, since it is to be detached: switch \"Attached\" on")]
    public static partial void NotReattached(ILogger logger, string name, string radio);

    [LoggerMessage(LogLevel.Information, "{Name} ({Radio}) is to be taken over from the host that has it, as a person asked")]
    public static partial void TakesOver(ILogger logger, string name, string radio);

    [LoggerMessage(LogLevel.Information, "{Name} ({Radio}) is not taken over: {Why}")]
    public static partial void NotTakenOver(ILogger logger, string name, string radio, string why);

    [LoggerMessage(LogLevel.Information, "{Name} ({Radio}) has another stick now, {Stick}, in place of {Former}")]
    public static partial void Replaced(ILogger logger, string name, string radio, string stick, string former);

    [LoggerMessage(LogLevel.Information, "{Name} ({Radio}) calls itself {UsbId} now, and {Former} before: the same stick, other firmware")]
    public static partial void Flashed(ILogger logger, string name, string radio, string usbId, string former);

    [LoggerMessage(LogLevel.Information, "{Name} ({Radio}): {Advice}")]
    public static partial void FormerRule(ILogger logger, string name, string radio, string advice);

    [LoggerMessage(
        LogLevel.Information, "The stick at {BusId} on {Pi} does not take the place of {Name} ({Radio}): it is none of its kind, or known")]
    public static partial void NotReplaced(ILogger logger, UsbIp.Usb.BusId busId, string pi, string name, string radio);

    [LoggerMessage(
        LogLevel.Information,
        "{Radio} is the stick that {Name} ({Replaced}) was until another one took its place; it is a radio of its own now. To give it that "
            + "place again, stop longwire attach and run: longwire replace {Replaced} {Radio}")]
    public static partial void FormerStickIsBack(ILogger logger, string radio, string name, string replaced);

    [LoggerMessage(
        LogLevel.Information, "For an hour nothing of {Pi} and its radios is a problem, and no app is restarted, as a person asked")]
    public static partial void Silenced(ILogger logger, string pi);

    [LoggerMessage(LogLevel.Information, "What is wrong with {Pi} and its radios is told again")]
    public static partial void SilenceOver(ILogger logger, string pi);

    [LoggerMessage(
        LogLevel.Information, "{Name} ({Radio}) is forgotten; if the options ask for its stick, that is a new radio from now on")]
    public static partial void Forgotten(ILogger logger, string name, string radio);

    [LoggerMessage(LogLevel.Information, "No radio is missing any more")]
    public static partial void NoneDown(ILogger logger);

    [LoggerMessage(LogLevel.Debug, "No longer: {Problem}")]
    public static partial void ProblemOver(ILogger logger, string problem);

    [LoggerMessage(LogLevel.Debug, "The attempt at {BusId} on {Pi} ended: {Outcome}")]
    public static partial void Ended(ILogger logger, UsbIp.Usb.BusId busId, string pi, AttachOutcome outcome);

    [LoggerMessage(LogLevel.Warning, "vhci_hcd's status has a line that is not understood, and its port is left alone: '{Line}'")]
    public static partial void UnknownPort(ILogger logger, string line);

    [LoggerMessage(
        LogLevel.Information,
        "vhci port {Port}, where {Radio} was last, is not free yet: it takes another one, and its names by path change")]
    public static partial void AnotherPort(ILogger logger, int port, string radio);

    [LoggerMessage(LogLevel.Warning, "{Count} of the attachments and watches did not end in time; they end with the process")]
    public static partial void TasksLeft(ILogger logger, int count);
}
