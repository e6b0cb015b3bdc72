namespace Longwire.Attach.Reconciling;

/// <summary>What it means that a Pi does not answer.</summary>
internal sealed class PiSilence(AttachState state)
{
    // One that came late is as little news as one packet that was lost: where a radio is missing, the next question follows at once.
    private const int LateInDoubt = 1;

    /// <summary>Its watch has heard nothing of it for <see cref="AttachTimers.PiAway"/>.</summary>
    public void Silent(string piId, string reason, PiSilenceKind kind)
    {
        if (!state.Pis.TryGetValue(piId, out PiState? pi)) return;
        // Whatever becomes of our questions, it is not away. Nothing is imported from it until it answers them.
        if (pi.Reachable == true && IsHeard(pi, AttachTimers.PiAway)) pi.SlowReason ??= reason;
        else Away(pi, reason, kind);
    }

    /// <summary>It stopped answering on the connection of a radio.</summary>
    public void FellSilent(string piId, string reason)
    {
        if (!state.Pis.TryGetValue(piId, out PiState? pi)) return;
        // Where another radio was heard after that, its watch finds out.
        if (pi.Reachable != true || !IsHeard(pi, AttachTimers.Silence)) Away(pi, reason);
    }

    /// <summary>
    /// It took the connection and gave no stick in time. A stock usbipd serves one at a time: while it is busy with an import, its list
    /// waits as well, and a Pi that has answered before is not away because of that. Nothing is imported from it until it has answered:
    /// each import that we gave up waiting for stands in its queue all the same, and more of them would make it slower yet.
    /// </summary>
    public void ImportLate(string piId, string reason)
    {
        if (!state.Pis.TryGetValue(piId, out PiState? pi)) return;
        // Of a Pi that was never heard nobody can tell slow from dead.
        if (pi.Reachable != true) Away(pi, reason);
        else pi.SlowReason ??= reason;
    }

    /// <summary>
    /// It took the connection and gave no list in time. One that serves us all that we want of it owes us none: there are servers that take
    /// one connection at a time, and others that list only once.
    /// </summary>
    public void ListLate(string piId, string reason)
    {
        if (!state.Pis.TryGetValue(piId, out PiState? pi)) return;
        if (pi.Reachable == true && state.MissingOn(piId, state.Selection()).Count == 0) pi.ListUnanswered = true;
        else if (pi.Reachable != true || ++pi.LateLists > LateInDoubt) ImportLate(piId, reason);
    }

    private bool IsHeard(PiState pi, TimeSpan within)
    {
        long since = state.Time.GetTimestamp() - (long)(within.TotalSeconds * state.Time.TimestampFrequency);
        return state.Assignments.Any(
            assignment => assignment.PiId == pi.Options.Id
                && assignment is { IsUp: true, Cancelled: false, Attachment: { } attachment }
                && attachment.IsHeardSince(since));
    }

    private void Away(PiState pi, string reason, PiSilenceKind kind = PiSilenceKind.NoAnswer)
    {
        // The first reason counts: those of the tries after it are its echo, and each would be a problem of its own.
        if (pi.Reachable != false || pi.Silence != kind) (pi.SilentReason, pi.Silence) = (reason, kind);
        pi.Reachable = false;
        pi.SlowReason = null;
        pi.RoundTrip = null;
        (pi.Notice, pi.Offers, pi.Vitals, pi.LatestVitals) = (null, null, null, null);
        // What comes back with the Pi may be something else at the same place.
        pi.TryAllAfresh();
        foreach (Stick stick in pi.Sticks.Values.ToArray())
        {
            stick.Listed = false;
            if (stick.Assignment is null) state.Remove(pi, stick);
        }
        foreach (RadioState radio in state.Radios.Values)
        {
            if (radio.Memory.PiId == pi.Options.Id && !radio.IsUp) radio.LastOutcome = null;
        }
    }
}
