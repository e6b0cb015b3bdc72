using Longwire.Platform;
using Longwire.State;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Microsoft.Extensions.Logging;

namespace Longwire.Attach.Reconciling;

/// <summary>
/// Radios that a person wants taken from the host that has them. Each press is one attempt: whether that host is away its Pi alone can
/// say, and two hosts that took a radio from each other by themselves would do so for ever.
/// </summary>
internal static class TakeOvers
{
    public const string StillHeard = "the Pi hears the host that has it, or heard it less than 3 s ago, or that host is not a paired one";

    public const string Elsewhere =
        "what another host has there is in another port than this radio was, and may be another stick: detach it there";

    public static void Asked(AttachState state, string radioId)
    {
        if (!state.Radios.TryGetValue(radioId, out RadioState? radio)) return;
        ILogger log = state.Logger.About(radio.Memory.PiId, radio.Id);
        if (WhyNot(state, radio) is { } why)
        {
            AttachLog.NotTakenOver(log, radio.Memory.Name, radio.Id, why);
            return;
        }
        AttachLog.TakesOver(log, radio.Memory.Name, radio.Id);
        radio.TakesOver = true;
    }

    /// <summary>Begins what was asked for. What asks for the radio at this moment without it is waited for.</summary>
    public static void Start(AttachState state)
    {
        foreach (RadioState radio in state.Radios.Values.Where(radio => radio.TakesOver))
        {
            // It was given back, or is out of reach by now: what a person wanted then is not to be done at some other time.
            if (WhyNot(state, radio) is not null) radio.TakesOver = false;
            else if (radio.Assignment is null) Start(state, radio, state.Pis[radio.Memory.PiId]);
        }
    }

    /// <summary>The attempt is over.</summary>
    public static void Ended(RadioState radio, AttachOutcome outcome) => radio.NotTakenOver = outcome switch
    {
        AttachOutcome.NotGiven { Status: UsbIpStatus.DeviceBusy } => StillHeard,
        AttachOutcome.NotGiven no => NotGivenText.Of(no.Status),
        AttachOutcome.Unreachable away => away.Reason,
        AttachOutcome.Failed failed => failed.Reason,
        _ => null,
    };

    private static void Start(AttachState state, RadioState radio, PiState pi)
    {
        Stick? stick = state.StickOf(radio) is { Listed: true } listed ? listed : null;
        if (PlaceOf(state, radio, pi, stick) is not { } busId)
        {
            (radio.TakesOver, radio.NotTakenOver) = (false, Elsewhere);
            return;
        }
        if (state.Assignments.At(pi.Options.Id, busId) is not null) return;
        radio.TakesOver = false;
        state.Start(pi, busId, stick, radio, takeOver: true);
    }

    // Where the Pi says that it is in use, if it was there before: one of its kind elsewhere may be another host's own, and once taken it
    // is known too late that it is the wrong one.
    private static BusId? PlaceOf(AttachState state, RadioState radio, PiState pi, Stick? stick)
    {
        if (stick is not null) return stick.BusId;
        if (pi.Notice is { } notice
            && StatusRules.EntryOf(radio, notice.Entries, state.Radios.Values) is { Reason: NoticeReason.InUse } entry
            && entry.BusId.PortChain == radio.Memory.PortChain)
            return entry.BusId;
        return null;
    }

    private static string? WhyNot(AttachState state, RadioState radio)
    {
        if (!radio.Memory.Wanted) return "it is detached: switch \"Attached\" on first";
        if (!state.Pis.TryGetValue(radio.Memory.PiId, out PiState? pi) || pi.Options.Pairing is null)
            return "its Pi is not paired, and cannot say whether the host that has it is away: detach it there";
        return radio.Status == RadioStatus.InUse ? null : $"no other host has it: its status is {radio.Status.Name()}";
    }
}
