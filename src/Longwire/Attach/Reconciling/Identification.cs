using System.Collections.Immutable;
using Longwire.Attach.Identity;
using Longwire.Attach.Memory;
using Longwire.Platform;
using Longwire.Radios;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Reconciling;

/// <summary>Decides about sticks that have said who they are: which radio it is, whether it is wanted, whether it may be let in.</summary>
internal sealed class Identification(AttachState state)
{
    // USB 2.0, tables 9-8 and 9-12.
    private const int DeviceDescriptorLength = 18;
    private const int ConfigurationCountAt = 17;
    private const byte InterfaceDescriptor = 4;
    private const int InterfaceClassAt = 5;

    /// <summary>Answers every waiting stick that can be answered now.</summary>
    public void DecideParked()
    {
        // Who sits where a known radio sat is decided about first: the others may be that radio only if this one is not.
        foreach (AttachEvent.Identified waiting in state.Parked.OrderByDescending(SitsWhereARadioSat).ToArray())
        {
            if (state.AttemptOf(waiting.Attachment) is not { } attempt || state.StickOf(attempt) is not { Identity: not null } stick)
            {
                Answer(waiting, new AttachDecision.LetGo());
                continue;
            }
            if (Decide(waiting, attempt, stick) is { } verdict) Answer(waiting, verdict);
        }
    }

    private void Answer(AttachEvent.Identified waiting, AttachDecision verdict)
    {
        state.Parked.Remove(waiting);
        waiting.Answer.TrySetResult(verdict);
    }

    private AttachDecision? Decide(AttachEvent.Identified news, Assignment attempt, Stick stick)
    {
        RadioMemory? recalled = RadioIds.Recall(stick.Sighting, state.Memory.Radios, radio => IsAbsent(radio, attempt, stick));
        if (recalled is not null && InPlaceOf(recalled, stick) is { Attempt: { Identified: false, Cancelled: false } }) return null;
        stick.RadioId = recalled?.Id;
        if (recalled is null && MayHaveTwin(stick, attempt)) return null;

        StickSelection claims = state.Claims();
        if (claims.Of(state.CandidateOf(stick), state.Candidates()) is not Selection.Take) return TurnAway(stick, attempt);

        RadioState radio = Know(news, stick, recalled, claims);
        Claimed(radio, attempt, stick);
        if (!radio.Memory.Wanted)
        {
            if (state.Pis.TryGetValue(stick.PiId, out PiState? pi)) pi.TurnedAway[stick.BusId] = RejectedStick.Of(stick, null);
            return new AttachDecision.LetGo();
        }
        if (WhyNot(news) is { } refusal) return new AttachDecision.Refuse(refusal);
        ImmutableArray<int> others =
        [
            .. from other in state.Memory.Radios where other.Id != radio.Id && other.VhciPort is not null select other.VhciPort!.Value,
        ];
        return new AttachDecision.Attach(radio.Id, radio.Memory.SerialPortCount, radio.Memory.VhciPort, others);
    }

    // Whether a serial is seen once can only be said when all of its kind have spoken: the id is given for good.
    private bool MayHaveTwin(Stick stick, Assignment attempt)
    {
        if (string.IsNullOrWhiteSpace(stick.Identity?.Serial)) return false;
        return state.Pis.Values.Any(pi => pi.Reachable is null)
            || state.Attempts.Exists(
                other => other != attempt && other is { Identified: false, Cancelled: false } && state.StickOf(other)?.Id == stick.Id);
    }

    private bool IsAbsent(RadioMemory radio, Assignment attempt, Stick stick)
    {
        if (stick.IsNot.Contains(radio.Id)) return false;
        Assignment? other = state.Radios[radio.Id].Attempt;
        if (other is { Identified: true, Cancelled: false } && other != attempt) return false;
        // Without a serial the port is all that tells: the radio did not move away from a port where one of its kind still is.
        if (string.IsNullOrWhiteSpace(stick.Identity?.Serial) && InPlaceOf(radio, stick) is not null) return false;
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
        state.AttemptOf(waiting.Attachment) is { } attempt
            && state.StickOf(attempt) is { } stick
            && state.Memory.Radios.Any(radio => Sits(stick, radio));

    private static bool Sits(Stick stick, RadioMemory radio) =>
        stick.PiId == radio.PiId && stick.Id.ToString() == radio.UsbId && stick.Port == radio.Port;

    private AttachDecision.LetGo TurnAway(Stick stick, Assignment attempt)
    {
        if (state.Pis.TryGetValue(stick.PiId, out PiState? pi)) pi.TurnedAway[stick.BusId] = RejectedStick.Of(stick, null);
        if (state.RadioOf(attempt) is { } guessed && guessed.Attempt == attempt) guessed.Attempt = null;
        attempt.RadioId = null;
        return new AttachDecision.LetGo();
    }

    private RadioState Know(AttachEvent.Identified news, Stick stick, RadioMemory? recalled, StickSelection claims)
    {
        DeviceIdentity identity = news.Identity;
        Recognition? recognition = state.Catalogue.Recognise(identity);
        string? ruleName = claims.RuleOf(stick.PiId, stick.Id, stick.Port, identity.Serial, serialKnown: true)?.Name;
        RadioMemory memory = recalled ?? new RadioMemory
        {
            Id = RadioIds.Give(stick.Sighting, state.Memory.Radios, OtherSightings(stick)),
            Name = ruleName ?? (recognition is { Certain: true } ? recognition.Name : null) ?? identity.Product ?? stick.Id.ToString(),
            PiId = stick.PiId,
            UsbId = stick.Id.ToString(),
            Serial = identity.Serial,
            PortChain = stick.Port.Chain,
            LastBusId = stick.BusId.ToString(),
            SerialPortCount = 1,
        };
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
            return added;
        }
        RadioState radio = state.Radios[recalled.Id];
        if (recalled.PiId != stick.PiId) radio.LastOutcome = null;
        state.Change(radio, memory);
        return radio;
    }

    private void Claimed(RadioState radio, Assignment attempt, Stick stick)
    {
        if (state.RadioOf(attempt) is { } guessed && guessed != radio && guessed.Attempt == attempt) guessed.Attempt = null;
        // Another attempt that only seemed to be this radio is a stick of its own.
        if (radio.Attempt is { Identified: false } seeming && seeming != attempt) seeming.RadioId = null;
        radio.Attempt = attempt;
        attempt.RadioId = radio.Id;
        stick.RadioId = radio.Id;
    }

    private string? WhyNot(AttachEvent.Identified news)
    {
        if (news.Device.Id != news.Identity.Id) return $"the Pi calls it {news.Device.Id}, and it calls itself {news.Identity.Id}";
        ImmutableArray<InterfaceKind> allowed = state.Catalogue.Recognise(news.Identity)?.InterfaceKinds ?? InterfaceKind.Serial;
        // The kernel would choose among several by rules of its own, and another one than we looked at.
        if (news.Identity.Descriptors.Span[ConfigurationCountAt] != 1) return "it has several configurations, which no radio has";
        foreach (UsbInterfaceClass shown in ClassesOf(news.Identity))
        {
            if (!allowed.Any(kind => kind.Covers(shown))) return $"it has an interface of {NameOf(shown)}, which this radio does not have";
        }
        return news.Identity.Interfaces.IsEmpty ? "it has no interface at all" : null;
    }

    // Of every alternate setting: where an interface has no setting 0 the kernel takes the first there is.
    private static HashSet<UsbInterfaceClass> ClassesOf(DeviceIdentity identity)
    {
        var classes = new HashSet<UsbInterfaceClass>(identity.Interfaces);
        ReadOnlySpan<byte> rest = identity.Descriptors.Span[DeviceDescriptorLength..];
        while (rest.Length >= 2 && rest[0] >= 2 && rest[0] <= rest.Length)
        {
            if (rest[1] == InterfaceDescriptor && rest[0] >= InterfaceClassAt + 3)
                classes.Add(new UsbInterfaceClass(rest[InterfaceClassAt], rest[InterfaceClassAt + 1], rest[InterfaceClassAt + 2]));
            rest = rest[rest[0]..];
        }
        return classes;
    }

    private static string NameOf(UsbInterfaceClass shown) => shown switch
    {
        _ when InterfaceKind.IsRndis(shown) => "class 02, subclass 02, protocol ff (RNDIS network card)",
        { Class: 0x02 } => $"class 02, subclass {shown.SubClass:x2}{CommunicationsKindOf(shown.SubClass)}",
        _ => $"class {shown.Class:x2}{KindOf(shown.Class)}",
    };

    // USB CDC 1.2, table 4.
    private static string CommunicationsKindOf(byte subClass) => subClass switch
    {
        0x06 or 0x0C or 0x0D or 0x0E => " (network card)",
        _ => "",
    };

    private static string KindOf(byte interfaceClass) => interfaceClass switch
    {
        0x01 => " (audio)",
        0x03 => " (keyboard, mouse or the like)",
        0x06 => " (camera)",
        0x07 => " (printer)",
        0x08 => " (storage)",
        0x09 => " (hub)",
        0x0E => " (video)",
        0xE0 => " (Bluetooth or network)",
        _ => "",
    };

    // A CDC-ACM function has one control interface (class 02, subclass 02) for each tty (USB CDC PSTN 1.2, table 3).
    private static int SerialPortsOf(DeviceIdentity identity) =>
        Math.Max(1, identity.Interfaces.Count(kind => kind is { Class: 0x02, SubClass: 0x02 }));

    private IReadOnlyCollection<Sighting> OtherSightings(Stick stick) =>
        [.. from pi in state.Pis.Values from other in pi.Sticks.Values where other != stick
            && (other.Listed || other.Attempt is not null) select other.Sighting];
}
