using Longwire.Link.Wire;

namespace Longwire.Link.Session;

/// <summary>Who said that a session is over, and who still has to say it. The first reason that this side knows counts.</summary>
internal struct EndExchange
{
    public EndReason Reason { get; private set; }

    /// <summary>The far side began.</summary>
    public bool ByPeer { get; private set; }

    /// <summary>Our end was written.</summary>
    public bool IsSaid { get; private set; }

    /// <summary>The far side's end came before ours was written: ours is the answer.</summary>
    public bool IsAnswerOwed { get; private set; }

    public void Begin(EndReason reason) => Reason = reason;

    public void Say()
    {
        IsSaid = true;
        IsAnswerOwed = false;
    }

    /// <summary>Whoever has said it already takes the far side's for the answer.</summary>
    public void Hear(EndReason reason)
    {
        ByPeer = Reason == EndReason.None;
        if (ByPeer) Reason = reason;
        IsAnswerOwed = !IsSaid;
    }
}
