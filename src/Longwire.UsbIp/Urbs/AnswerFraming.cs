using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Urbs;

/// <summary>
/// Where an answer ends, and whether it can be one: an answer to nothing, a second one, or more data than was asked for is refused before
/// anything is changed.
/// </summary>
/// <param name="table">What was asked.</param>
/// <param name="asked">The bytes in which it was asked: what is not yet taken out of them cannot have been read.</param>
internal sealed class AnswerFraming(UrbTable table, ByteQueue asked)
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

    /// <summary>The URB that this answers.</summary>
    /// <exception cref="UsbIpProtocolException">There is none, or it cannot have this answer.</exception>
    public Urb Asked(in RetSubmit answer)
    {
        Urb? urb = table.BySeqnum(answer.Seqnum);
        if (urb is not { Sent: true } || urb.Position >= asked.Taken)
            Violation("RET_SUBMIT", answer.Seqnum, "no such URB was sent");
        if (urb.FarDone) Violation("RET_SUBMIT", answer.Seqnum, "it was answered already");
        if (answer.ActualLength > urb.Length)
        {
            Violation(
                "RET_SUBMIT",
                answer.Seqnum,
                $"actual_length is {FieldFormat.Number(answer.ActualLength)}, and {FieldFormat.Number(urb.Length)} were asked for");
        }
        return urb;
    }

    /// <summary>The URB whose unlink this answers; null: nobody waits for it.</summary>
    /// <exception cref="UsbIpProtocolException">The unlink was not sent yet.</exception>
    public Urb? Asked(in RetUnlink answer)
    {
        Urb? urb = table.ByUnlink(answer.Seqnum);
        if (urb?.UnlinkPosition >= asked.Taken) Violation("RET_UNLINK", answer.Seqnum, "no such unlink was sent");
        return urb;
    }

    /// <exception cref="UsbIpProtocolException">Always.</exception>
    [DoesNotReturn]
    public static void Violation(string message, uint seqnum, string what) =>
        throw new UsbIpProtocolException($"{message} {FieldFormat.Number(seqnum)}: {what}");

    private static void RequireResult(string message, int status)
    {
        if (status is > 0 or < -UrbStatus.MaxErrno or UrbStatus.InProgress)
            throw new UsbIpFormatException($"{message}: status is {FieldFormat.Number(status)}, which is no result");
    }
}
