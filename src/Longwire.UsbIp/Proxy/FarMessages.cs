using System.Buffers.Binary;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Proxy;

/// <summary>
/// What the far side says. It is not trusted: vhci drops the port over an answer that it does not wait for, and would have to take a
/// longer one than its buffer. All is checked before anything is changed.
/// </summary>
internal sealed class FarMessages(ProxyState state)
{
    /// <summary>Length in bytes of the answer that begins here; 0: its header is not whole.</summary>
    /// <exception cref="UsbIpFormatException">A field outside its range.</exception>
    /// <exception cref="UsbIpProtocolException">It answers nothing that was asked.</exception>
    public int Length(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < UrbHeader.Size) return 0;
        if (BinaryPrimitives.ReadUInt32BigEndian(bytes) == (uint)UrbCommand.RetUnlink)
        {
            RequireResult("RET_UNLINK", RetUnlink.Parse(bytes).Status);
            return UrbHeader.Size;
        }
        RetSubmit answer = RetSubmit.Parse(bytes);
        RequireResult("RET_SUBMIT", answer.Status);
        return UrbHeader.Size + (Asked(answer).IsIn ? answer.ActualLength : 0);
    }

    /// <param name="message">One whole answer, of which <see cref="Length"/> has said so.</param>
    public void Take(ReadOnlySpan<byte> message)
    {
        if (UrbHeader.Parse(message).Command == UrbCommand.RetUnlink) Unlinked(RetUnlink.Parse(message));
        else Submitted(RetSubmit.Parse(message), message[UrbHeader.Size..]);
    }

    private Urb Asked(in RetSubmit answer)
    {
        Urb? urb = state.Table.BySeqnum(answer.Seqnum);
        // What is not yet taken out of the queue cannot have been read.
        if (urb is not { Sent: true } || urb.Position >= state.ToFar.Taken)
            ProxyState.Violation("RET_SUBMIT", answer.Seqnum, "no such URB was sent");
        if (urb.FarDone) ProxyState.Violation("RET_SUBMIT", answer.Seqnum, "it was answered already");
        if (answer.ActualLength > urb.Length)
        {
            ProxyState.Violation(
                "RET_SUBMIT",
                answer.Seqnum,
                $"actual_length is {FieldFormat.Number(answer.ActualLength)}, and {FieldFormat.Number(urb.Length)} were asked for");
        }
        return urb;
    }

    private void Submitted(in RetSubmit answer, ReadOnlySpan<byte> data)
    {
        Urb urb = Asked(answer);
        if (urb.Parked)
        {
            state.Counters.AnswersSwallowed++;
            state.Counters.InBytesSwallowed += data.Length;
            state.Forget(urb);
            return;
        }
        // The stick is going, and the session with it. A driver that is told so stays deaf when another session takes its place.
        bool gone = UrbStatus.MeansGone(answer.Status);
        if (gone && !urb.Answered)
        {
            urb.FarDone = true;
            return;
        }
        state.End(urb, gone ? OutEnd.Unknown : OutEnd.Delivered);
        if (urb.IsControl && answer.Status == UrbStatus.Success) Succeeded(urb, data);
        if (urb.Answered)
        {
            state.Counters.AnswersSwallowed++;
            if (urb.Own && !urb.IsIn && answer.Status != UrbStatus.Success) state.Counters.ControlsNotRestored++;
        }
        else
        {
            state.RetSubmit(urb, answer.Status, answer.ActualLength, data);
        }
        urb.FarDone = true;
        if (urb.Unlink is UnlinkState.None or UnlinkState.Settled) state.Forget(urb);
    }

    private void Succeeded(Urb urb, ReadOnlySpan<byte> data)
    {
        if (urb.IsIn) state.Answers.Note(urb.Setup, data);
        // What the host was told long ago has been noted then, and may have been replaced since.
        else if (!urb.Answered && KeptControls.Takes(urb)) state.Kept.Note(urb, deferred: false);
    }

    private void Unlinked(in RetUnlink answer)
    {
        if (state.Table.ByUnlink(answer.Seqnum) is not { } urb)
        {
            // vhci would not mind, but it has no need of it.
            state.Counters.AnswersSwallowed++;
            return;
        }
        if (urb.UnlinkPosition >= state.ToFar.Taken) ProxyState.Violation("RET_UNLINK", answer.Seqnum, "no such unlink was sent");
        bool completed = answer.Status == UrbStatus.Success;
        if (urb.UnlinkAnswered)
        {
            state.Counters.AnswersSwallowed++;
        }
        else if (urb.Answered)
        {
            // Its RET_SUBMIT went through: it is given back, whatever the far side says now.
            state.RetUnlink(answer.Seqnum, UrbStatus.Success);
        }
        else
        {
            // A RET_SUBMIT that we did not pass on is none. vhci gives the URB back with this status.
            bool hidden = urb.FarDone || UrbStatus.MeansGone(answer.Status);
            state.RetUnlink(answer.Seqnum, hidden ? UrbStatus.TakenBack : answer.Status);
        }
        urb.UnlinkAnswered = true;
        state.Table.Answered(urb);
        state.End(urb, urb.FarDone ? OutEnd.Unknown : completed ? OutEnd.Delivered : OutEnd.Closed);
        if (completed && !urb.FarDone) state.Settle(urb);
        else state.Forget(urb);
    }

    private static void RequireResult(string message, int status)
    {
        if (status is > 0 or < -UrbStatus.MaxErrno or UrbStatus.InProgress)
            throw new UsbIpFormatException($"{message}: status is {FieldFormat.Number(status)}, which is no result");
    }
}
