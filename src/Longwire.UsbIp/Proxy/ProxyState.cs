using Longwire.UsbIp.Urbs;
using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Proxy;

/// <summary>What the parts of the proxy share: the URBs, what is known of the stick, and the bytes on their way to both sides.</summary>
internal sealed class ProxyState(UrbProxyOptions options, uint devId)
{
    // A field, not a property: it is a struct, and is changed in place.
    public UrbProxyCounters Counters;

    public UrbProxyOptions Options { get; } = options;

    public UrbTable Table { get; } = new(options.MaxUrbs, options.MaxBytes);

    public KeptControls Kept { get; } = new(options.Chip);

    public ControlAnswers Answers { get; } = new();

    public RecentAnswers Recent { get; } = new(options.AnswerWindow);

    public OutGroups Groups { get; } = new(options);

    public ByteQueue ToHost { get; } = new();

    public ByteQueue ToFar { get; } = new();

    /// <summary>The far session's: it replaces whatever the host says.</summary>
    public uint DevId { get; set; } = devId;

    public UrbProxyPhase Phase { get; set; } = UrbProxyPhase.Up;

    public bool IsUp => Phase == UrbProxyPhase.Up;

    /// <summary>Gives a URB to the far side.</summary>
    public void Send(Urb urb) => urb.Send(ToFar, DevId);

    /// <summary>Gives a setting that the host has made, or a question, to the far side; its answer is for us.</summary>
    public void SendOwn(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload) =>
        Send(Table.AddOwn(header, payload, Table.NextOwnSeqnum()));

    public void SendUnlink(Urb urb) => urb.SendUnlink(ToFar, DevId);

    /// <summary>Answers a URB of the host. The header is made anew: nothing else that the far side wrote reaches the kernel.</summary>
    public void RetSubmit(Urb urb, int status, int actualLength, ReadOnlySpan<byte> data)
    {
        WriteRetSubmit(urb.HostSeqnum, status, actualLength, data);
        Table.Answered(urb);
    }

    /// <summary>Answers a URB of the host without the far side.</summary>
    public void RetSubmitHere(Urb urb, int status)
    {
        Counters.AnsweredHere++;
        RetSubmit(urb, status, status == UrbStatus.Success ? urb.Length : 0, []);
    }

    /// <summary>Answers a URB that was never in the table.</summary>
    public void Refuse(uint seqnum, int status)
    {
        Counters.AnsweredHere++;
        WriteRetSubmit(seqnum, status, 0, []);
    }

    public void RetUnlinkHere(uint unlinkSeqnum, int status)
    {
        Counters.AnsweredHere++;
        new RetUnlink { Seqnum = unlinkSeqnum, Status = status }.Write(ToHost.Append(UrbHeader.Size));
    }

    /// <summary>An OUT has come to its end, if it had none.</summary>
    public void End(Urb urb, OutEnd end)
    {
        if (!urb.IsDataOut || urb.End != OutEnd.None) return;
        urb.End = end;
        Counters.Count(end);
    }

    private void WriteRetSubmit(uint seqnum, int status, int actualLength, ReadOnlySpan<byte> data)
    {
        Span<byte> message = ToHost.Append(UrbHeader.Size + data.Length);
        new RetSubmit { Seqnum = seqnum, Status = status, ActualLength = actualLength }.Write(message);
        data.CopyTo(message[UrbHeader.Size..]);
    }
}
