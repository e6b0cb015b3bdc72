using Longwire.UsbIp.Urbs;

namespace Longwire.UsbIp.Proxy;

/// <summary>
/// OUTs and control transfers that the host has given up after they were sent. The host never waits for their end. The far side is told
/// late, and only of what has not ended by then: a driver gives up what a stall of the network holds back, so that submit and unlink
/// arrive together, and usbip-host, which looks the URB up, lets go of its lock and then unlinks it, uses one that has been freed if the
/// transfer ends in between. Its kernel oopses, the connection stays, and nothing is answered any more.
/// </summary>
internal sealed class GivenUps(ProxyState state)
{
    /// <summary>When <see cref="Tick"/> may have something to do, if the far side is there.</summary>
    public TimeSpan? NextDue { get; private set; }

    public void Add(Urb urb, uint unlinkSeqnum, TimeSpan now)
    {
        state.RetUnlinkHere(unlinkSeqnum, UrbStatus.TakenBack);
        state.Table.Answered(urb);
        (urb.Unlink, urb.UnlinkSeqnum, urb.GivenUpAt) = (UnlinkState.Wanted, unlinkSeqnum, now);
        NextDue ??= now + state.Options.UnlinkAfter;
    }

    /// <summary>The far side is there again: what it has to be told may meet what it has just been sent.</summary>
    public void Resumed(TimeSpan now)
    {
        NextDue = null;
        for (Urb? urb = state.Table.First; urb is not null; urb = urb.Next)
        {
            if (urb.Unlink != UnlinkState.Wanted) continue;
            urb.GivenUpAt = now;
            NextDue = now + state.Options.UnlinkAfter;
        }
    }

    public void Tick(TimeSpan now)
    {
        if (NextDue is not { } due || now < due) return;
        NextDue = null;
        for (Urb? urb = state.Table.First; urb is not null; urb = urb.Next)
        {
            if (urb.Unlink != UnlinkState.Wanted) continue;
            TimeSpan at = urb.GivenUpAt + state.Options.UnlinkAfter;
            if (at <= now) state.SendUnlink(urb);
            else if (NextDue is null || at < NextDue) NextDue = at;
        }
    }
}
