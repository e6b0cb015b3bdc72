using Longwire.UsbIp.Urbs;
using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Proxy;

/// <summary>
/// What vhci says. It never has to wait for the far side to get rid of a URB, and never gets two answers to one.
/// </summary>
internal sealed class HostMessages(ProxyState state, Outage outage, HeldOuts held, PortWatch ports, GivenUps givenUps)
{
    private readonly EarlyUnlinks _early = new();

    /// <param name="message">One whole command.</param>
    /// <param name="now">Monotonic.</param>
    public void Take(ReadOnlySpan<byte> message, TimeSpan now)
    {
        if (UrbHeader.Parse(message).Command == UrbCommand.CmdUnlink) Unlink(CmdUnlink.Parse(message), now);
        else Submit(CmdSubmit.Parse(message), message, now);
    }

    private void Submit(in CmdSubmit submit, ReadOnlySpan<byte> message, TimeSpan now)
    {
        if (state.Table.Awaited(submit.Seqnum) is not null) AnswerFraming.Violation("CMD_SUBMIT", submit.Seqnum, "it is under way already");
        state.Counters.Submits++;
        bool isDataOut = submit is { Direction: UrbDirection.Out, Ep: not 0, NumberOfPackets: <= 0 };
        if (_early.Submitted(submit.Seqnum, out uint unlink))
        {
            state.RetUnlinkHere(unlink, UrbStatus.TakenBack);
            if (!isDataOut) return;
            state.Counters.Outs++;
            state.Counters.Count(OutEnd.Closed);
            return;
        }
        if (submit.NumberOfPackets > 0)
        {
            Refuse(submit.Seqnum, UrbStatus.Invalid);
            return;
        }
        bool isDataIn = submit is { Direction: UrbDirection.In, Ep: not 0 };
        if (isDataIn) ports.Opened(submit.Ep);
        if (isDataIn && state.Table.Parked(submit.Ep, message[..UrbHeader.Size]) is { } parked)
        {
            state.Counters.InsAdopted++;
            state.Table.Adopt(parked, submit.Seqnum, now);
            return;
        }
        if (!state.Table.HasRoom(submit.TransferBufferLength))
        {
            Refuse(submit.Seqnum, UrbStatus.NoMemory);
            return;
        }
        if (isDataOut)
        {
            state.Counters.Outs++;
            ports.Wrote(submit.Ep, now);
        }
        // A URB that has outlived 2^32 others still has its seqnum at the far side.
        uint seqnum = state.Table.Contains(submit.Seqnum) ? state.Table.NextOwnSeqnum() : submit.Seqnum;
        Urb urb = state.Table.Add(message, message[UrbHeader.Size..], seqnum);
        urb.SubmittedAt = now;
        if (isDataOut && !state.Groups.Join(urb, now)) held.DropLate(urb);
        else Go(urb, now);
    }

    private void Go(Urb urb, TimeSpan now)
    {
        if (urb.IsControl && !urb.IsIn) ports.Requested(urb.Setup, now);
        if (state.IsUp) state.Send(urb);
        else outage.TakeHere(urb, now);
    }

    private void Unlink(in CmdUnlink unlink, TimeSpan now)
    {
        state.Counters.Unlinks++;
        if (state.Table.Awaited(unlink.UnlinkSeqnum) is not { } urb)
        {
            if (_early.IsToCome(unlink.UnlinkSeqnum)) _early.Keep(unlink.UnlinkSeqnum, unlink.Seqnum);
            else state.RetUnlinkHere(unlink.Seqnum, UrbStatus.Success); // given back already
        }
        else if (urb.IsDataIn)
        {
            GiveUpIn(urb, unlink.Seqnum, now);
        }
        else
        {
            GiveUp(urb, unlink.Seqnum, now);
        }
    }

    // Never unlinked at the far side: usbip-host can lose the stick, or crash, while INs are cancelled, and their data would be lost.
    // The next IN that is alike takes its place.
    private void GiveUpIn(Urb urb, uint unlinkSeqnum, TimeSpan now)
    {
        uint ep = urb.Ep;
        state.RetUnlinkHere(unlinkSeqnum, UrbStatus.TakenBack);
        if (urb.Sent && !urb.FarDone) state.Table.Park(urb);
        else state.Table.Remove(urb);
        ports.GaveUp(ep, now);
    }

    private void GiveUp(Urb urb, uint unlinkSeqnum, TimeSpan now)
    {
        if (state.IsUp && !urb.FarDone)
        {
            givenUps.Add(urb, unlinkSeqnum, now);
            return;
        }
        // While held, what waits for its answer has not been sent: the rest was answered at the loss.
        state.RetUnlinkHere(unlinkSeqnum, UrbStatus.TakenBack);
        state.End(urb, urb.FarDone ? OutEnd.Unknown : OutEnd.Closed);
        state.Table.Remove(urb);
    }

    private void Refuse(uint seqnum, int status)
    {
        state.Counters.Refused++;
        state.Refuse(seqnum, status);
    }
}
