using System.Collections.Immutable;
using Longwire.Inventory;
using Longwire.Options;
using Longwire.State;

namespace Longwire.Web.Api;

/// <summary>
/// The entries that make a radio of a stick that a Pi has. Where the options name none, they mean all that are recognised: the first entry
/// would end that, so those that were taken until then are named, too.
/// </summary>
/// <param name="Entries">The one that was asked for is the first.</param>
/// <param name="Others">How many radios are named beside it.</param>
internal sealed record StickChoice(ImmutableArray<NewEntry> Entries, int Others)
{
    /// <summary>
    /// Not one that is about to be attached anyway, and not one that its Pi keeps to itself: naming it here changes nothing.
    /// </summary>
    public static bool MayBeChosen(ListedStick stick) =>
        stick is { Match: not null, Outlook: Outlook.NotWanted or Outlook.Unclear or Outlook.Ambiguous };

    /// <param name="whyNot">Why there is none, for a person.</param>
    /// <param name="name">Null: as it calls itself.</param>
    public static StickChoice? Of(PiLists lists, Snapshot snapshot, StickRequest asked, string? name, out string? whyNot)
    {
        whyNot = "That stick is not offered any more. Look at the list, which is up to date.";
        AttachOptions options = lists.Options;
        IReadOnlyList<PiList> all = lists.Of(snapshot);
        if (all.FirstOrDefault(list => list.Pi.Id == asked.Pi) is not { List.Sticks: var sticks } list) return null;
        ListedStick? stick = sticks.FirstOrDefault(
            stick => stick.BusId.ToString() == asked.BusId && stick.Id.ToString() == asked.UsbId && MayBeChosen(stick));
        if (stick is null) return null;
        bool severalPis = options.Pis.Length > 1;
        ImmutableArray<NewEntry>.Builder entries = ImmutableArray.CreateBuilder<NewEntry>();
        entries.Add(Entry(stick.Match!, list.Pi, severalPis, name));
        if (options.TakeRecognised)
        {
            foreach (PiList other in all)
            {
                if (!AddTaken(entries, other, snapshot, stick, severalPis, out whyNot)) return null;
            }
        }
        whyNot = null;
        return new StickChoice(entries.ToImmutable(), entries.Count - 1);
    }

    // What is attached, or would be.
    private static bool AddTaken(
        ImmutableArray<NewEntry>.Builder entries, PiList list, Snapshot snapshot, ListedStick apartFrom, bool severalPis,
        out string? whyNot)
    {
        whyNot = null;
        ImmutableArray<RadioSnapshot> radios = [.. snapshot.Radios.Where(radio => radio.PiId == list.Pi.Id)];
        ImmutableArray<ListedStick> listed = list.List?.Sticks ?? [];
        List<ListedStick> shown = [];
        foreach (RadioSnapshot radio in radios)
        {
            ListedStick? its = RadioSticks.TheOne(radio, radios, listed);
            if (its is not null) shown.Add(its);
            if ((its?.Match ?? RadioSticks.MatchOf(radio, radios) ?? RadioSticks.PortMatchOf(radio, radios)) is not { } match)
            {
                whyNot = $"Which stick {radio.Name} is cannot be written down: another one on {list.Pi.DisplayName} is of its kind and has "
                    + "its serial, and where each of them was is not known. Write an entry for each of your sticks under radios yourself.";
                return false;
            }
            entries.Add(Entry(match, list.Pi, severalPis, null));
        }
        foreach (ListedStick stick in listed.Where(stick => stick is { Outlook: Outlook.Wanted, Match: not null }))
        {
            bool isNamed = shown.Contains(stick) || ReferenceEquals(stick, apartFrom) || radios.Any(radio => radio.UsbId == stick.Id);
            if (!isNamed) entries.Add(Entry(stick.Match!, list.Pi, severalPis, null));
        }
        return true;
    }

    // Not what the Pi is called: that may have come from a secret.
    private static NewEntry Entry(RadioMatch match, PiOptions pi, bool severalPis, string? name) =>
        NewEntry.Radio(match, severalPis ? pi.Id : null, name);
}
