using Longwire.Link.Liveness;
using Longwire.Link.Wire;

namespace Longwire.Link.Frames;

/// <summary>The pings of one connection, both ways. Safe for several threads: one reads, one writes and one watches the clock.</summary>
internal sealed class PingPong(TimeSpan now, LinkPace pace)
{
    private readonly Lock _gate = new();
    private readonly ConnectionLiveness _liveness = new(now, pace);
    private ulong? _asked;

    public TimeSpan? RoundTrip
    {
        get
        {
            lock (_gate) return _liveness.RoundTrip;
        }
    }

    public TimeSpan NextCheck
    {
        get
        {
            lock (_gate) return _liveness.NextCheck;
        }
    }

    public TimeSpan LostAfter
    {
        get
        {
            lock (_gate) return _liveness.LostAfter;
        }
    }

    public void Change(LinkPace to, TimeSpan at)
    {
        lock (_gate) _liveness.Change(to, at);
    }

    public TimeSpan SilentFor(TimeSpan at)
    {
        lock (_gate) return _liveness.SilentFor(at);
    }

    public void Heard(TimeSpan at)
    {
        lock (_gate) _liveness.Heard(at);
    }

    public void Said(TimeSpan at)
    {
        lock (_gate) _liveness.Said(at);
    }

    public bool IsLost(TimeSpan at)
    {
        lock (_gate) return _liveness.Check(at) == ConnectionHealth.Silent;
    }

    /// <returns>Whether it was a ping or a pong.</returns>
    public bool Take(Frame frame, TimeSpan at)
    {
        if (frame.Type is not (FrameType.Ping or FrameType.Pong)) return false;
        ulong stamp = PingFrame.Parse(frame.Body).Stamp;
        lock (_gate)
        {
            // A second ping before the first was answered: the later one says more, and there need be room for one only.
            if (frame.Type == FrameType.Ping) _asked = stamp;
            else _liveness.Pong(stamp, at);
        }
        return true;
    }

    /// <summary>The pong that is owed, and the ping that is due.</summary>
    /// <returns>Bytes written.</returns>
    public int Write(Span<byte> destination, TimeSpan at)
    {
        int written = 0;
        lock (_gate)
        {
            if (_asked is { } stamp)
            {
                _asked = null;
                written = new PingFrame(stamp).Write(destination, FrameType.Pong);
            }
            if (_liveness.Check(at) == ConnectionHealth.PingDue)
                written += new PingFrame(_liveness.Ping(at)).Write(destination[written..], FrameType.Ping);
        }
        return written;
    }
}
