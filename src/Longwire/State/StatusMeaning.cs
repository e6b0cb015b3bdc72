using Longwire.Platform;

namespace Longwire.State;

/// <summary>What a status means to a person.</summary>
/// <param name="Connected">The port is there; null where nobody knows yet, which is neither on nor off to an automation.</param>
/// <param name="Problem">Somebody should look.</param>
/// <param name="Explanation">What it means and what to do; at most 255 characters, which is what a Home Assistant state may hold.</param>
internal readonly record struct StatusMeaning(bool? Connected, bool Problem, string Explanation)
{
    private const int LongestPiName = 40;
    private const int LongestPortNames = 100;

    private const string Stopped =
        "Longwire is stopped, and this radio is detached until it runs again. Start Longwire: the radio is attached by itself.";

    /// <param name="pi">The Pi it was last seen on; null if that Pi has left the options.</param>
    public static StatusMeaning Of(RadioSnapshot radio, PiSnapshot? pi)
    {
        StatusMeaning meaning = OfStatus(radio, pi);
        bool problem = meaning.Problem || radio is { Unstable: true, Wanted: true };
        return meaning with { Problem = problem && pi is not { SilencedUntil: not null } };
    }

    private static StatusMeaning OfStatus(RadioSnapshot radio, PiSnapshot? pi)
    {
        string at = Printable.Clip(pi?.Name ?? radio.PiId, LongestPiName);
        return radio.Status switch
        {
            RadioStatus.Attached when radio.IsShortOfUrbs => new(
                true,
                true,
                $"Attached, but it works badly: the server on {at} has room for too few pending URBs, and fails hundreds a second. Give it "
                    + "room for 32 (in ESPHome max_transfer_requests: 32 under usb_host)."),
            RadioStatus.Attached when radio.Unstable => new(
                true,
                false,
                $"Attached, but unstable: it goes away again and again. See its cable, and the power supply and the network of {at}."),
            RadioStatus.Attached when !radio.ProvisionalPorts.IsEmpty => new(true, false, WithProvisionalPorts(radio)),
            RadioStatus.Attached => new(true, false, "Attached: it works as if it were plugged in here. Nothing to do."),
            RadioStatus.Held when radio.PluggedIn == false => new(
                true,
                radio.HeldForLong,
                $"{at} is back, but this radio was unplugged there meanwhile. Its port stays for a few seconds. Plug it in again; it is "
                    + "attached anew by itself."),
            RadioStatus.Held => new(
                true,
                radio.HeldForLong,
                $"{at} does not answer for this radio. Its port stays, and Longwire waits for a few seconds. If this comes often, look at "
                    + $"the power and the network of {at}."),
            RadioStatus.Attaching when radio.Unstable => new(
                false,
                false,
                "Being attached again, but unstable: it goes away again and again. See its cable, and the power supply and the network of "
                    + $"{at}."),
            RadioStatus.Attaching => new(radio.Undecided ? null : false, false, "Being attached right now. Nothing to do."),
            RadioStatus.Detached when radio.Stopped => new(null, false, Stopped),
            RadioStatus.Detached => new(false, false, "Detached, because somebody asked for it. To use it again, switch \"Attached\" on."),
            RadioStatus.Unplugged => new(
                false, true, $"{at} answers, but this radio is not plugged in there. Plug it in again; it is attached by itself."),
            RadioStatus.NotOffered => new(
                false,
                true,
                $"{at} does not offer it: it is unplugged, not bound to usbip-host, or used by another host; a stock usbipd cannot say "
                    + "which. Look at the stick, then at \"usbip list -l\" there."),
            RadioStatus.PiUnreachable => new(
                false, true, $"{at} does not answer. Check its power and network, and that usbipd or \"longwire export\" runs there."),
            RadioStatus.InUse when radio.Reason is not null => WithReason(
                "Another host uses it, and it was not taken over: ",
                radio.Reason,
                ". Detach it there, or press \"Take over\" again once that host is gone."),
            RadioStatus.InUse => new(false, true, InUse(at, pi)),
            RadioStatus.Refused => WithReason(
                "Not attached, to be safe: ",
                radio.Reason,
                $". Look at what is plugged into {at}; Longwire tries again once that changes."),
            RadioStatus.Failed => WithReason("It could not be attached: ", radio.Reason, ". Longwire keeps trying."),
            _ => throw new ArgumentOutOfRangeException(nameof(radio), radio.Status, null),
        };
    }

    // A stock usbipd has no way to notice that a host went away, and a restart of it changes nothing: usbip-host has the session, not it.
    private static string InUse(string at, PiSnapshot? pi) =>
        $"Another host uses it. Detach it there; Longwire takes it as soon as {at} offers it again."
            + pi switch
            {
                { Mode: PiMode.Link } => $" If that host is gone, press \"Take over\": after 3 s of silence {at} gives it away.",
                { Version: not null } => "",
                _ => $" If none does, run \"usbip unbind -b BUSID\" on {at}, then \"usbip bind -b BUSID\".",
            };

    private static string WithProvisionalPorts(RadioSnapshot radio)
    {
        // Below /dev/serial are udev's names, so it runs; a by-id name that is missing comes with it, or with what a twin says of itself.
        string why = radio.ProvisionalPorts.All(port => port.Contains("/serial/", StringComparison.Ordinal))
            ? "since no by-id link came that is its alone: look again later"
            : "since no udev link came: see that udev runs on this machine";
        string names = Printable.Clip(string.Join(" and ", radio.ProvisionalPorts), LongestPortNames);
        return $"Attached: it works as if it were plugged in here. {names} may change, {why}.";
    }

    /// <summary>A reason may come from a kernel or a peer and be of any length: it is what gives way, never the remedy.</summary>
    private static StatusMeaning WithReason(string before, string? reason, string after)
    {
        string what = string.IsNullOrWhiteSpace(reason) ? "no reason was given" : reason.Trim().TrimEnd('.');
        return new StatusMeaning(false, true, before + Printable.Clip(what, StateText.Longest - before.Length - after.Length) + after);
    }
}
