using System.Collections.Immutable;
using System.Globalization;
using Longwire.Attach.Memory;
using Longwire.Radios;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Identity;

/// <summary>A stick that was seen and identified: where, and what it says of itself.</summary>
internal sealed record Sighting(string PiId, UsbPort Port, UsbId UsbId, string? Serial)
{
    /// <summary>
    /// Its maker gives this serial to every stick (<see cref="KnownRadios.IsSharedSerial"/>), or two that have it were seen
    /// (<see cref="RadioMemory.SerialIsShared"/>): it tells nothing.
    /// </summary>
    public bool SerialIsShared { get; init; }

    public bool HasOwnSerial => !SerialIsShared && !string.IsNullOrWhiteSpace(Serial);
}

/// <summary>
/// Which radio a stick is. Ids are given once, at first sight: <c>vid_pid_serial</c> if the serial is not empty, seen once over all Pis
/// and not known to be shared; else <c>pi_vid_pid</c> while it is the only one of its kind there; else <c>pi_vid_pid_port</c>.
/// </summary>
internal static class RadioIds
{
    /// <summary>The known radio that this stick is; null if it is none of them, or if it could be several.</summary>
    /// <param name="absent">Whether a known radio is certainly not another stick that is present now.</param>
    public static RadioMemory? Recall(Sighting stick, ImmutableArray<RadioMemory> known, Func<RadioMemory, bool> absent)
    {
        List<RadioMemory> alike = [.. known.Where(radio => IsAlike(radio, stick) && absent(radio))];
        List<RadioMemory> here = alike.FindAll(radio => radio.PiId == stick.PiId);
        if (here.Find(radio => radio.Port == stick.Port) is { } samePort) return samePort;
        // It may as well be the twin that was seen beside the radio, and is none itself.
        if (HasTwins(stick, known) && known.Count(radio => IsAlike(radio, stick)) == 1) return null;
        // Moved to another port. Two that could have moved here are not told apart by guessing: a Z-Wave network behind
        // the wrong name is worse than a radio that asks to be named.
        if (here.Count > 0) return here.Count == 1 ? here[0] : null;
        // Moved to another Pi: only a serial of its own can show that.
        string? serialId = SerialId(stick);
        List<RadioMemory> elsewhere = alike.FindAll(
            radio => radio.Id == serialId || (!radio.Former.IsEmpty && !stick.SerialIsShared && FlashedStick.IsTelling(stick.Serial)));
        return elsewhere.Count == 1 ? elsewhere[0] : null;
    }

    /// <summary>
    /// The known radio that a stick which was not identified yet seems to be: by kind and port, else as the only one of its kind on its Pi.
    /// </summary>
    /// <param name="onlyOne">No other stick of this kind is on that Pi.</param>
    /// <param name="isElsewhere">Whether a known radio is certainly not this stick, for it is attached.</param>
    public static RadioMemory? Seems(
        string piId, UsbId id, UsbPort port, ImmutableArray<RadioMemory> known, bool onlyOne, Func<RadioMemory, bool> isElsewhere)
    {
        string kind = id.ToString();
        List<RadioMemory> alike = [.. known.Where(radio => radio.PiId == piId && radio.UsbId == kind)];
        List<RadioMemory> there = alike.FindAll(radio => radio.Port == port);
        // Several were plugged in there, one after the other: which of them this is only its serial tells.
        if (there.Count > 0) return there.Count == 1 ? there[0] : null;
        // The only one known, and the only one there: it moved to another port. With a twin beside it nobody can say which.
        return alike.Count == 1 && onlyOne && !isElsewhere(alike[0]) ? alike[0] : null;
    }

    /// <summary>A new id for a stick that <see cref="Recall"/> does not know.</summary>
    /// <param name="present">Every other stick that is present now, on any Pi.</param>
    public static string Give(Sighting stick, ImmutableArray<RadioMemory> known, IReadOnlyCollection<Sighting> present)
    {
        bool serialSeenBefore = known.Any(radio => IsAlike(radio, stick)) || present.Any(other => IsAlike(other, stick));
        if (SerialId(stick) is { } serialId && !serialSeenBefore && IsFree(serialId, known)) return serialId;

        string kind = $"{Slug.Of(stick.PiId)}_{Underscored(stick.UsbId)}";
        bool onlyOfItsKind = !known.Any(radio => radio.PiId == stick.PiId && radio.UsbId == stick.UsbId.ToString())
            && !present.Any(other => other.PiId == stick.PiId && other.UsbId == stick.UsbId);
        if (onlyOfItsKind && IsFree(kind, known)) return kind;

        string port = Slug.Of($"{kind}_{stick.Port.Chain.Replace('.', '-')}");
        if (IsFree(port, known)) return port;
        // The same chain of ports below two controllers, or a port whose former radio is still remembered.
        for (int i = 2; ; i++)
        {
            string numbered = string.Create(CultureInfo.InvariantCulture, $"{port}_{i}");
            if (IsFree(numbered, known)) return numbered;
        }
    }

    /// <summary>Whether several with its serial were seen at once.</summary>
    public static bool HasTwins(Sighting stick, ImmutableArray<RadioMemory> known) =>
        known.Any(radio => radio.SerialIsShared && IsAlike(radio, stick));

    /// <summary>Nothing that they say tells them apart.</summary>
    public static bool IsAlike(Sighting one, Sighting other) =>
        one.UsbId == other.UsbId && StickText.IsSame(one.Serial, other.Serial);

    private static string? SerialId(Sighting stick) =>
        stick.HasOwnSerial ? Slug.Of($"{Underscored(stick.UsbId)}_{StickText.Normalised(stick.Serial)}") : null;

    private static bool IsAlike(RadioMemory radio, Sighting stick) =>
        radio.UsbId == stick.UsbId.ToString() && StickText.IsSame(radio.Serial, stick.Serial);

    private static bool IsFree(string id, ImmutableArray<RadioMemory> known) => !known.Any(radio => radio.Id == id);

    private static string Underscored(UsbId id) => id.ToString().Replace(':', '_');
}
