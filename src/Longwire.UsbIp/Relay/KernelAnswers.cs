using Longwire.UsbIp.Urbs;
using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Relay;

/// <summary>What usbip-host says.</summary>
internal sealed class KernelAnswers(RelayState state, BulkIns bulkIns)
{
    private readonly AnswerFraming _framing = new(state.Table, state.ToKernel);

    /// <inheritdoc cref="AnswerFraming.Length"/>
    public int Length(ReadOnlySpan<byte> bytes) => _framing.Length(bytes);

    /// <param name="message">One whole answer, of which <see cref="Length"/> has said so.</param>
    public void Take(ReadOnlySpan<byte> message)
    {
        if (UrbHeader.Parse(message).Command == UrbCommand.RetUnlink) Unlinked(RetUnlink.Parse(message));
        else Submitted(RetSubmit.Parse(message), message[UrbHeader.Size..]);
    }

    private void Submitted(in RetSubmit answer, ReadOnlySpan<byte> data)
    {
        Urb urb = _framing.Asked(answer);
        if (urb.Parked)
        {
            bulkIns.Answered(urb, answer.Status, data);
            return;
        }
        state.RetSubmit(urb.HostSeqnum, answer.Status, answer.ActualLength, data);
        (uint ep, bool isBulkIn) = (urb.Ep, urb.IsBulkIn);
        urb.FarDone = true;
        if (urb.Unlink == UnlinkState.Passed) state.Table.Answered(urb);
        else state.Table.Remove(urb);
        if (isBulkIn) bulkIns.Answered(ep, answer.Status);
    }

    private void Unlinked(in RetUnlink answer)
    {
        if (_framing.Asked(answer) is not { } urb)
        {
            AnswerFraming.Violation("RET_UNLINK", answer.Seqnum, "no such unlink was sent");
            return;
        }
        state.RetUnlink(answer.Seqnum, answer.Status);
        state.Table.Answered(urb);
        // 0 says that it was given back, and not whether its RET_SUBMIT is still to come.
        if (answer.Status == UrbStatus.Success && !urb.FarDone) state.Table.Settle(urb);
        else state.Table.Remove(urb);
    }
}
