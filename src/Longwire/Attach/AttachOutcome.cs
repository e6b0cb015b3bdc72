using Longwire.UsbIp.Errors;

namespace Longwire.Attach;

/// <summary>How an attempt to attach, or an attachment, ended. The first cause wins; what follows is its echo.</summary>
internal abstract record AttachOutcome
{
    /// <summary>The Pi did not answer at all.</summary>
    internal sealed record Unreachable(string Reason) : AttachOutcome;

    /// <summary>The Pi answered the import, and not with the stick.</summary>
    internal sealed record NotGiven(UsbIpStatus Status) : AttachOutcome;

    /// <summary>Not the radio it claims to be, or of a class that is not allowed.</summary>
    internal sealed record Refused(string Reason) : AttachOutcome;

    internal sealed record Failed(string Reason) : AttachOutcome
    {
        /// <summary>The Pi took the request and did not answer it in time.</summary>
        public bool PiSlow { get; init; }

        /// <summary>It was on its port already, and the Pi closed the connection.</summary>
        public bool PiClosed { get; init; }

        /// <summary>The Pi will say the same as long as nobody does something there.</summary>
        public bool IsVerdict { get; init; }
    }

    /// <summary>It was attached, and is no longer.</summary>
    /// <param name="PiSilent">The Pi stopped answering; otherwise it, or something here, ended the connection.</param>
    internal sealed record Lost(string Reason, bool PiSilent) : AttachOutcome
    {
        /// <summary>The Pi closed the connection, as it does when the stick is pulled; whether it was, its next list tells.</summary>
        public bool PiClosed { get; init; }
    }

    /// <summary>Imported to learn who it is, and let go.</summary>
    internal sealed record LetGo : AttachOutcome;

    /// <summary>Ended because the reconciler asked for it.</summary>
    internal sealed record Cancelled : AttachOutcome;
}
