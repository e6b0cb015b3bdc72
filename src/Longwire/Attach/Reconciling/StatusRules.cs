using Longwire.Options;
using Longwire.Radios;
using Longwire.State;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.Attach.Reconciling;

/// <summary>A radio's status, from what is known of it and its Pi. One table; see "A radio's life on the host".</summary>
internal static class StatusRules
{
    /// <summary>Why a radio is held whose Pi is back without it.</summary>
    public const string Pulled = "unplugged";

    /// <summary>Why a radio does not work whose bootloader is in its place.</summary>
    public const string Flashing = "being flashed: its bootloader is in its place, and it is attached again once that has gone";

    internal readonly record struct Condition(RadioStatus Status, string? Reason, bool? PluggedIn);

    /// <param name="pi">Null when the Pi is no longer in the options.</param>
    /// <param name="stick">The stick this radio is, if the Pi lists one that is.</param>
    /// <param name="known">All known radios: what a Pi says of another one's stick is not said of this radio.</param>
    /// <param name="now">Since the reconciler's start.</param>
    public static Condition Of(RadioState radio, PiState? pi, Stick? stick, IReadOnlyCollection<RadioState> known, TimeSpan now)
    {
        Condition condition = Of(radio, pi, stick, known);
        // That takes minutes. What stays longer is no firmware on its way.
        if (condition.Status is RadioStatus.Unplugged or RadioStatus.NotOffered or RadioStatus.Attaching
            && radio is { Assignment: null, FlashedSince: { } since } && now - since < AttachTimers.BeingFlashed)
            return condition with { Status = RadioStatus.Failed, Reason = Flashing };
        // An attempt at what is not listed only asks; it holds nothing.
        bool ours = radio.Assignment is { Listed: true } or { Identified: true } || now - radio.ReleasedAt < AttachTimers.OwnRelease;
        if (condition.Status != RadioStatus.InUse) return condition;
        if (!ours) return condition with { Reason = radio.NotTakenOver };
        // It is busy with us: our import is under way, or the Pi has not noticed yet that we let go.
        return condition with
        {
            Status = radio.Status is RadioStatus.Failed or RadioStatus.InUse or RadioStatus.Refused ? radio.Status : RadioStatus.Attaching,
            Reason = radio.Reason,
        };
    }

    /// <summary>Of a radio whose entry in the options cannot be read: nothing is done about it, and it is not gone.</summary>
    public static Condition LeftOut(RadioState radio, OptionProblem problem) =>
        radio.Memory.Wanted ? new(RadioStatus.Failed, problem.ToString(), null) : new(RadioStatus.Detached, null, null);

    /// <summary>
    /// The Pi of a held radio says that the stick is not there. Only one to which we are paired is taken at its word for that: it says so
    /// at once, and its session ended with the stick.
    /// </summary>
    public static bool IsPulled(RadioState radio, PiState? pi, IReadOnlyCollection<RadioState> known) =>
        IsToldAtOnce(pi) && Found(radio, pi, known) is null;

    /// <summary>What a Pi to which we are paired has that is a held radio, wherever it is plugged in now; null: nothing.</summary>
    public static NoticeEntry? Found(RadioState radio, PiState? pi, IReadOnlyCollection<RadioState> known)
    {
        if (!IsToldAtOnce(pi)) return null;
        IEnumerable<NoticeEntry> free =
            from offer in pi!.Offers!.Offers
            where pi.Sticks.GetValueOrDefault(offer.BusId)?.IsNot.Contains(radio.Id) != true
            select new NoticeEntry(offer.BusId, offer.Id, NoticeReason.None);
        return EntryOf(radio, [.. pi.Offers.Notice!.Entries, .. free], known);
    }

    /// <summary>What some radios show themselves as while they are flashed is in the place of this one.</summary>
    public static bool IsFlashed(RadioState radio, PiState? pi)
    {
        UsbId id = UsbId.Parse(radio.Memory.UsbId);
        bool IsBootloader(UsbId seen) => KnownRadios.Default.IsBootloaderOf(seen, id);
        return pi?.Notice?.Entries.Any(entry => entry.BusId.PortChain == radio.Memory.PortChain && IsBootloader(entry.Id)) == true
            || pi?.Offers?.Offers.Any(offer => offer.Port == radio.Memory.Port && IsBootloader(offer.Id)) == true;
    }

    private static bool IsToldAtOnce(PiState? pi) => pi is { Reachable: true, Options.Pairing: not null, Offers.Notice: not null };

    private static Condition Of(RadioState radio, PiState? pi, Stick? stick, IReadOnlyCollection<RadioState> known)
    {
        if (radio is { IsUp: true, Assignment.Hold: { } hold })
            return IsPulled(radio, pi, known) ? new(RadioStatus.Held, Pulled, false) : new(RadioStatus.Held, hold.Reason, null);
        if (radio.IsUp) return new(RadioStatus.Attached, null, true);
        bool? pluggedIn = PluggedIn(radio, pi, stick, known, out NoticeEntry? notice);
        if (!radio.Memory.Wanted) return new(RadioStatus.Detached, null, pluggedIn);
        if (pi is { Reachable: false, Silence: not PiSilenceKind.NoAnswer })
            return new(RadioStatus.Failed, PiSilenceText.Reason(pi.Silence, pi.SilentReason), null);
        if (pi?.Reachable == false) return new(RadioStatus.PiUnreachable, pi.SilentReason, null);
        if (pi?.Reachable is null) return new(RadioStatus.Attaching, null, null);
        // Its last list is old by now. What the last attempt came to still stands.
        if (pi.SlowReason is { } slow && radio is { LastOutcome: null, Assignment: not { Identified: true } })
        {
            return new(RadioStatus.Failed, slow, null);
        }
        if (stick is { Listed: true } || radio.Assignment is { Identified: true, Cancelled: false }) return Present(radio);
        if (pi.Notice is not null) return NotListedByLongwire(notice);
        return radio.LastOutcome switch
        {
            AttachOutcome.NotGiven { Status: UsbIpStatus.DeviceBusy } => new(RadioStatus.InUse, null, true),
            AttachOutcome.NotGiven { Status: UsbIpStatus.DeviceError and var status } => new(
                RadioStatus.Failed, NotGivenText.Of(status), true),
            AttachOutcome.NotGiven => new(RadioStatus.NotOffered, null, null),
            // A stick is missing from the list while its Pi resets it after an import.
            AttachOutcome.Refused refused => new(RadioStatus.Refused, refused.Reason, true),
            AttachOutcome.Failed failed => new(RadioStatus.Failed, failed.Reason, pluggedIn),
            // Not in the list and not asked for yet: a lost one is about to be, and until then nothing better is known.
            _ when radio.Status is RadioStatus.InUse or RadioStatus.NotOffered or RadioStatus.Failed => new(
                radio.Status, radio.Reason, pluggedIn),
            _ => new(RadioStatus.Attaching, null, pluggedIn),
        };
    }

    // Retries keep the last status: what failed goes on failing until it does not.
    private static Condition Present(RadioState radio) => radio.LastOutcome switch
    {
        AttachOutcome.Refused refused => new(RadioStatus.Refused, refused.Reason, true),
        AttachOutcome.Failed failed => new(RadioStatus.Failed, failed.Reason, true),
        AttachOutcome.NotGiven { Status: UsbIpStatus.DeviceBusy } => new(RadioStatus.InUse, null, true),
        // Listed a moment ago and gone: its reset, which passes. Any other refusal lasts until something is done about it.
        AttachOutcome.NotGiven { Status: not UsbIpStatus.NoSuchDevice and var status } => new(
            RadioStatus.Failed, NotGivenText.Of(status), true),
        _ => new(RadioStatus.Attaching, null, true),
    };

    private static Condition NotListedByLongwire(NoticeEntry? notice) => notice?.Reason switch
    {
        null => new(RadioStatus.Unplugged, null, false),
        // Just plugged in, and being bound.
        NoticeReason.None => new(RadioStatus.Attaching, null, true),
        NoticeReason.InUse => new(RadioStatus.InUse, null, true),
        NoticeReason.TtyOpen => new(RadioStatus.Failed, "a process on the Pi has the stick's tty open: stop it there", true),
        NoticeReason.BoundByOther => new(
            RadioStatus.Failed, "something else on the Pi has bound the stick: see the export's log there", true),
        NoticeReason.NotKnownRadio => new(
            RadioStatus.Failed, "the Pi's export does not recognise it as a radio: name it under radios in the export's options", true),
        NoticeReason.ErrorState => new(RadioStatus.Failed, NotGivenText.Of(UsbIpStatus.DeviceError), true),
        _ => new(
            RadioStatus.Failed,
            "the Pi has it and does not offer it, for a reason that a newer release of Longwire knows: update this one",
            true),
    };

    private static bool? PluggedIn(
        RadioState radio, PiState? pi, Stick? stick, IReadOnlyCollection<RadioState> known, out NoticeEntry? notice)
    {
        notice = null;
        if (pi?.Reachable != true) return null;
        if (stick is { Listed: true }) return true;
        if (pi.Notice is null) return null;
        notice = EntryOf(radio, pi.Notice.Entries, known);
        return notice is not null || radio.Assignment is { Identified: true };
    }

    // By port; a stick of its kind elsewhere is taken for it only if there is no other radio it could be.
    public static NoticeEntry? EntryOf(RadioState radio, IEnumerable<NoticeEntry> entries, IReadOnlyCollection<RadioState> known)
    {
        List<RadioState> twins =
        [
            .. known.Where(
                other => other.Id != radio.Id && other.Memory.PiId == radio.Memory.PiId && other.Memory.UsbId == radio.Memory.UsbId),
        ];
        UsbId id = UsbId.Parse(radio.Memory.UsbId);
        List<NoticeEntry> alike = [.. entries.Where(entry => entry.Id == id && !twins.Exists(twin => IsAt(twin, entry.BusId)))];
        foreach (NoticeEntry entry in alike)
        {
            if (entry.BusId.PortChain == radio.Memory.PortChain) return entry;
        }
        // The generic bridges are power meters and printers, too: what the Pi does not know for a radio elsewhere is somebody's other
        // device.
        List<NoticeEntry> elsewhere = alike.FindAll(
            entry => entry.Reason != NoticeReason.NotKnownRadio && !twins.Exists(twin => twin.Memory.PortChain == entry.BusId.PortChain));
        return elsewhere.Count == 1 ? elsewhere[0] : null;
    }

    // Attached from there, or on its way: certain, where a remembered port may be another's by now or of a second controller.
    private static bool IsAt(RadioState radio, BusId busId) =>
        radio.Assignment is { Identified: true, Cancelled: false } assignment && assignment.BusId == busId;
}
