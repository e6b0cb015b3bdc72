using System.Collections.Immutable;
using Longwire.Attach.Memory;
using Longwire.Options;
using Longwire.Radios;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Identity;

/// <summary>
/// The rules that know a radio by what it was: before it was flashed, or before another stick took its place. The options are a person's
/// to write, so such a rule goes on to mean its radio, and no other stick that fits it, be it the one of before.
/// </summary>
internal sealed class FormerRules(AttachOptions options, KnownRadios catalogue, ImmutableArray<RadioMemory> known)
{
    /// <summary>Null where a rule names the radio as it is now, and no less exactly, or none knows it.</summary>
    public RadioRule? Of(RadioMemory radio)
    {
        if (radio.Former.IsEmpty) return null;
        RadioRule? own = OwnRuleOf(radio);
        if (own is not null && NamesOne(own)) return null;
        foreach (FormerStick former in radio.Former)
        {
            UsbId id = UsbId.Parse(former.UsbId);
            RadioRule? rule = options.Radios.FirstOrDefault(
                rule => rule.IsAbout(former.PiId) && rule.Match.Matches(id, former.Serial, Succession.PortOf(former)));
            if (rule is null || (own is not null && !NamesOne(rule))) continue;
            // A serial is one stick's: where that is a radio of its own by now, the rule is that one's.
            if (rule.Match.Serial is null || !known.Any(other => other.Id != radio.Id && OwnRuleOf(other) == rule)) return rule;
        }
        return null;
    }

    /// <summary>Whether it was recognised as what it was before; then it is wanted as it is now.</summary>
    public bool WasRecognised(RadioMemory radio) => radio.Former.Any(
        former => catalogue.Recognise(UsbId.Parse(former.UsbId), former.Product, former.Manufacturer) is { Certain: true });

    /// <summary>The radio that has this rule by what it was before; null if none has, or if it is this stick.</summary>
    public RadioMemory? HolderOf(RadioRule rule, Candidate stick) => NamesOne(rule)
        ? known.FirstOrDefault(
            radio => radio.Id != stick.RadioId && options.Pis.Any(pi => pi.Id == radio.PiId) && Of(radio) == rule)
        : null;

    /// <summary>One sentence for each stick that a rule names, while that rule goes on to mean a radio that was it.</summary>
    public IEnumerable<(string Problem, string PiId)> LeftAlone(IEnumerable<Candidate> present)
    {
        foreach (Candidate stick in present)
        {
            if (stick.Identity is not { } identity || stick.RadioId is not null) continue;
            RadioRule? rule = options.Radios.FirstOrDefault(
                rule => rule.IsAbout(stick.PiId) && rule.Match.Matches(stick.Id, identity.Serial, stick.Port));
            if (rule is null || !NamesOne(rule) || HolderOf(rule, stick) is not { } holder) continue;
            yield return ($"{rule.Path}: '{rule.Match}' is a stick that is back at port {stick.Port.Chain} of {stick.PiId}, and "
                + $"{holder.Name}, which it was, has another one now and keeps the entry. Write \"{LineFor(rule, holder)}\" there, and an "
                + "entry of its own for this stick; or unplug it.", stick.PiId);
        }
    }

    /// <summary>What to write in a rule that knows a radio by what it was before.</summary>
    public static RadioMatch LineFor(RadioRule rule, RadioMemory radio)
    {
        UsbId id = UsbId.Parse(radio.UsbId);
        if (rule.Match.Port is { } port)
            return new RadioMatch(id, Port: port.Controller is null ? new UsbPort(null, radio.PortChain) : radio.Port);
        return new RadioMatch(id, rule.Match.Serial is null ? null : StickText.Normalised(radio.Serial));
    }

    /// <summary>For who replaced a radio: which entry still names it as it was, and what to write there; null where all is well.</summary>
    public string? Advice(RadioMemory radio) => Of(radio) is { } rule
        ? $"{rule.Path} names it as it was, '{rule.Match}', and goes on to mean it; write \"{LineFor(rule, radio)}\" there"
        : null;

    private static bool NamesOne(RadioRule rule) => rule.Match is { Serial: not null } or { Port: not null };

    private RadioRule? OwnRuleOf(RadioMemory radio) => options.Radios.FirstOrDefault(
        rule => rule.IsAbout(radio.PiId) && rule.Match.Matches(UsbId.Parse(radio.UsbId), radio.Serial, radio.Port));
}
