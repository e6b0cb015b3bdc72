using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Urbs;
using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Relay;

/// <summary>What the host says. It is not trusted: all is checked before anything is changed.</summary>
internal sealed class HostCommands(RelayState state, BulkIns bulkIns)
{
    /// <param name="message">One whole command.</param>
    /// <exception cref="UsbIpProtocolException">It cannot be, or is more than is taken.</exception>
    public void Take(ReadOnlySpan<byte> message)
    {
        if (UrbHeader.Parse(message).Command == UrbCommand.CmdUnlink) Unlink(CmdUnlink.Parse(message));
        else Submit(CmdSubmit.Parse(message), message);
    }

    private void Submit(in CmdSubmit submit, ReadOnlySpan<byte> message)
    {
        if (state.Table.Awaited(submit.Seqnum) is not null)
            AnswerFraming.Violation("CMD_SUBMIT", submit.Seqnum, "it is under way already");
        RequireRoom("CMD_SUBMIT", submit.Seqnum, submit.TransferBufferLength);
        state.Counters.Urbs++;
        if (submit.NumberOfPackets > 0)
        {
            state.Counters.Refused++;
            state.RetSubmit(submit.Seqnum, UrbStatus.Invalid, 0, []);
        }
        else if (submit is { Direction: UrbDirection.In, Ep: not 0, Interval: 0 })
        {
            bulkIns.Submit(submit, message);
        }
        else
        {
            state.Send(state.Add(submit, message));
        }
    }

    private void Unlink(in CmdUnlink unlink)
    {
        RequireRoom("CMD_UNLINK", unlink.Seqnum, 0);
        if (state.Table.ByUnlink(unlink.Seqnum) is not null)
            AnswerFraming.Violation("CMD_UNLINK", unlink.Seqnum, "it is under way already");
        if (state.Table.Awaited(unlink.UnlinkSeqnum) is not { } urb)
        {
            // As usbip-host answers what it does not have. It may know one of ours by that seqnum.
            state.RetUnlink(unlink.Seqnum, UrbStatus.Success);
        }
        else if (!urb.Sent)
        {
            state.RetUnlink(unlink.Seqnum, UrbStatus.TakenBack);
            bulkIns.Forget(urb);
        }
        else if (urb.Unlink != UnlinkState.None)
        {
            AnswerFraming.Violation("CMD_UNLINK", unlink.Seqnum, "its URB is being unlinked already");
        }
        else
        {
            urb.UnlinkSeqnum = unlink.Seqnum;
            urb.SendUnlink(state.ToKernel, unlink.DevId);
        }
    }

    private void RequireRoom(string message, uint seqnum, int length)
    {
        if (state.HasRoom(length)) return;
        AnswerFraming.Violation(
            message,
            seqnum,
            $"{FieldFormat.Number(state.Table.Count)} URBs and {FieldFormat.Number(state.Answers.Count)} answers are under way, and there "
                + $"is no room for {FieldFormat.Number(length)} bytes more");
    }
}
