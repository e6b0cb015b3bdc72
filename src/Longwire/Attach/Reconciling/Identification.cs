using System.Collections.Immutable;
using Longwire.Attach.Identity;
using Longwire.Attach.Memory;
using Longwire.Options;
using Longwire.Platform;
using Longwire.Radios;
using Longwire.UsbIp.Usb;
using Microsoft.Extensions.Logging;

namespace Longwire.Attach.Reconciling;

/// <summary>Decides about sticks that have said who they are: which radio it is, whether it is wanted, whether it may be let in.</summary>
internal sealed class Identification(AttachState state)
{
    private readonly ComingTwins _twins = new(state);
    private readonly MovedSticks _moves = new(state);
    private readonly Replacements _replacements = new(state);
    private TimeSpan? _answerBy;

    /// <summary>Answers every waiting stick that can be answered now.</summary>
    /// <param name="allAreAsked">
    /// Every stick that can be asked who it is has been: only then is it known which may be a radio that is not where it was.
    /// </param>
    /// <returns>When somebody is answered who waits now, if nothing happens before that; null: not by time alone.</returns>
    public TimeSpan? DecideParked(bool allAreAsked)
    {
        _answerBy = null;
        // Who sits where a known radio sat is decided about first: the others may be that radio only if this one is not.
        foreach (AttachEvent.Identified waiting in state.Parked.OrderByDescending(SitsWhereARadioSat).ToArray())
        {
            if (state.Assignments.Of(waiting.Attachment) is not { } assignment
                || state.StickOf(assignment) is not { Identity: not null } stick)
            {
                Answer(waiting, new AttachDecision.LetGo());
                continue;
            }
            if (Decide(waiting, assignment, stick, allAreAsked) is { } verdict) Answer(waiting, verdict);
        }
        return _answerBy;
    }

    private void Answer(AttachEvent.Identified waiting, AttachDecision verdict)
    {
        state.Parked.Remove(waiting);
        waiting.Answer.TrySetResult(verdict);
    }

    private AttachDecision? Decide(AttachEvent.Identified news, Assignment assignment, Stick stick, bool allAreAsked)
    {
        stick.InPlaceOf = null;
        if (news.Identity.Unread.HasFlag(DeviceTexts.Serial)) return DecideWithoutSerial(news, assignment, stick);
        RadioMemory? recalled = Recall(stick, news.Identity, assignment);
        if (_replacements.PlaceOf(stick, recalled) is { } place) return TakePlaceOf(place, news, assignment, stick);
        if (recalled is not null && InPlaceOf(recalled, stick) is { Assignment: { Identified: false, Cancelled: false } }) return null;
        if (recalled is not null && (recalled.PiId != stick.PiId || recalled.Port != stick.Port))
        {
            if (!allAreAsked || _moves.MayAnotherBe(recalled, stick, assignment)) return null;
            if (_moves.IsAnotherLikeIt(recalled, stick, Seen(stick))) recalled = null;
        }
        stick.RadioId = recalled?.Id;
        if (recalled is null && _twins.MayCome(stick, assignment, allAreAsked, out TimeSpan? until))
        {
            if (until is not null && !(_answerBy <= until)) _answerBy = until;
            return null;
        }
        if (recalled is not null) stick.Identity = IdentityUnion.Of(news.Identity, recalled);

        StickSelection selection = state.Selection();
        switch (selection.Of(state.CandidateOf(stick), state.Candidates()))
        {
            case Selection.Take:
                stick.Tries.AskedAgain = 0;
                return OtherThanWasThere(stick, assignment, recalled, selection) is { } change
                    ? Refuse(assignment, stick, state.Radios[change.RadioId], change.Reason)
                    : Take(news, assignment, stick, recalled, selection);
            case Selection.Identify:
                return UnreadTexts.AskWhatItIs(stick);
            default:
                return TurnAway(stick, assignment);
        }
    }

    /// <inheritdoc cref="UnreadTexts" path="/remarks"/>
    private AttachDecision DecideWithoutSerial(AttachEvent.Identified news, Assignment assignment, Stick stick)
    {
        // Where several were plugged in, one after the other, only its serial tells which of them it is.
        List<RadioMemory> there = [.. state.Memory.Radios.Where(radio => Sits(stick, radio))];
        RadioMemory? here = there.Count == 1 ? there[0] : null;
        DeviceIdentity taken = here is null ? news.Identity : IdentityUnion.Of(news.Identity, here);
        stick.Identity = null;
        Candidate candidate = state.CandidateOf(stick) with { Identity = taken };
        stick.Identity = news.Identity;
        StickSelection selection = state.Selection();
        if (selection.Of(candidate, state.Candidates()) is Selection.NotWanted or Selection.Ambiguous) return TurnAway(stick, assignment);
        if (here is null) return (AttachDecision?)UnreadTexts.AskSerialAgain(stick) ?? UnreadTexts.Refuse(here, null);
        string? contradiction = UnreadTexts.Contradiction(news.Identity, here)
            ?? (IsAbsent(here, assignment, stick) ? null : "that one is elsewhere now");
        bool isItself = contradiction is null;
        if (!(isItself && here.Serial is null) && UnreadTexts.AskSerialAgain(stick) is { } again) return again;
        if (!isItself) return UnreadTexts.Refuse(here, contradiction);
        stick.Identity = taken;
        stick.RadioId = here.Id;
        return Take(news, assignment, stick, here, selection);
    }

    private AttachDecision Take(
        AttachEvent.Identified news, Assignment assignment, Stick stick, RadioMemory? recalled, StickSelection selection)
    {
        if (recalled is null && RadioLimit.IsReached(state, stick.PiId))
        {
            Assignments.Reject(assignment, state.RadioOf(assignment));
            return new AttachDecision.Refuse(RadioLimit.Reason);
        }
        RadioState radio = Know(news, stick, recalled, selection);
        Assignments.Identify(assignment, stick, radio, guessed: state.RadioOf(assignment));
        if (!radio.Memory.Wanted)
        {
            Remember(stick);
            return new AttachDecision.LetGo();
        }
        if (WhyNot(news, stick) is { } refusal) return new AttachDecision.Refuse(refusal);
        ImmutableArray<int> others =
        [
            .. from other in state.Memory.Radios where other.Id != radio.Id && other.VhciPort is not null select other.VhciPort!.Value,
        ];
        return new AttachDecision.Attach(radio.Id, radio.Memory.SerialPortCount, radio.Memory.VhciPort, others)
        {
            Serial = news.Identity.Unread.HasFlag(DeviceTexts.Serial) ? radio.Memory.Serial : null,
        };
    }

    private Sighting Seen(Stick stick) => stick.Sighting with
    {
        SerialIsShared = state.Catalogue.IsSharedSerial(stick.Id, stick.Identity?.Serial)
            || RadioIds.HasTwins(stick.Sighting, state.Memory.Radios),
    };

    private RadioMemory? Recall(Stick stick, DeviceIdentity identity, Assignment assignment)
    {
        bool IsAway(RadioMemory radio) => IsAbsent(radio, assignment, stick);
        return RadioIds.Recall(Seen(stick), state.Memory.Radios, IsAway)
            ?? FlashedStick.Find(stick.Sighting, identity, state.Memory.Radios, IsAway);
    }

    private AttachDecision TakePlaceOf(RadioState radio, AttachEvent.Identified news, Assignment assignment, Stick stick)
    {
        // What may not be let in takes nobody's place.
        if (WhyNot(news, stick) is { } unfit) return Refuse(assignment, stick, radio, unfit);
        RadioMemory before = radio.Memory;
        state.Change(radio, Succession.Follow(before, stick.Id, news.Identity.Serial, replaced: true));
        AttachDecision decision = Take(news, assignment, stick, radio.Memory, state.Selection());
        _replacements.Replaced(radio, before);
        return decision;
    }

    private ProductAtPort.Change? OtherThanWasThere(
        Stick stick, Assignment assignment, RadioMemory? recalled, StickSelection selection)
    {
        DeviceIdentity identity = stick.Identity!;
        RadioRule? rule = selection.RuleOf(stick.PiId, stick.Id, stick.Port, identity.Serial, serialKnown: true);
        if (rule?.Match.Port is null) return null;
        ImmutableArray<RadioMemory> meant =
        [
            .. state.Memory.Radios.Where(
                radio => selection.RuleOf(radio) == rule
                    && (state.Radios[radio.Id].Assignment is not { Identified: true, Cancelled: false } other || other == assignment)),
        ];
        return ProductAtPort.Of(stick.Sighting, identity, recalled, meant, state.Catalogue);
    }

    private AttachDecision.Refuse Refuse(Assignment assignment, Stick stick, RadioState radio, string reason)
    {
        Assignments.FindInPlaceOf(assignment, stick, radio, guessed: state.RadioOf(assignment));
        radio.Replacement = null;
        return new AttachDecision.Refuse(reason);
    }

    private bool IsAbsent(RadioMemory radio, Assignment assignment, Stick stick)
    {
        if (stick.IsNot.Contains(radio.Id) || stick.MayNotBe.Contains(radio.Id)) return false;
        Assignment? other = state.Radios[radio.Id].Assignment;
        if (other is { Identified: true, Cancelled: false } && other != assignment) return false;
        // Without a serial of its own the port is all that tells: the radio did not move away from a port where one of its kind still is.
        if (!Seen(stick).HasOwnSerial && InPlaceOf(radio, stick) is not null) return false;
        return !state.Pis.Values.Any(
            pi => pi.Sticks.Values.Any(present => present != stick && present.RadioId == radio.Id && present.Listed));
    }

    /// <summary>Another stick of the radio's kind that sits on the radio's own port and has not said yet who it is.</summary>
    private Stick? InPlaceOf(RadioMemory radio, Stick stick) => state.Pis.GetValueOrDefault(radio.PiId)?.Sticks.Values.FirstOrDefault(
        present => present != stick
            && present is { Listed: true, Identity: null }
            && Sits(present, radio)
            && !present.IsNot.Contains(radio.Id));

    private bool SitsWhereARadioSat(AttachEvent.Identified waiting) =>
        state.Assignments.Of(waiting.Attachment) is { } assignment
            && state.StickOf(assignment) is { } stick
            && state.Memory.Radios.Any(radio => Sits(stick, radio));

    /// <summary>Whether it is of the radio's kind, and where that was last.</summary>
    public static bool Sits(Stick stick, RadioMemory radio) =>
        stick.PiId == radio.PiId && stick.Id.ToString() == radio.UsbId && stick.Port == radio.Port;

    private AttachDecision.LetGo TurnAway(Stick stick, Assignment assignment)
    {
        Remember(stick);
        Assignments.Reject(assignment, state.RadioOf(assignment));
        return new AttachDecision.LetGo();
    }

    private void Remember(Stick stick)
    {
        if (state.Pis.TryGetValue(stick.PiId, out PiState? pi)) pi.Rejected.Add(stick, refusedReason: null, state.Now);
    }

    private RadioState Know(AttachEvent.Identified news, Stick stick, RadioMemory? recalled, StickSelection selection)
    {
        DeviceIdentity identity = stick.Identity!;
        Recognition? recognition = state.Catalogue.Recognise(identity);
        RadioRule? rule = selection.RuleOf(stick.PiId, stick.Id, stick.Port, identity.Serial, serialKnown: true);
        if (recalled is not null) rule = selection.Former.Of(recalled) ?? rule ?? selection.RuleOf(recalled);
        string? ruleName = rule?.Name;
        RadioMemory memory = recalled ?? new RadioMemory
        {
            Id = RadioIds.Give(Seen(stick), state.Memory.Radios, OtherSightings(stick)),
            Name = ruleName ?? (recognition is { Certain: true } ? recognition.Name : null) ?? identity.Product ?? stick.Id.ToString(),
            PiId = stick.PiId,
            UsbId = stick.Id.ToString(),
            Serial = identity.Serial,
            PortChain = stick.Port.Chain,
            LastBusId = stick.BusId.ToString(),
            SerialPortCount = 1,
            CameWhileAway = _replacements.AwayFor(stick, identity),
        };
        if (recalled is not null && recalled.UsbId != stick.Id.ToString())
            memory = Succession.Follow(recalled, stick.Id, identity.Serial, replaced: false);
        memory = memory with
        {
            Name = ruleName ?? memory.Name,
            PiId = stick.PiId,
            Manufacturer = identity.Manufacturer,
            Product = identity.Product,
            Controller = stick.Port.Controller,
            PortChain = stick.Port.Chain,
            LastBusId = stick.BusId.ToString(),
            SerialPortCount = recognition is { Certain: true } ? recognition.SerialPorts : SerialPortsOf(identity),
            LastCarrier = news.Carrier,
        };
        if (recalled is null)
        {
            RadioState added = state.Add(memory);
            AttachLog.NewRadio(state.Logger.About(stick.PiId, memory.Id), memory.Id, memory.Name, stick.PiId, stick.Port.ToString());
            _replacements.TellIfBack(added);
            return added;
        }
        RadioState radio = state.Radios[recalled.Id];
        if (recalled.PiId != stick.PiId) radio.LastOutcome = null;
        if (recalled.UsbId != memory.UsbId)
        {
            ILogger log = state.Logger.About(stick.PiId, memory.Id);
            AttachLog.Flashed(log, memory.Name, memory.Id, memory.UsbId, recalled.UsbId);
        }
        state.Change(radio, memory);
        return radio;
    }

    private string? WhyNot(AttachEvent.Identified news, Stick stick)
    {
        if (stick.ListedAs != news.Identity.Id) return $"the Pi calls it {stick.ListedAs}, and it calls itself {news.Identity.Id}";
        ImmutableArray<InterfaceKind> allowed = state.Catalogue.Recognise(stick.Identity!)?.InterfaceKinds ?? InterfaceKind.Serial;
        // The kernel would choose among several by rules of its own, and another one than we looked at.
        if (news.Identity.ConfigurationCount != 1) return "it has several configurations, which no radio has";
        // Of every alternate setting: where an interface has no setting 0 the kernel takes the first there is.
        foreach (UsbInterfaceClass shown in news.Identity.AllInterfaceClasses())
        {
            if (!allowed.Any(kind => kind.Covers(shown)))
                return $"it has an interface of {InterfaceClassName.Of(shown)}, {WhoseInterfaceItIsNot(news.Identity)}";
        }
        return news.Identity.Interfaces.IsEmpty ? "it has no interface at all" : null;
    }

    // Whoever has named a UPS or a printer is told what is attached, and not that a radio of theirs is odd.
    private string WhoseInterfaceItIsNot(DeviceIdentity identity) => state.Catalogue.Recognise(identity) is { Certain: true }
        ? "which this radio does not have"
        : "which no radio has; Longwire attaches serial sticks only";

    // A CDC-ACM function has one control interface (class 02, subclass 02) for each tty (USB CDC PSTN 1.2, table 3).
    private static int SerialPortsOf(DeviceIdentity identity) =>
        Math.Max(1, identity.Interfaces.Count(kind => kind is { Class: 0x02, SubClass: 0x02 }));

    private IReadOnlyCollection<Sighting> OtherSightings(Stick stick) =>
        [.. from pi in state.Pis.Values from other in pi.Sticks.Values where other != stick
            && (other.Listed || other.Assignment is not null) select other.Sighting];
}
