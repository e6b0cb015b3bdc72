using System.Collections.Immutable;
using Longwire.Attach.Memory;
using Longwire.Options;
using Longwire.Radios;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Identity;

/// <summary>A stick as the options see it.</summary>
/// <param name="Identity">Null until it was imported once; what it did not say then is <see cref="DeviceIdentity.Unread"/>.</param>
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
    // Every radio is asked after for every Pi and every rule, each time that anything is looked at.
    private readonly Dictionary<RadioMemory, RadioRule?> _rules = new(ReferenceEqualityComparer.Instance);
    private HashSet<RadioRule>? _aboutKnown;

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

    public RadioRule? RuleOf(RadioMemory radio)
    {
        if (_rules.TryGetValue(radio, out RadioRule? rule)) return rule;
        rule = Former.Of(radio) ?? RuleOf(radio.PiId, UsbId.Parse(radio.UsbId), radio.Port, radio.Serial, serialKnown: true);
        _rules.Add(radio, rule);
        return rule;
    }

    /// <summary>Whether a rule is about a radio that is known.</summary>
    public bool IsAboutKnown(RadioRule rule) => (_aboutKnown ??= [.. known.Select(RuleOf).OfType<RadioRule>()]).Contains(rule);

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
        {
            bool mayBe = (!IsSerialKnown(stick) && MayMatch(stick)) || (stick.Identity is null && MayBeFlashed(stick));
            return mayBe ? Selection.Identify : Selection.NotWanted;
        }
        if (Former.HolderOf(rule, stick) is not null) return stick.Identity is null ? Selection.Identify : Selection.Ambiguous;
        List<Candidate> rivals = RivalsFor(rule, present);
        List<RadioMemory> given = GivenBy(rule);
        bool isGiven = given.Exists(radio => radio.Id == stick.RadioId), alone = rivals.Count <= 1;
        return rule.Match switch
        {
            // Whoever else has the radio's serial is its twin, also while the radio is away.
            { Serial: not null } => isGiven || (alone && given.Count == 0) ? Selection.Take : Selection.Ambiguous,
            // The same place on two Pis, or below two controllers.
            { Port: not null } => isGiven || alone ? Selection.Take : Selection.Ambiguous,
            _ => OfKind(stick, rivals, given),
        };
    }

    private static Selection OfKind(Candidate stick, List<Candidate> rivals, List<RadioMemory> given)
    {
        // A twin that turns up later takes nothing away: the radio that the rule has given so far keeps it, also while it is away.
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
    public IEnumerable<(string Problem, IReadOnlyList<string> Pis)> Ambiguities(IReadOnlyCollection<Candidate> present)
    {
        if (options.TakeRecognised) yield break;
        foreach (RadioRule rule in options.Radios)
        {
            List<Candidate> rivals = RivalsFor(rule, present);
            List<RadioMemory> given = GivenBy(rule);
            if (rivals.Count > 1)
            {
                bool severalPis = rivals.Select(rival => rival.PiId).Distinct().Count() > 1;
                IEnumerable<string> lines = rivals.Select(rival => Line(rival, rivals, severalPis)).Order(StringComparer.Ordinal);
                yield return ($"{rule.Path}: {rivals.Count} sticks match '{rule.Match}', and it names one radio. Write one entry for each "
                    + $"that you want, in its place: {string.Join(" or ", lines)}",
                    [.. rivals.Select(rival => rival.PiId).Distinct()]);
            }
            else if (rivals is [var twin] && rule.Match.Serial is not null && given.Count > 0 && Of(twin, present) is Selection.Ambiguous)
            {
                yield return ($"{rule.Path}: '{rule.Match}' has meant {given[0].Name} at port {given[0].PortChain} of {given[0].PiId} so "
                    + $"far, and the stick with this serial at port {twin.Port.Chain} of {twin.PiId} may be another one. If you want that "
                    + $"one, write an entry for it above this one: {PortLine(twin, rivals)} with pi: {twin.PiId}",
                    [given[0].PiId, twin.PiId]);
            }
        }
    }

    private List<Candidate> RivalsFor(RadioRule rule, IReadOnlyCollection<Candidate> present) =>
        [.. present.Where(other => RuleOf(other) == rule)];

    // A radio of a Pi that the options no longer name is not expected back.
    private List<RadioMemory> GivenBy(RadioRule rule) =>
        [.. known.Where(radio => options.Pis.Any(pi => pi.Id == radio.PiId) && RuleOf(radio) == rule)];

    // The serial if it is this stick's alone, else the port.
    private static string Line(Candidate stick, List<Candidate> rivals, bool severalPis)
    {
        string? serial = StickText.Normalised(stick.Identity?.Serial);
        bool ownSerial = serial is not null
            && rivals.TrueForAll(
                other => other == stick || (IsSerialKnown(other) && StickText.Normalised(other.Identity?.Serial) != serial));
        string line = ownSerial ? $"match: \"{stick.Id}:{serial}\"" : PortLine(stick, rivals);
        return severalPis ? $"{line} with pi: {stick.PiId}" : line;
    }

    // The controller too where a Pi has the same chain of ports below two.
    private static string PortLine(Candidate stick, List<Candidate> rivals)
    {
        bool chainTells = rivals.TrueForAll(
            other => other == stick || other.PiId != stick.PiId || other.Port.Chain != stick.Port.Chain);
        return $"match: \"{stick.Id}@{(chainTells ? stick.Port.Chain : stick.Port.ToString())}\"";
    }

    private static bool IsSerialKnown(Candidate stick) => stick.Identity is { } identity && !identity.Unread.HasFlag(DeviceTexts.Serial);

    private RadioRule? RuleOf(Candidate stick)
    {
        RadioMemory? changed = ChangedRadioOf(stick);
        return (changed is null ? null : Former.Of(changed))
            ?? RuleOf(stick.PiId, stick.Id, stick.Port, stick.Identity?.Serial, IsSerialKnown(stick))
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
        const DeviceTexts telling = DeviceTexts.Manufacturer | DeviceTexts.Product;
        bool told = stick.Identity is { } identity && (identity.Unread & telling) == DeviceTexts.None;
        return told || !catalogue.DoTextsTell(stick.Id) ? Selection.NotWanted : Selection.Identify;
    }
}
