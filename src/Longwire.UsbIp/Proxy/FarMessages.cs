using Longwire.UsbIp.Urbs;
using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Proxy;

/// <summary>
/// What the far side says. It is not trusted: vhci drops the port over an answer that it does not wait for, and would have to take a
/// longer one than its buffer. All is checked before anything is changed.
/// </summary>
internal sealed class FarMessages(ProxyState state)
{
    private readonly AnswerFraming _framing = new(state.Table, state.ToFar);

    /// <inheritdoc cref="AnswerFraming.Length"/>
    public int Length(ReadOnlySpan<byte> bytes) => _framing.Length(bytes);

    /// <param name="message">One whole answer, of which <see cref="Length"/> has said so.</param>
    /// <param name="now">Monotonic.</param>
    public void Take(ReadOnlySpan<byte> message, TimeSpan now)
    {
        if (UrbHeader.Parse(message).Command == UrbCommand.RetUnlink) Unlinked(RetUnlink.Parse(message));
        else Submitted(RetSubmit.Parse(message), message[UrbHeader.Size..], now);
    }

    private void Submitted(in RetSubmit answer, ReadOnlySpan<byte> data, TimeSpan now)
    {
        Urb urb = _framing.Asked(answer);
        state.Counters.CountStatus(answer.Status);
        if (urb.Parked)
        {
            state.Counters.AnswersSwallowed++;
            state.Counters.InBytesSwallowed += data.Length;
            state.Table.Remove(urb);
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
        if (urb.IsDataOut) state.Counters.OutBytes += answer.ActualLength;
        if (urb.IsControl && answer.Status == UrbStatus.Success) Succeeded(urb, data);
        if (urb.Answered)
        {
            state.Counters.AnswersSwallowed++;
            if (urb.Own && !urb.IsIn && answer.Status != UrbStatus.Success) state.Counters.ControlsNotRestored++;
        }
        else
        {
            state.Counters.Completions++;
            if (urb.IsDataIn) state.Counters.InBytes += data.Length;
            else state.Recent.Note(now - urb.SubmittedAt, now);
            state.RetSubmit(urb, answer.Status, answer.ActualLength, data);
        }
        urb.FarDone = true;
        if (urb.Unlink != UnlinkState.Passed) state.Table.Remove(urb);
    }

    private void Succeeded(Urb urb, ReadOnlySpan<byte> data)
    {
        if (urb.IsIn) state.Answers.Note(urb.Setup, data);
        // What the host was told long ago has been noted then, and may have been replaced since.
        else if (!urb.Answered && state.Kept.Takes(urb)) state.Kept.Note(urb, deferred: false);
    }

    private void Unlinked(in RetUnlink answer)
    {
        // vhci would not mind one that nobody asked for, but it has no need of it; and what was asked for the host gave up long ago.
        state.Counters.AnswersSwallowed++;
        if (_framing.Asked(answer) is not { } urb) return;
        bool completed = answer.Status == UrbStatus.Success;
        state.End(urb, urb.FarDone ? OutEnd.Unknown : completed ? OutEnd.Delivered : OutEnd.Closed);
        if (completed && !urb.FarDone) state.Table.Settle(urb);
        else state.Table.Remove(urb);
    }
}
