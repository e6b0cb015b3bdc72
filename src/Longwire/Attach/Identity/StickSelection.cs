using System.Collections.Immutable;
using Longwire.Attach.Memory;
using Longwire.Options;
using Longwire.Radios;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Identity;

/// <summary>A stick as the options see it.</summary>
/// <param name="Identity">Null until it was imported once.</param>
/// <param name="RadioId">The known radio it is, or by kind and port seems to be; null if none.</param>
/// <param name="IsNot">Radios that it cannot be.</param>
internal sealed record Candidate(
    string PiId, BusId BusId, UsbPort Port, UsbId Id, DeviceIdentity? Identity, string? RadioId, IReadOnlySet<string> IsNot);

internal enum Selection
{
    NotWanted,

    /// <summary>Only its serial or its product text can tell: import it and look.</summary>
    Identify,
    Take,

    /// <summary>One rule, several sticks: none is taken on a guess.</summary>
    Ambiguous,
}

/// <summary>Which of the sticks that are present the options ask for.</summary>
internal sealed class StickSelection(AttachOptions options, KnownRadios catalogue, ImmutableArray<RadioMemory> known)
{
    /// <summary>What the options say of radios that were something else before.</summary>
    public FormerRules Former { get; } = new(options, catalogue, known);

    /// <summary>The rule about a stick; null if none, or if only its serial can tell.</summary>
    public RadioRule? RuleOf(string piId, UsbId id, UsbPort port, string? serial, bool serialKnown)
    {
        foreach (RadioRule rule in options.Radios)
        {
            if (!rule.IsAbout(piId)) continue;
            if (!rule.Match.CouldMatch(id, port)) continue;
            if (rule.Match.Serial is null || (serialKnown && rule.Match.Matches(id, serial, port))) return rule;
            if (!serialKnown) return null;
        }
        return null;
    }

    public RadioRule? RuleOf(RadioMemory radio) =>
        Former.Of(radio) ?? RuleOf(radio.PiId, UsbId.Parse(radio.UsbId), radio.Port, radio.Serial, serialKnown: true);

    /// <summary>Whether a known radio is one the options ask for.</summary>
    public bool Covers(RadioMemory radio) =>
        options.Pis.Any(pi => pi.Id == radio.PiId)
        && (options.TakeRecognised
            ? catalogue.Recognise(UsbId.Parse(radio.UsbId), radio.Product, radio.Manufacturer) is { Certain: true }
                || Former.WasRecognised(radio)
            : RuleOf(radio) is not null);

    /// <summary>
    /// What is wrong with the entry about a known radio that was asked for until that entry could not be read any more. Such a radio is not
    /// gone: only an entry that is absent removes. Null where there is no such entry.
    /// </summary>
    public OptionProblem? WhyLeftOut(RadioMemory radio)
    {
        if (radio.LeftOptions || Covers(radio)) return null;
        return options.Pis.Any(pi => pi.Id == radio.PiId)
            ? options.SkippedRules.FirstOrDefault(
                rule => rule.Match is null || rule.Match.Matches(UsbId.Parse(radio.UsbId), radio.Serial, radio.Port))?.Problem
            : options.SkippedPis.FirstOrDefault(pi => pi.MayBe(radio.PiId))?.Problem;
    }

    public Selection Of(Candidate stick, IReadOnlyCollection<Candidate> present)
    {
        if (options.TakeRecognised) return OfRecognised(stick);
        RadioRule? rule = RuleOf(stick);
        if (rule is null)
            return stick.Identity is null && (MayMatch(stick) || MayBeFlashed(stick)) ? Selection.Identify : Selection.NotWanted;
        if (Former.HolderOf(rule, stick) is not null)
            return stick.Identity is null ? Selection.Identify : Selection.Ambiguous;
        if (rule.Match.Serial is not null || rule.Match.Port is not null) return Selection.Take;

        List<Candidate> rivals = [.. present.Where(other => RuleOf(other) == rule)];
        // A twin that turns up later takes nothing away: the radio that the rule has given so far keeps it, also while it is away.
        List<RadioMemory> given = [.. known.Where(radio => RuleOf(radio) == rule)];
        if (given.Exists(radio => stick.IsNot.Contains(radio.Id))) return Selection.Ambiguous;
        if (rivals.Count <= 1) return Selection.Take;
        if (given.Count == 0) return Selection.Ambiguous;
        List<Candidate> entitled = rivals.FindAll(rival => rival.RadioId is not null && given.Exists(radio => radio.Id == rival.RadioId));
        if (entitled.Count == 1) return entitled[0].BusId == stick.BusId && entitled[0].PiId == stick.PiId
            ? Selection.Take
            : Selection.Ambiguous;
        if (entitled.Count == 0 && stick.Identity is null) return Selection.Identify;
        return Selection.Ambiguous;
    }

    /// <summary>One sentence per rule that several sticks answer to, with the lines that tell them apart.</summary>
    public IEnumerable<string> Ambiguities(IReadOnlyCollection<Candidate> present)
    {
        foreach (RadioRule rule in options.Radios)
        {
            if (options.TakeRecognised || rule.Match.Serial is not null || rule.Match.Port is not null) continue;
            List<Candidate> rivals = [.. present.Where(other => RuleOf(other) == rule)];
            if (rivals.Count < 2) continue;
            bool severalPis = rivals.Select(rival => rival.PiId).Distinct().Count() > 1;
            IEnumerable<string> lines = rivals.Select(rival => Line(rival, rivals, severalPis)).Order(StringComparer.Ordinal);
            yield return $"{rule.Path}: {rivals.Count} sticks match '{rule.Match}', and it names one radio. Write one entry for each that "
                + "you want: "
                + string.Join(" or ", lines);
        }
    }

    // The serial if it is this stick's alone, else the port.
    private static string Line(Candidate stick, List<Candidate> rivals, bool severalPis)
    {
        string? serial = stick.Identity?.Serial?.Trim();
        bool ownSerial = !string.IsNullOrEmpty(serial)
            && rivals.TrueForAll(other => other == stick || (other.Identity is { } identity && identity.Serial?.Trim() != serial));
        string match = ownSerial ? $"{stick.Id}:{serial}" : $"{stick.Id}@{stick.Port.Chain}";
        return severalPis ? $"match: \"{match}\" with pi: {stick.PiId}" : $"match: \"{match}\"";
    }

    private RadioRule? RuleOf(Candidate stick)
    {
        RadioMemory? changed = ChangedRadioOf(stick);
        return (changed is null ? null : Former.Of(changed))
            ?? RuleOf(stick.PiId, stick.Id, stick.Port, stick.Identity?.Serial, stick.Identity is not null)
            ?? (changed is null ? null : RuleOf(changed));
    }

    // Its own words do not say whose it is: it is, or seems to be, a radio that was something else.
    private RadioMemory? ChangedRadioOf(Candidate stick) => known.FirstOrDefault(
        radio => radio.Id == stick.RadioId && (!radio.Former.IsEmpty || radio.UsbId != stick.Id.ToString()));

    private bool MayBeFlashed(Candidate stick) =>
        known.Any(radio => FlashedStick.MayBe(radio, stick.PiId, stick.Id, stick.Port) && Covers(radio));

    private bool MayMatch(Candidate stick) =>
        options.Radios.Any(rule => rule.IsAbout(stick.PiId) && rule.Match.CouldMatch(stick.Id, stick.Port));

    private Selection OfRecognised(Candidate stick)
    {
        Recognition? recognition = catalogue.Recognise(stick.Id, stick.Identity?.Product, stick.Identity?.Manufacturer);
        if (ChangedRadioOf(stick) is { } changed && Covers(changed)) return Selection.Take;
        if (recognition is null) return stick.Identity is null && MayBeFlashed(stick) ? Selection.Identify : Selection.NotWanted;
        if (recognition.Certain) return Selection.Take;
        return stick.Identity is null ? Selection.Identify : Selection.NotWanted;
    }
}
