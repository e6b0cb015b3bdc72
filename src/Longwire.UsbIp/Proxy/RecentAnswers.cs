namespace Longwire.UsbIp.Proxy;

/// <summary>
/// The answers of late. Reading changes nothing, so that any number of readers see the same: what was counted leaves by itself, a window
/// after the one in which it was counted.
/// </summary>
internal sealed class RecentAnswers(TimeSpan window)
{
    private TimeSpan _begin;
    private AnswerTimes _now;
    private AnswerTimes _before;

    public void Note(TimeSpan took, TimeSpan now)
    {
        Turn(now);
        _now = _now.With(took);
    }

    /// <summary>Of this window and the one before.</summary>
    public AnswerTimes Read(TimeSpan now)
    {
        Turn(now);
        return _now.With(_before);
    }

    private void Turn(TimeSpan now)
    {
        TimeSpan past = now - _begin;
        if (past < window) return;
        (_before, _now) = (past < 2 * window ? _now : default, default);
        _begin = now - TimeSpan.FromTicks(past.Ticks % window.Ticks);
    }
}
