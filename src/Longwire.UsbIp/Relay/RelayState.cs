using Longwire.UsbIp.Urbs;
using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Relay;

/// <summary>What the parts of the relay share: the URBs, and the bytes on their way to both sides.</summary>
internal sealed class RelayState(ExportRelayOptions options)
{
    // A field, not a property: it is a struct, and is changed in place.
    public RelayCounters Counters;

    public ExportRelayOptions Options { get; } = options;

    public UrbTable Table { get; } = new(options.MaxUrbs, options.MaxBytes);

    public ByteQueue ToKernel { get; } = new();

    public MessageQueue Answers { get; } = new();

    /// <summary>
    /// Whether the host may ask for this much. An answer that waits counts like its URB: else one who asks and never takes an answer would
    /// fill the memory.
    /// </summary>
    public bool HasRoom(int length) =>
        Table.HasRoom(length + Answers.Length) && Table.Count + Answers.Count < Options.MaxUrbs;

    /// <summary>Takes a URB of the host into the table.</summary>
    public Urb Add(in CmdSubmit submit, ReadOnlySpan<byte> message)
    {
        // By its seqnum the kernel may know a URB of ours, or one of which nobody says whether it has ended.
        uint seqnum = Table.Contains(submit.Seqnum) ? Table.NextOwnSeqnum() : submit.Seqnum;
        return Table.Add(message, message[UrbHeader.Size..], seqnum);
    }

    /// <summary>Gives a URB to the kernel.</summary>
    public void Send(Urb urb)
    {
        urb.Send(ToKernel, urb.DevId);
        urb.DropPayload();
    }

    /// <summary>Answers a URB of the host. The header is made anew: what the kernel left in the rest of it is nobody's business.</summary>
    public void RetSubmit(uint hostSeqnum, int status, int actualLength, ReadOnlySpan<byte> data)
    {
        Span<byte> message = Answers.Append(UrbHeader.Size + data.Length);
        new RetSubmit { Seqnum = hostSeqnum, Status = status, ActualLength = actualLength }.Write(message);
        data.CopyTo(message[UrbHeader.Size..]);
    }

    public void RetUnlink(uint unlinkSeqnum, int status) =>
        new RetUnlink { Seqnum = unlinkSeqnum, Status = status }.Write(Answers.Append(UrbHeader.Size));
}
