using Longwire.Link.Wire;

namespace Longwire.Attach;

/// <summary>What it means that a Pi did not let us in over the link, and what a person can do: one sentence for each reason.</summary>
internal static class LinkRefusalText
{
    /// <summary>Its key is not the one of the code. No refusal says so: the TLS handshake ends before there could be one.</summary>
    public const string WrongPin =
        "this Pi has a new identity, or another machine answers at its address. If you reinstalled it, run 'longwire pair' there and paste "
            + "the new code; if not, find out what answers there before you do";

    private const string NewCode = "run 'longwire pair' on the Pi and paste the code that it prints into pairing_code";

    private const string NewKey = "stop Longwire here, remove link-key.pem from its data folder (or uninstall and install the app)";

    /// <param name="pi">What the Pi speaks, for <see cref="RefusalReason.OtherMajor"/>.</param>
    public static string Of(RefusalReason reason, ProtocolVersion pi) => reason switch
    {
        RefusalReason.OtherMajor when pi.Major > ProtocolVersion.Current.Major =>
            "the Pi has a later Longwire, which this one does not understand: update Longwire on this host",
        RefusalReason.OtherMajor => "the Pi has an earlier Longwire, which does not understand this one: update Longwire on the Pi",
        RefusalReason.NotEnrolled =>
            $"the Pi does not know this host: {NewCode}. If the code is there already, the Pi could not keep what it learnt: see the log "
                + "of its export",
        RefusalReason.UnknownToken => $"the Pi does not know this pairing code, or has printed another one since: {NewCode}",
        RefusalReason.TokenSpent =>
            $"this pairing code has let a host in already, or is older than 24 h, and each is good for one host: {NewCode}",
        RefusalReason.Revoked =>
            "somebody has revoked this host on the Pi ('longwire pair --revoke'), for good. If it is to come back, "
                + $"{NewKey}, start it again, and {NewCode}",
        RefusalReason.TooManyKeys =>
            "the Pi lets in as many hosts as it can remember: on the Pi look at 'longwire pair --list', and revoke those that are gone "
                + "with 'longwire pair --revoke'",
        RefusalReason.UnknownPurpose => "the Pi has an earlier Longwire, which lacks what this one asks for: update Longwire on the Pi",
        RefusalReason.UnknownSession =>
            "the Pi's export was started anew, or this radio was unplugged, or away for too long: it is attached anew by itself",
        RefusalReason.UnknownSubject => "the Pi has no such stick to give: it is unplugged, or another program there has it",
        RefusalReason.InUse => "another host has this radio: detach it there, or press Take over here once that host is gone",
        RefusalReason.Superseded =>
            "this radio went to another Longwire with the key of this one, as after a restored backup or with a copied card: stop the one "
                + $"that you do not need; or, to go on with both, {NewKey}, and pair it anew",
        RefusalReason.TakenOver =>
            "a person had another host take this radio over while this one was away: detach it there, or press Take over here once that "
                + "host is gone",
        RefusalReason.OldEpoch => "a newer connection of this host has this radio already; this one is not needed",
        RefusalReason.ProtocolError =>
            "the Pi and this host do not agree on where they are: this radio is attached anew by itself. If that happens again, "
                + "update Longwire on both, and report it with both logs",
        RefusalReason.NotReady => "the Pi has this stick and cannot give it now: see the log of its export. It is tried again by itself",
        RefusalReason.Stopping => "the Pi's export stops: this host tries again by itself",
        _ => FormattableString.Invariant(
            $"the Pi refuses, for a reason that is not known here ({(ushort)reason}): update Longwire on this host"),
    };
}
