using Longwire.Attach.Identity;
using Longwire.UsbIp.Wire;

namespace Longwire.Attach.Reconciling;

/// <summary>
/// Whether one with a new stick's serial may be about to show itself. That a serial is seen once can only be said when all of its kind
/// have spoken, and the id that follows from it is given for good. After a power cut every machine of a house starts at once.
/// </summary>
internal sealed class ComingTwins(AttachState state)
{
    /// <param name="stick">It has said who it is, and is no known radio.</param>
    /// <param name="assignment">Its own.</param>
    /// <param name="allAreAsked">Every stick that can be asked who it is has been. A list that came just now may have another.</param>
    /// <param name="until">So long it is waited for one that nobody asks yet; null: that ends by itself.</param>
    public bool MayCome(Stick stick, Assignment assignment, bool allAreAsked, out TimeSpan? until)
    {
        until = null;
        if (string.IsNullOrWhiteSpace(stick.Identity?.Serial)) return false;
        if (!allAreAsked || state.Pis.Values.Any(pi => pi.Reachable is null)) return true;
        if (IsAsked(stick, assignment, again: false)) return true;
        // What a Pi says of a stick, or a stick that never answers, must not keep another from its place for long.
        TimeSpan since = stick.IdentifiedAt > state.AllHeardAt ? stick.IdentifiedAt : state.AllHeardAt;
        until = since + AttachTimers.TwinShows;
        if (state.Now >= until) return false;
        StickSelection selection = state.Selection();
        return IsAsked(stick, assignment, again: true)
            || state.Pis.Values.Any(pi => IsMadeReady(pi, stick) || IsAskedSoon(pi, stick, selection));
    }

    private bool IsAsked(Stick stick, Assignment assignment, bool again) => state.Assignments.Any(
        other => other != assignment
            && other is { Identified: false, Cancelled: false }
            && state.StickOf(other) is { } asked
            && asked.Id == stick.Id
            && asked.Tries.WasTried == again);

    // Seen, and not looked at or not bound yet: it is in the Pi's next list.
    private bool IsMadeReady(PiState pi, Stick stick) => pi.Notice?.Entries.Any(
        entry => entry.Reason == NoticeReason.None
            && entry.Id == stick.Id
            && (pi.Options.Id, entry.BusId) != (stick.PiId, stick.BusId)
            && state.Assignments.At(pi.Options.Id, entry.BusId) is not { Identified: true }) == true;

    // It waits for its turn, or was tried in vain and is tried again.
    private bool IsAskedSoon(PiState pi, Stick stick, StickSelection selection) => pi.Sticks.Values.Any(
        other => other is { Listed: true, Identity: null, Assignment: null }
            && other.Id == stick.Id
            && pi.Rejected.Find(other.BusId, other.ListedAs, state.Now) is null
            && selection.Of(state.CandidateOf(other), state.Candidates()) is Selection.Take or Selection.Identify);
}
