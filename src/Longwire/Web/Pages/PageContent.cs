using System.Collections.Immutable;
using Longwire.Inventory;
using Longwire.State;

namespace Longwire.Web.Pages;

/// <summary>One radio or other stick, as a person is told about it.</summary>
/// <param name="Detail">USB id and, where known, serial and place.</param>
/// <param name="Status">One or two words; null for what is none of our radios.</param>
/// <param name="Why">Why it is or is not attached.</param>
/// <param name="Line">To be pasted into the options; null where there is none.</param>
/// <param name="Provisional">Those of its serial paths that may still change.</param>
internal sealed record PageStick(
    string Name, string Detail, string? Status, bool Problem, string Why, string? Line, ImmutableArray<string> SerialPaths,
    ImmutableArray<string> Provisional);

/// <param name="Problem">Why it has told nothing; null if it answered.</param>
internal sealed record PagePi(string Title, string? Problem, ImmutableArray<PageStick> Sticks, ImmutableArray<string> Notes);

/// <summary>What the page shows, gathered from the latest snapshot and from what the Pis list.</summary>
internal sealed record PageContent(string Version, ImmutableArray<string> Problems, ImmutableArray<PagePi> Pis)
{
    // A person knows neither bus ids nor that a stick has two ends: where a radio of ours and a stick of its Pi's list are the same for
    // certain, they are shown as one. The list has no serials, so of twins nobody can say, and both views are shown.
    public static PageContent Of(Snapshot snapshot, IReadOnlyList<PiList> lists, string version)
    {
        IEnumerable<PagePi> pis = lists.Select(list => Of(list, snapshot));
        ImmutableArray<RadioSnapshot> elsewhere = [.. snapshot.Radios.Where(radio => lists.All(list => list.Pi.Id != radio.PiId))];
        return new PageContent(
            version,
            snapshot.Bridge.Problems,
            [.. pis, .. elsewhere.GroupBy(radio => radio.PiId).Select(group => OfAnotherPi(group.Key, [.. group]))]);
    }

    private static PagePi Of(PiList list, Snapshot snapshot)
    {
        PiSnapshot? pi = snapshot.Pis.FirstOrDefault(known => known.Id == list.Pi.Id);
        ImmutableArray<RadioSnapshot> radios = [.. snapshot.Radios.Where(radio => radio.PiId == list.Pi.Id)];
        ImmutableArray<ListedStick> listed = list.List?.Sticks ?? [];
        ImmutableArray<PageStick> ours =
            [.. radios.Select(radio => Of(radio, pi, TheOne(radio, radios, listed), LineOf(radio, radios)))];
        IEnumerable<PageStick> others = listed.Where(
            stick => !radios.Any(radio => ReferenceEquals(TheOne(radio, radios, listed), stick))).Select(Of);
        string name = list.Pi.Name is null ? list.Pi.Address : $"{list.Pi.Name} ({list.Pi.Address})";
        return new PagePi(name, list.Problem, [.. ours, .. others], list.List?.Notes ?? []);
    }

    private static PagePi OfAnotherPi(string id, ImmutableArray<RadioSnapshot> radios) =>
        new(id, null, [.. radios.Select(radio => Of(radio, null, null, LineOf(radio, radios)))], []);

    private static ListedStick? TheOne(RadioSnapshot radio, ImmutableArray<RadioSnapshot> radios, ImmutableArray<ListedStick> listed) =>
        radios.Count(other => other.UsbId == radio.UsbId) == 1 && listed.Count(stick => stick.Id == radio.UsbId) == 1
            ? listed.First(stick => stick.Id == radio.UsbId)
            : null;

    // By its serial if there are others of its kind; none where they have the same.
    private static string? LineOf(RadioSnapshot radio, ImmutableArray<RadioSnapshot> radios)
    {
        List<RadioSnapshot> alike = [.. radios.Where(other => other.UsbId == radio.UsbId && other.Id != radio.Id)];
        if (alike.Count == 0) return MatchLine.For(radio.UsbId, null);
        return alike.Exists(other => other.Serial == radio.Serial) ? null : MatchLine.For(radio.UsbId, radio.Serial);
    }

    private static PageStick Of(RadioSnapshot radio, PiSnapshot? pi, ListedStick? listed, string? line)
    {
        StatusMeaning meaning = StatusMeaning.Of(radio, pi);
        return new PageStick(
            radio.Name,
            radio.Serial is { Length: > 0 } own ? $"{radio.UsbId}, serial {own}" : radio.UsbId.ToString(),
            radio.Status.Name().Replace('_', ' '),
            meaning.Problem,
            meaning.Explanation,
            listed?.Line ?? line,
            radio.SerialPorts,
            radio.ProvisionalPorts);
    }

    private static PageStick Of(ListedStick stick) => new(
        stick.Name, $"{stick.Id} at {stick.BusId}", null, stick.Outlook == Outlook.Ambiguous, Sentence(stick.Reason), stick.Line, [], []);

    private static string Sentence(string reason) => reason.Length == 0 ? reason : $"{char.ToUpperInvariant(reason[0])}{reason[1..]}.";
}
