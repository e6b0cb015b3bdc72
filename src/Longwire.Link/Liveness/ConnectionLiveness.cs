namespace Longwire.Link.Liveness;

/// <summary>
/// Whether one connection lives, told from what was said and heard over it. It has no clock: every "now" is the caller's, monotonic, and
/// the same clock for all calls. Not safe for several threads.
/// </summary>
/// <param name="now">When the connection stood. What comes before its verdict is <see cref="LinkTimers.Verdict"/>'s to judge.</param>
/// <param name="pace">Null: the brisk one.</param>
public sealed class ConnectionLiveness(TimeSpan now, LinkPace? pace = null)
{
    // As many as can be without an answer before the connection is lost, and one more.
    private const int MostOpenPings = 4;

    private readonly long[] _openPings = new long[MostOpenPings];
    private LinkPace _pace = pace ?? LinkPace.Brisk;
    private TimeSpan _said = now, _heard = now, _pinged = now, _judgedFrom = now;
    private int _pings;

    /// <summary>Of the last ping that was answered; null before the first.</summary>
    public TimeSpan? RoundTrip { get; private set; }

    /// <summary>The earliest moment at which <see cref="Check"/> can say something else, if nothing is said or heard until then.</summary>
    public TimeSpan NextCheck
    {
        get
        {
            TimeSpan ping = Min(_pace.PingDue(_said), _pinged + _pace.RoundTripEvery);
            return Min(ping, Max(_heard, _judgedFrom) + _pace.LostAfter);
        }
    }

    /// <summary>How long nothing was heard.</summary>
    public TimeSpan SilentFor(TimeSpan now) => now - _heard;

    /// <summary>For how long it must have been silent to be lost.</summary>
    public TimeSpan LostAfter => _pace.LostAfter;

    /// <summary>From now on another pace. Silence that was right until now is not held against the far side.</summary>
    public void Change(LinkPace pace, TimeSpan now) => (_pace, _judgedFrom) = (pace, now);

    /// <summary>Bytes were written to the connection, whatever they are.</summary>
    public void Said(TimeSpan now) => _said = now;

    /// <summary>Bytes came over the connection, whatever they are.</summary>
    public void Heard(TimeSpan now) => _heard = now;

    public ConnectionHealth Check(TimeSpan now)
    {
        if (now - Max(_heard, _judgedFrom) >= _pace.LostAfter) return ConnectionHealth.Silent;
        return now >= _pace.PingDue(_said) || now - _pinged >= _pace.RoundTripEvery
            ? ConnectionHealth.PingDue
            : ConnectionHealth.Alive;
    }

    /// <summary>A ping is written now; it counts as said.</summary>
    /// <returns>Its stamp.</returns>
    public ulong Ping(TimeSpan now)
    {
        _said = _pinged = now;
        _openPings[_pings++ & (MostOpenPings - 1)] = now.Ticks;
        return (ulong)now.Ticks;
    }

    /// <summary>
    /// A pong came. One that answers no ping of ours, or one that was answered, gives no round trip: the far side could choose it.
    /// </summary>
    /// <returns>Whether there is a new round trip.</returns>
    public bool Pong(ulong stamp, TimeSpan now)
    {
        int index = Array.IndexOf(_openPings, (long)stamp);
        if (index < 0 || stamp == 0) return false;
        _openPings[index] = 0;
        RoundTrip = now - new TimeSpan((long)stamp);
        return true;
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
