using Longwire.Attach.Identity;
using Longwire.Options;
using Longwire.Platform;
using Longwire.State;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Reconciling;

/// <summary>
/// What follows from the state as it is, whatever event led to it: sticks that are due are tried, Pis are asked as often as
/// something is missing there, statuses follow the table, and a snapshot goes out if anything changed.
/// </summary>
internal sealed class Convergence(AttachState state)
{
    // Each attempt is a connection, and a reset of the stick when it ends. A Pi with more radios than this is served in turns; one that
    // makes up thousands gets no more of our descriptors, ports and vhci's time than a full one. So many find a place at an export beside
    // our question for its list and somebody's `longwire list`.
    private const int TriedAtOncePerPi = PiOptions.ConnectionsAtOnce - 2;

    private readonly Identification _identification = new(state);
    private readonly Replacements _replacements = new(state);
    private readonly DownRadios _down = new(state.Logger);
    private Snapshot _published = Snapshot.Empty;

    /// <summary>When there is something to do without any event, in time since the start; null: never.</summary>
    public TimeSpan? WakeAt { get; private set; }

    public void Settle()
    {
        if (state.Stopping) return;
        WakeAt = null;
        if (PlannedWork.Settle(state) is { } workEnds) WakeNoLaterThan(workEnds);
        if (PiVitalsChanges.Settle(state) is { } vitalsDue) WakeNoLaterThan(vitalsDue);
        if (HoldChanges.Settle(state) is { } heldForLong) WakeNoLaterThan(heldForLong);
        if (UnstableRadios.Settle(state) is { } stable) WakeNoLaterThan(stable);
        if (state.HasOptions)
        {
            _identification.DecideParked(allAreAsked: false);
            StickSelection selection = state.Selection();
            TakeOvers.Start(state);
            StartWhatIsDue(selection, state.Candidates());
            AskForWhatIsNotListed(selection);
            // A verdict or a start may have changed whom a stick waits for.
            if (_identification.DecideParked(allAreAsked: true) is { } answerBy) WakeNoLaterThan(answerBy);
            // Who was just identified is known now.
            selection = state.Selection();
            foreach (PiState pi in state.Pis.Values) pi.Watch.AskEvery(PollInterval(pi, selection));
            state.SetProblems("setup", new SetupProblems(state, _replacements).Of(selection, state.Candidates()));
        }
        if (state.SettleProblems() is { } due) WakeNoLaterThan(due);
        Say();
    }

    /// <summary>
    /// The last word, once every radio was let go: what stays in a broker must not say that anything is attached, or about to be.
    /// Between the order to stop and this nothing is said: publishers first have to say that we are leaving.
    /// </summary>
    public void SayStopped()
    {
        state.Remember(all: true);
        if (state.HasOptions) Publish(state.Selection());
    }

    private void Say()
    {
        StickSelection selection = state.Selection();
        if (ReattachChanges.Settle(state, selection) is { } backBy) WakeNoLaterThan(backBy);
        UpdateStatuses(selection);
        List<RadioState> expected = SnapshotMaker.Shown(state, selection).FindAll(radio => radio.Memory.Wanted);
        TimeSpan? downForLong = _down.Look(expected, state.Now, state.Work.IsUnderWay, radio => AwayWithPi.Is(radio, state));
        if (downForLong is { } due) WakeNoLaterThan(due);
        if (state.Remember() is { } rememberBy) WakeNoLaterThan(rememberBy);
        // What a snapshot lacks is removed from Home Assistant: the first must know the options.
        if (state.HasOptions) Publish(selection);
    }

    private void StartWhatIsDue(StickSelection selection, IReadOnlyCollection<Candidate> present)
    {
        foreach (PiState pi in state.Pis.Values.Where(pi => pi.SlowReason is null))
        {
            // Who has waited longest is first: what fails again and again must not keep the others from their turn.
            IEnumerable<Stick> waiting = pi.Sticks.Values.Where(stick => stick.Listed && stick.Assignment is null)
                .OrderBy(stick => stick.Tries.NotBefore).ThenBy(stick => stick.BusId.ToString(), StringComparer.Ordinal);
            foreach (Stick stick in waiting.ToArray())
            {
                if (!HasPlace(pi)) break;
                if (state.Assignments.At(stick.PiId, stick.BusId) is not null || IsRefused(pi, stick)) continue;
                if (MayBeHeld(pi, stick)) continue;
                RadioState? replaced = _replacements.PlaceFor(stick);
                string? radioId = replaced?.Id ?? stick.RadioId ?? state.Seems(stick);
                if (radioId is not null
                    && state.Radios[radioId] is var radio
                    && (!radio.Memory.Wanted || (radio.Assignment is not null && radio.Assignment.Identified)))
                {
                    continue;
                }
                if (replaced is null && selection.Of(state.CandidateOf(stick), present) is not (Selection.Take or Selection.Identify))
                    continue;
                if (!IsDue(stick.Tries.NotBefore)) continue;
                if (radioId is not null && IsBeingReset(state.Radios[radioId])) continue;
                RadioState? seems = radioId is not null && state.Radios[radioId] is { Assignment: null } free ? free : null;
                state.Start(pi, stick.BusId, stick, seems);
            }
        }
    }

    // Imported before that, it would be taken away in the middle, and what was to help would look like a loss.
    private bool IsBeingReset(RadioState radio)
    {
        if (radio.Reattachment.AwaitedUntil(state.Now) is not { } until) return false;
        WakeNoLaterThan(until);
        return true;
    }

    // While a radio's port is held, what turns up of its kind may be that radio, plugged in elsewhere: it is asked when the hold is over.
    private bool MayBeHeld(PiState pi, Stick stick) => state.Radios.Values.Any(
        radio => radio is { IsUp: true, Assignment: { Hold: not null } held }
            && held.PiId == pi.Options.Id
            && held.BusId != stick.BusId
            && radio.Memory.UsbId == stick.Id.ToString());

    // Looked at again when it changes, was gone, is asked for by a person, or now and then.
    private bool IsRefused(PiState pi, Stick stick)
    {
        if (pi.Rejected.Find(stick.BusId, stick.ListedAs, state.Now) is { } rejected)
        {
            WakeNoLaterThan(rejected.LookAgainAt);
            return rejected.RefusedReason is not null;
        }
        // What it said once may be over: it is asked again.
        if (pi.Rejected.At(stick.BusId) is not null) stick.Identity = null;
        return false;
    }

    // A stock usbipd lists neither what is in use nor what is unplugged; importing by the last bus id tells one from the other, and
    // frees what our own lost connection still holds there.
    private void AskForWhatIsNotListed(StickSelection selection)
    {
        foreach (RadioState radio in state.Radios.Values)
        {
            if (!radio.Memory.Wanted || radio.Assignment is not null || !selection.Covers(radio.Memory)) continue;
            if (IsBeingReset(radio)) continue;
            if (!state.Pis.TryGetValue(radio.Memory.PiId, out PiState? pi) || pi is not { Reachable: true, SlowReason: null }) continue;
            // A Longwire says itself what it has. Only a connection of ours that died unnoticed is worth knocking for there.
            if (pi.Server == PiServer.Longwire && radio.Status is not RadioStatus.InUse) continue;
            if (state.StickOf(radio) is not null
                || !BusId.TryParse(radio.Memory.LastBusId, out BusId busId)
                || pi.Sticks.ContainsKey(busId)
                || state.Assignments.At(pi.Options.Id, busId) is not null)
            {
                continue;
            }
            if (pi.Rejected.At(busId) is { RefusedReason: not null } && !IsDue(radio.ReleasedAt + AttachTimers.Stable)) continue;
            if (pi.Tries.At(busId) is { } tries && !IsDue(tries.NotBefore)) continue;
            if (!IsDue(radio.NextAsk) || !HasPlace(pi)) continue;
            radio.NextAsk = state.Now + AttachTimers.AskWhetherInUse;
            state.Start(pi, busId, stick: null, radio);
        }
    }

    // The end of an attempt is an event, and those who found no place are looked at again after it. What is up takes none.
    private bool HasPlace(PiState pi) =>
        state.Assignments.Count(assignment => assignment.PiId == pi.Options.Id && !assignment.IsUp) < TriedAtOncePerPi;

    // If not, it is looked at again when it is.
    private bool IsDue(TimeSpan at)
    {
        WakeNoLaterThan(at);
        return at <= state.Now;
    }

    // What is past has been seen to by this settling.
    private void WakeNoLaterThan(TimeSpan at)
    {
        if (at > state.Now && !(WakeAt <= at)) WakeAt = at;
    }

    // Null: not at all. A Pi that serves us is known to be well by its connection.
    private TimeSpan? PollInterval(PiState pi, StickSelection selection)
    {
        List<RadioState> missing = state.MissingOn(pi.Options.Id, selection);
        List<RadioRule> neverSeen = [.. state.Options.Radios.Where(
            rule => rule.IsAbout(pi.Options.Id) && !selection.IsAboutKnown(rule))];
        bool isUp = state.Radios.Values.Any(radio => radio.IsUp && radio.Memory.PiId == pi.Options.Id);
        // It may serve one connection at a time, and ours waits behind that of its radio. A Longwire serves as many as there are.
        bool owesNoList = isUp && pi.ListUnanswered && pi.Server != PiServer.Longwire;
        if (owesNoList && missing.Count == 0 && !neverSeen.Exists(rule => rule.Pi is not null))
            return MayHaveNew(pi) || neverSeen.Count > 0 ? AttachTimers.PollUnanswered : null;
        bool isKnown = state.Radios.Values.Any(radio => radio.Memory.PiId == pi.Options.Id && selection.Covers(radio.Memory));
        if (missing.Count == 0 && neverSeen.Count == 0 && isKnown && pi.Reachable == true)
            return MayHaveNew(pi) || !isUp ? AttachTimers.PollIdle : AttachTimers.PollServing;
        TimeSpan since = missing.Count == 0 ? TimeSpan.Zero : missing.Max(radio => radio.MissingSince);
        TimeSpan missingFor = state.Now - since;
        if (missingFor >= AttachTimers.PollFastFor) return AttachTimers.Poll;
        // Whom we try to attach already needs no list.
        bool atOnce = missing.Exists(radio => radio.Assignment is null && state.Now - radio.MissingSince < AttachTimers.PollAtOnceFor);
        WakeNoLaterThan(since + (atOnce ? AttachTimers.PollAtOnceFor : AttachTimers.PollFastFor));
        return atOnce ? AttachTimers.PollAtOnce : AttachTimers.PollFast;
    }

    // A radio that nobody has named yet, or the twin of one that is named by its kind alone.
    private bool MayHaveNew(PiState pi) =>
        state.Options.TakeRecognised
        || state.Options.Radios.Any(rule => rule.IsAbout(pi.Options.Id) && rule.Match.Serial is null && rule.Match.Port is null);

    private void UpdateStatuses(StickSelection selection)
    {
        foreach (RadioState radio in state.Radios.Values)
        {
            PiState? pi = state.Pis.GetValueOrDefault(radio.Memory.PiId);
            radio.FlashedSince = StatusRules.IsFlashed(radio, pi) ? radio.FlashedSince ?? state.Now : null;
            StatusRules.Condition now = selection.WhyLeftOut(radio.Memory) is { } problem
                ? StatusRules.LeftOut(radio, problem)
                : StatusRules.Of(radio, pi, state.StickOf(radio), state.Radios.Values, state.Now);
            TellOfPlugging(radio, now.PluggedIn);
            LookBackAtLoss(radio, now.Status);
            if (now.Status != radio.Status) TellOfStatus(radio, now);
            // Whether that is a connection of ours which died is asked for by what is said now.
            if (now.Status == RadioStatus.InUse && radio.Status != now.Status) WakeNoLaterThan(state.Now + AttachTimers.PollAtOnce);
            (radio.Status, radio.Reason, radio.PluggedIn) = (now.Status, now.Reason, now.PluggedIn);
            if (now.Status != RadioStatus.InUse) radio.NotTakenOver = null;
            if (now.Status != RadioStatus.Attaching || state.Now >= AttachTimers.FirstVerdict) radio.Undecided = false;
            if (radio.Undecided) WakeNoLaterThan(AttachTimers.FirstVerdict);
            if (radio.FlashedSince is { } flashed) WakeNoLaterThan(flashed + AttachTimers.BeingFlashed);
            // From then on "in use" is no longer us.
            if (radio.Assignment is null) WakeNoLaterThan(radio.ReleasedAt + AttachTimers.OwnRelease);
        }
    }

    private void TellOfStatus(RadioState radio, StatusRules.Condition now)
    {
        string status = now.Status.Name();
        AttachLog.Status(
            state.Logger.About(radio.Memory.PiId, $"{radio.Id} {status}"), radio.Memory.Name, radio.Id, status, now.Reason ?? "");
    }

    private void TellOfPlugging(RadioState radio, bool? known)
    {
        if (known is not { } pluggedIn) return;
        if (radio.WasPluggedIn is { } was && was != pluggedIn)
        {
            state.Raise(radio, pluggedIn ? RadioEventType.Plugged : RadioEventType.Unplugged);
        }
        radio.WasPluggedIn = pluggedIn;
    }

    // The connection's end alone does not say that somebody pulled the stick; the Pi's next list does, unless something else was the matter
    // in between.
    private void LookBackAtLoss(RadioState radio, RadioStatus now)
    {
        if (radio.MayHaveBeenPulled && now == RadioStatus.Unplugged)
        {
            state.Change(radio, radio.Memory with { LastDisconnectReason = "unplugged from the Pi" });
        }
        if (now != RadioStatus.Attaching) radio.MayHaveBeenPulled = false;
    }

    private void Publish(StickSelection selection)
    {
        IReadOnlyList<RadioEvent> events = state.TakeEvents();
        Snapshot snapshot = SnapshotMaker.Make(state, selection, state.Stopping ? null : _down.Problem, _replacements.SuccessorOf);
        if (state.Stopping) snapshot = snapshot.AfterStop();
        bool same = snapshot.Bridge with { Problems = [] } == _published.Bridge with { Problems = [] }
            && snapshot.Bridge.Problems.SequenceEqual(_published.Bridge.Problems)
            && snapshot.Pis.SequenceEqual(_published.Pis)
            && snapshot.Radios.SequenceEqual(_published.Radios);
        if (same && events.Count == 0) return;
        _published = snapshot;
        state.Ports.Feed.Publish(snapshot, events);
    }
}
