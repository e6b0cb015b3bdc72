using System.Collections.Immutable;
using Longwire.Attach.Memory;
using Longwire.Platform;
using Longwire.Radios;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Identity;

/// <summary>
/// A rule that names a port means what is plugged in there. On a generic bridge that may be anything, so what was there is remembered, and
/// another product in its place is refused until a person says that it is meant.
/// </summary>
internal static class ProductAtPort
{
    private const int LongestText = 40;

    /// <param name="RadioId">Whose place it is.</param>
    /// <param name="Reason">For a person, the remedy included.</param>
    internal sealed record Change(string RadioId, string Reason);

    /// <param name="recalled">The radio that this stick is known as; null: it is new.</param>
    /// <param name="meant">The radios that this rule has meant so far, in the order of their first sight.</param>
    /// <returns>Null: nothing is wrong.</returns>
    public static Change? Of(
        Sighting stick, DeviceIdentity identity, RadioMemory? recalled, ImmutableArray<RadioMemory> meant, KnownRadios catalogue)
    {
        // Its vid:pid says what it is, and that is in the rule.
        if (catalogue.Recognise(stick.UsbId, product: null, manufacturer: null) is { Certain: true }) return null;
        List<RadioMemory> there = [.. meant.Where(radio => radio.PiId == stick.PiId && radio.UsbId == stick.UsbId.ToString())];
        if (there.Count == 0 || there.Exists(radio => !IsAnother(radio, identity, recalled))) return null;
        RadioMemory last = there[^1];
        return new Change(
            last.Id,
            // The remedy first: what is too long for a state is cut at its end.
            $"press Reattach to take what is at port {stick.Port.Chain} now, or put back what was there: it is "
                + $"{Named(identity.Product, identity.Serial)}, and was {Named(last.Product, last.Serial)}");
    }

    // What is not told, or was not, is no difference.
    private static bool IsAnother(RadioMemory before, DeviceIdentity now, RadioMemory? recalled)
    {
        if (string.IsNullOrWhiteSpace(before.Product) || FlashedStick.IsSame(before, now)) return false;
        if (recalled is not null && recalled.Id != before.Id) return true;
        return Differ(before.Product, now.Product) || Differ(before.Manufacturer, now.Manufacturer) || Differ(before.Serial, now.Serial);
    }

    private static bool Differ(string? before, string? now) =>
        StickText.Normalised(before) is { } was && StickText.Normalised(now) is { } isNow && was != isNow;

    private static string Named(string? product, string? serial)
    {
        string what = $"'{Printable.Clip(StickText.Normalised(product) ?? "a stick without a name", LongestText)}'";
        return StickText.Normalised(serial) is { } told ? $"{what} ({Printable.Clip(told, LongestText)})" : what;
    }
}
