using Longwire.Link.Session;
using Longwire.Link.Wire;

namespace Longwire.Link.Frames;

/// <summary>The frames of a session over the connection of one epoch.</summary>
/// <param name="gate">Guards the session; never held by whoever calls the pump.</param>
/// <param name="now">The clock of the session.</param>
/// <param name="changed">
/// Called without the gate: messages may have come, there may be room for others, or the session may have ended.
/// </param>
public sealed class SessionFrames(LinkSession session, uint epoch, Lock gate, Func<TimeSpan> now, Action changed) : IFrameHandler
{
    private bool _changed;

    public TimeSpan? NextDue
    {
        get
        {
            lock (gate) return session.Epoch == epoch ? session.AckDueAt : null;
        }
    }

    public int NextFrameSize
    {
        get
        {
            lock (gate) return session.NextFrameSize(epoch, now());
        }
    }

    public void Receive(Frame frame)
    {
        lock (gate)
            _changed |= session.Receive(epoch, frame) is ReceiveOutcome.Message or ReceiveOutcome.Acknowledged or ReceiveOutcome.Ended;
    }

    public void Received()
    {
        if (!_changed) return;
        _changed = false;
        changed();
    }

    public int Write(Span<byte> destination)
    {
        lock (gate) return session.WriteFrames(epoch, destination, now());
    }
}
