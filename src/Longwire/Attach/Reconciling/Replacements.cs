using System.Collections.Immutable;
using Longwire.Attach.Identity;
using Longwire.Attach.Memory;
using Longwire.Options;
using Longwire.Platform;
using Longwire.Radios;
using Longwire.State;
using Longwire.UsbIp.Usb;
using Microsoft.Extensions.Logging;

namespace Longwire.Attach.Reconciling;

/// <summary>
/// A stick that takes the place of a radio whose own is missing: a broken one that was replaced, or another product where a rule names the
/// port. Only a person can say so, by pressing Reattach on that radio. It keeps its id, and with it its entities, its name and its counts.
/// </summary>
internal sealed class Replacements(AttachState state)
{
    // A Pi that makes up sticks without end must not fill the memory of each with the names of all others.
    private const int MostAway = 8;
    private const int MostNamed = 8;

    /// <summary>A person pressed Reattach: if its stick is missing and one that may take its place waits, that one does.</summary>
    /// <returns>Whether that is attached, or on its way, as a radio of its own, and goes on as this one: nothing is left to do.</returns>
    public bool LetTakeOver(RadioState radio)
    {
        List<(Stick Stick, RadioState? Radio)> waiting = Waiting(radio);
        radio.Replacement = null;
        radio.SeveralCouldReplace = waiting.Count > 1;
        if (waiting is not [var only]) return false;
        if (only.Radio is { } other)
        {
            TakeOver(radio, other, only.Stick);
            return radio.Assignment is not null;
        }
        (Stick stick, bool inItsPlace) = (only.Stick, only.Stick.InPlaceOf == radio.Id);
        radio.Replacement = new Replacement(
            stick.PiId, stick.BusId, stick.ListedAs, inItsPlace, state.Now + AttachTimers.Reattach);
        stick.Tries.Afresh();
        state.Pis[stick.PiId].Rejected.Forget(stick.BusId);
        return false;
    }

    /// <inheritdoc cref="RadioSnapshot.Successor"/>
    public string? SuccessorOf(RadioState radio) => radio is { IsUp: false, Memory.Wanted: true } && Waiting(radio) is [var only]
        ? $"{only.Stick.Id} at port {only.Stick.Port.Chain}"
        : null;

    /// <summary>The radio whose place this stick may take, as far as is known before it is asked; null if none.</summary>
    public RadioState? PlaceFor(Stick stick) => state.Radios.Values.FirstOrDefault(
        radio => radio.Replacement is { } replacement && replacement.IsBy(stick) && replacement.Until > state.Now);

    /// <summary>The radio whose place this stick takes, now that it has said who it is; null if none.</summary>
    /// <param name="recalled">Who it is known as.</param>
    public RadioState? PlaceOf(Stick stick, RadioMemory? recalled)
    {
        if (PlaceFor(stick) is not { Replacement: { } replacement } radio) return null;
        if (IsThere(radio, stick))
        {
            // It has come back by itself.
            radio.Replacement = null;
            return null;
        }
        if (replacement.IsInItsPlace) return radio;
        if (recalled is null && StickKind.IsSame(state.Catalogue, radio.Memory, stick.Id, stick.Identity)) return radio;
        radio.Replacement = null;
        if (recalled?.Id == radio.Id) return null;
        ILogger log = Log(radio);
        AttachLog.NotReplaced(log, stick.BusId, stick.PiId, radio.Memory.Name, radio.Id);
        return null;
    }

    /// <summary>It has the stick.</summary>
    public void Replaced(RadioState radio, RadioMemory before)
    {
        radio.Replacement = null;
        ILogger log = Log(radio);
        string now = Describe(radio.Memory), former = Describe(before);
        AttachLog.Replaced(log, radio.Memory.Name, radio.Id, now, former);
        if (state.Selection().Former.Advice(radio.Memory) is { } advice)
            AttachLog.FormerRule(log, radio.Memory.Name, radio.Id, advice);
    }

    /// <summary>Radios that this new stick may be there to replace: of its kind, and missing.</summary>
    public ImmutableArray<string> AwayFor(Stick stick, DeviceIdentity identity) =>
    [
        .. state.Radios.Values.Where(
            radio => radio.Memory.PiId == stick.PiId
                && StickKind.IsSame(state.Catalogue, radio.Memory, stick.Id, identity)
                && !IsThere(radio, stick))
            .OrderByDescending(radio => radio.MissingSince).Take(MostAway).Select(radio => radio.Id),
    ];

    /// <summary>It is attached: nobody came to replace it.</summary>
    public void CameBack(RadioState radio)
    {
        (radio.Replacement, radio.SeveralCouldReplace) = (null, false);
        foreach (RadioState other in state.Radios.Values.Where(other => other.Memory.CameWhileAway.Contains(radio.Id)))
            state.Change(other, other.Memory with { CameWhileAway = other.Memory.CameWhileAway.Remove(radio.Id) });
    }

    /// <summary>A stick that had to make room is back, and a new radio.</summary>
    public void TellIfBack(RadioState added)
    {
        RadioMemory memory = added.Memory;
        if (Succession.ReplacedAt(state.Memory.Radios, UsbId.Parse(memory.UsbId), memory.Serial) is not { } radio) return;
        ILogger log = Log(added);
        AttachLog.FormerStickIsBack(log, memory.Id, radio.Name, radio.Id);
    }

    /// <summary>One sentence for each radio whose place a person wanted taken, while more than one stick could.</summary>
    public IEnumerable<SetupProblem> Problems()
    {
        foreach (RadioState radio in state.Radios.Values.Where(radio => radio.SeveralCouldReplace))
        {
            List<(Stick Stick, RadioState? Radio)> waiting = Waiting(radio);
            radio.SeveralCouldReplace = waiting.Count > 1;
            if (waiting.Count <= 1) continue;
            IEnumerable<string> sticks = waiting.Select(one => $"{one.Stick.Id} at port {one.Stick.Port.Chain}");
            string which = string.Join(", ", sticks.Order(StringComparer.Ordinal).Take(MostNamed));
            yield return new SetupProblem($"several for {radio.Id}",
                $"Reattach of {radio.Memory.Name}: its stick is missing from {radio.Memory.PiId}, and each of these could take its place: "
                    + $"{which}. Unplug all but the one that is to, and press Reattach again.",
                radio.Memory.PiId);
        }
    }

    private void TakeOver(RadioState radio, RadioState other, Stick stick)
    {
        RadioMemory before = radio.Memory;
        bool isUp = other.IsUp;
        state.Change(radio, Succession.TakeOver(before, other.Memory));
        Assignments.HandOver(other, radio, stick);
        radio.LastOutcome = other.LastOutcome;
        (radio.MissingSince, radio.NextAsk, radio.ReleasedAt) = (state.Now, state.Now, other.ReleasedAt);
        state.Remove(other);
        Replaced(radio, before);
        if (!isUp) return;
        CameBack(radio);
        state.Raise(radio, RadioEventType.Attached);
    }

    private List<(Stick Stick, RadioState? Radio)> Waiting(RadioState radio)
    {
        if (!state.Pis.TryGetValue(radio.Memory.PiId, out PiState? pi) || pi.Reachable != true) return [];
        if (state.StickOf(radio) is { } its && its.InPlaceOf == radio.Id) return [(its, null)];
        if (IsThere(radio)) return [];
        StickSelection selection = state.Selection();
        RadioRule? rule = selection.RuleOf(radio.Memory);
        return
        [
            .. from stick in pi.Sticks.Values
               where (stick.Listed || stick.Assignment is { Cancelled: false }) && !stick.IsNot.Contains(radio.Id)
               let owner = (stick.RadioId ?? state.Seems(stick)) is { } id && id != radio.Id ? state.Radios[id] : null
               where owner is null ? IsFree(stick, rule, selection) : IsNew(owner, radio, rule, selection)
               where owner is null
                   ? StickKind.IsSame(state.Catalogue, radio.Memory, stick.Id, stick.Identity)
                   : StickKind.IsSame(
                       state.Catalogue, radio.Memory, UsbId.Parse(owner.Memory.UsbId), owner.Memory.Product, owner.Memory.Manufacturer)
               select (stick, owner),
        ];
    }

    // Another entry of the options that asks for it means a radio of its own.
    private static bool IsFree(Stick stick, RadioRule? rule, StickSelection selection) =>
        selection.RuleOf(stick.PiId, stick.Id, stick.Port, stick.Identity?.Serial, stick.Identity is not null) is not { } own
            || own == rule;

    private static bool IsNew(RadioState other, RadioState radio, RadioRule? rule, StickSelection selection) =>
        other.Memory.Wanted
            && other.Memory.CameWhileAway.Contains(radio.Id)
            && (selection.RuleOf(other.Memory) is not { } own || own == rule);

    // A stick that was not asked yet may be it, or be another one in its place.
    private bool IsThere(RadioState radio, Stick? apartFrom = null) =>
        (radio.Assignment is { Identified: true, Cancelled: false } assignment && assignment != apartFrom?.Assignment)
            || state.StickOf(radio) is { RadioId: not null };

    private ILogger Log(RadioState radio) => state.Logger.About(radio.Memory.PiId, radio.Id);

    private static string Describe(RadioMemory radio) => StickText.Normalised(radio.Serial) is { } serial
        ? $"{radio.UsbId}, serial {serial}, at port {radio.PortChain}"
        : $"{radio.UsbId} at port {radio.PortChain}";
}
