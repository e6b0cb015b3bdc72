namespace Longwire.Attach.Carriers;

/// <summary>
/// How long another session with a radio's stick waits. One is an export that was restarted, or a stick that was moved; several in a few
/// minutes are a bad cable, a weak power supply or a sick stick, and what fails again and again is to cost little.
/// </summary>
internal sealed class ReseatPause
{
    private readonly Recurrence _reseats = new(AttachTimers.ReseatsBeforePause, AttachTimers.ReseatsWithin);
    private TimeSpan _pause = AttachTimers.ReseatPause;

    /// <summary>Another session took the place of one that ended.</summary>
    /// <param name="now">By any clock that never changes.</param>
    public void Add(TimeSpan now)
    {
        bool flapped = _reseats.IsRecurring(now);
        if (!_reseats.Add(now)) return;
        TimeSpan longer = _pause * 2;
        _pause = !flapped ? AttachTimers.ReseatPause : longer < AttachTimers.ReseatPauseMost ? longer : AttachTimers.ReseatPauseMost;
    }

    public TimeSpan Of(TimeSpan now) => _reseats.IsRecurring(now) ? _pause : TimeSpan.Zero;
}
