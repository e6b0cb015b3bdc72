using Longwire.Link.Wire;

namespace Longwire.Attach.Carriers;

/// <summary>What a person is told of a session's end.</summary>
internal static class SessionEndText
{
    public static string Of(EndReason reason) => reason switch
    {
        EndReason.Requested => "it was detached",
        EndReason.SubjectGone => "the stick was unplugged",
        EndReason.KernelClosed => "the Pi's kernel closed the connection: the stick was unplugged, or stopped answering there",
        EndReason.Stopping => "the Pi's export stopped",
        EndReason.Superseded =>
            "another Home Assistant with this one's key has it now: a restored backup, or a copied card, runs elsewhere",
        EndReason.TakenOver => "another Home Assistant has taken it over",
        EndReason.Revoked => "the Pi does not let this Home Assistant in any more: its key was revoked there",
        EndReason.HoldExpired => "the Pi has waited long enough for this machine to come back",
        EndReason.ProtocolError => "the two sides did not understand each other",
        EndReason.UnknownSession => "the Pi knows nothing of it any more: it, or its export, was started anew",
        _ => $"the Pi ended it (reason {(ushort)reason}, of a later release)",
    };
}
