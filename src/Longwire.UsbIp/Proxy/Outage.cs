using Longwire.UsbIp.Urbs;

namespace Longwire.UsbIp.Proxy;

/// <summary>
/// The time without a far side, and its end. No caller in the host's kernel waits for the network: unlinks, OUTs and control transfers
/// are answered at once, with the statuses with which drivers live on; INs wait, because a driver that is given an error stops reading.
/// </summary>
internal sealed class Outage(ProxyState state, HeldOuts held, PortWatch ports, GivenUps givenUps)
{
    public void Hold(TimeSpan now)
    {
        state.Phase = UrbProxyPhase.Held;
        for (Urb? urb = state.Table.First, next; urb is not null; urb = next)
        {
            next = urb.Next;
            if (!urb.Answered) AnswerSent(urb);
            // What the far side called gone gets no other answer.
            if (urb is { FarDone: true, Answered: true, Unlink: UnlinkState.None }) Lose(urb);
        }
        ports.Held(now);
    }

    /// <summary>A URB that the host submits meanwhile.</summary>
    public void TakeHere(Urb urb, TimeSpan now)
    {
        if (urb.IsDataIn) return;
        if (urb.IsDataOut)
        {
            held.Hold(urb, now);
            return;
        }
        if (urb.IsIn) AnswerFromMemory(urb);
        else TakeSetting(urb);
        state.Table.Remove(urb);
    }

    /// <summary>The same far session goes on.</summary>
    /// <param name="now">By our clock.</param>
    /// <param name="taken">Bytes that the far side has got; null: all that were taken out of the queue or still are in it.</param>
    /// <param name="stoodStill">For how long our clock did not go on meanwhile.</param>
    public void Resume(TimeSpan now, long? taken, TimeSpan stoodStill)
    {
        ports.Tick(now);
        if (taken is { } end)
        {
            Withdraw(end);
            state.ToFar.Reset(end);
        }
        state.Phase = UrbProxyPhase.Up;
        ports.Resumed();
        givenUps.Resumed(now);
        for (int i = 0; i < state.Kept.Count; i++)
        {
            if (state.Kept[i].Deferred) Restore(state.Kept[i]);
        }
        SendHeld(now + stoodStill);
    }

    /// <summary>The far session is over: nothing that was sent will be answered.</summary>
    public void FarEnded(TimeSpan now)
    {
        if (state.IsUp) Hold(now);
        Withdraw(state.ToFar.Taken);
        for (Urb? urb = state.Table.First, next; urb is not null; urb = next)
        {
            next = urb.Next;
            if (urb is { Sent: true, Answered: true }) Lose(urb);
            else urb.Sent = false;
        }
        state.ToFar.Reset(0);
        state.Phase = UrbProxyPhase.Ended;
    }

    /// <summary>Another far session takes its place, with a stick that is configured and has forgotten everything else.</summary>
    public void Reattach(uint devId, TimeSpan now, TimeSpan stoodStill)
    {
        ports.Tick(now);
        state.DevId = devId;
        state.Phase = UrbProxyPhase.Up;
        ports.Resumed();
        for (int i = 0; i < state.Kept.Count; i++)
        {
            if (ControlRequests.IsEnable(state.Kept[i].Setup)) Restore(state.Kept[i]);
        }
        for (int i = 0; i < state.Kept.Count; i++)
        {
            KeptControl kept = state.Kept[i];
            // The caller has restored the standard ones, in step: usbip-host loses its place if they fail.
            if (ControlRequests.IsStandard(kept.Setup)) kept.Deferred = false;
            else if (!ControlRequests.IsEnable(kept.Setup)) Restore(kept);
        }
        SendHeld(now + stoodStill);
    }

    private void AnswerSent(Urb urb)
    {
        if (urb.IsDataIn)
        {
            // The far side has called it gone: it is asked again.
            if (urb.FarDone) (urb.Sent, urb.FarDone) = (false, false);
        }
        else if (urb.IsIn)
        {
            AnswerFromMemory(urb);
        }
        else
        {
            if (urb.IsControl && state.Kept.Takes(urb)) state.Kept.Note(urb, deferred: urb.FarDone);
            state.RetSubmitHere(urb, UrbStatus.Success);
        }
    }

    private void AnswerFromMemory(Urb urb)
    {
        if (!state.Answers.TryGet(urb.Setup, out ReadOnlySpan<byte> data))
        {
            state.RetSubmitHere(urb, UrbStatus.Protocol);
            return;
        }
        data = data[..Math.Min(data.Length, urb.Length)];
        state.Counters.AnsweredHere++;
        state.RetSubmit(urb, UrbStatus.Success, data.Length, data);
    }

    private void TakeSetting(Urb urb)
    {
        bool kept = state.Kept.Takes(urb);
        if (kept) state.Kept.Note(urb, deferred: true);
        state.RetSubmitHere(urb, kept || urb.Length <= KeptControl.MostData ? UrbStatus.Success : UrbStatus.Protocol);
    }

    private void Restore(KeptControl kept)
    {
        kept.Deferred = false;
        state.Counters.ControlsRestored++;
        state.SendOwn(kept.Header, kept.Data);
    }

    private void SendHeld(TimeSpan now)
    {
        held.DropStale(now);
        for (Urb? urb = state.Table.First; urb is not null; urb = urb.Next)
        {
            if (urb.Sent) continue;
            urb.Due = null;
            state.Send(urb);
        }
    }

    // What stands at or beyond that place did not arrive.
    private void Withdraw(long taken)
    {
        for (Urb? urb = state.Table.First, next; urb is not null; urb = next)
        {
            next = urb.Next;
            if (!urb.Sent) continue;
            if (urb.Unlink == UnlinkState.Passed && urb.UnlinkPosition >= taken) urb.Unlink = UnlinkState.Wanted;
            if (urb.Position < taken) continue;
            urb.Sent = false;
            if (urb.IsDataOut ? urb.Unlink == UnlinkState.None && !urb.Abandoned : !urb.Answered) continue;
            if (urb.IsControl && !urb.IsIn) state.Kept.Defer(urb);
            state.End(urb, OutEnd.Closed);
            state.Table.Remove(urb);
        }
        held.Bound();
    }

    private void Lose(Urb urb)
    {
        state.End(urb, OutEnd.Unknown);
        state.Table.Remove(urb);
    }
}
