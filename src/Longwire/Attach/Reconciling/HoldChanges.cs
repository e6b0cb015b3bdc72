using Longwire.State;

namespace Longwire.Attach.Reconciling;

/// <summary>A radio's Pi is away while its port stays, or there again.</summary>
internal sealed class HoldChanges(AttachState state)
{
    public void Changed(AttachEvent.HoldChanged news)
    {
        if (state.Assignments.Of(news.Attachment) is not { IsUp: true, Cancelled: false } assignment
            || state.RadioOf(assignment) is not { } radio)
        {
            return;
        }
        bool wasHeld = assignment.Hold is not null, isHeld = news.Hold is not null;
        if (news.Hold is { } hold) Outages.Begin(state, radio, assignment, hold);
        else Outages.End(state, radio, assignment);
        if (radio.Memory.LastCarrier != news.Carrier) state.Change(radio, radio.Memory with { LastCarrier = news.Carrier });
        if (wasHeld != isHeld) state.Raise(radio, isHeld ? RadioEventType.Held : RadioEventType.Resumed, news.Hold?.Reason);
    }
}
