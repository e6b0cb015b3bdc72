namespace Longwire.Attach;

/// <summary>
/// How often another session with a radio's stick has lately taken the place of one that ended. Once is an export that was restarted, or a
/// stick that was moved; several times in a few minutes are a bad cable, a weak power supply or a sick stick, which the tty that stays
/// would hide.
/// </summary>
internal sealed class ReseatCount
{
    private readonly Queue<TimeSpan> _times = new(AttachTimers.ReseatsThatMeanSomething);
    private TimeSpan _pause = AttachTimers.ReseatPause;

    /// <summary>Until when it counts as unstable, unless it happens again; null: it never did.</summary>
    public TimeSpan? UnstableUntil { get; private set; }

    /// <param name="now">By any clock that never changes.</param>
    public void Add(TimeSpan now)
    {
        bool wasUnstable = UnstableUntil > now;
        if (_times.Count == AttachTimers.ReseatsThatMeanSomething) _times.Dequeue();
        _times.Enqueue(now);
        if (_times.Count < AttachTimers.ReseatsThatMeanSomething || now - _times.Peek() > AttachTimers.ReseatsWithin) return;
        UnstableUntil = now + AttachTimers.ReseatsWithin;
        TimeSpan longer = _pause * 2;
        _pause = !wasUnstable ? AttachTimers.ReseatPause : longer < AttachTimers.ReseatPauseMost ? longer : AttachTimers.ReseatPauseMost;
    }

    /// <summary>What a person is told while it counts as unstable.</summary>
    public static string ProblemOf(string name) =>
        $"{name} was away and came back {AttachTimers.ReseatsThatMeanSomething} times or more within "
            + $"{AttachTimers.ReseatsWithin.TotalMinutes:0} minutes: see its cable, its Pi's power supply, and what restarts there.";

    /// <summary>How long the next session is to wait, so that what fails again and again costs little.</summary>
    public TimeSpan Pause(TimeSpan now) => UnstableUntil > now ? _pause : TimeSpan.Zero;
}
