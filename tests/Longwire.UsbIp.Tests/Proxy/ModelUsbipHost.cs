using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Tests.Proxy;

/// <summary>
/// One session of usbip-host: stub_rx, stub_complete and stub_tx, and the bus below it. Endpoints work in their own order; answers leave
/// as stub_tx sends them, which may be RET_UNLINK ahead of a RET_SUBMIT that it is about.
/// </summary>
internal sealed class ModelUsbipHost(Random random, ModelRadio radio, uint devId) : IFarSide
{
    private readonly List<Submitted> _urbs = [];
    private readonly Queue<(byte[] Message, int Said)> _retSubmits = [];
    private readonly Queue<(byte[] Message, int Said)> _retUnlinks = [];

    private readonly int[] _failures = new int[UrbHeader.MaxEp + 1];

    /// <summary>Bytes of status before what a radio says.</summary>
    public int StatusBytes { get; init; }

    /// <summary>One in so many INs fails; 0: none.</summary>
    public int OneInFails { get; init; }

    /// <summary>The host has no proxy, which would never do that.</summary>
    public bool InsMayBeUnlinked { get; init; }

    /// <summary>Bytes of the commands that it has got.</summary>
    public long Received { get; private set; }

    /// <summary>It has something to do.</summary>
    public bool IsBusy => _urbs.Count + _retSubmits.Count + _retUnlinks.Count > 0;

    /// <summary>INs of an endpoint that wait for the radio.</summary>
    public int PendingIns(uint ep) => _urbs.Count(urb => urb.Is.Ep == ep && urb.Is.Direction == UrbDirection.In);

    /// <summary>INs of an endpoint that failed.</summary>
    public int Failures(uint ep) => _failures[ep];

    public void Take(byte[] message)
    {
        Received += message.Length;
        UrbHeader header = UrbHeader.Parse(message);
        Plan.Check(header.DevId == devId, "one wrong devid ends the session");
        if (header.Command == UrbCommand.CmdUnlink)
        {
            Unlink(CmdUnlink.Parse(message));
            return;
        }
        CmdSubmit submit = CmdSubmit.Parse(message);
        Plan.Check(!_urbs.Exists(urb => urb.Is.Seqnum == submit.Seqnum), "no two URBs of one seqnum are under way");
        _urbs.Add(new Submitted(submit, message));
    }

    /// <summary>One transfer is over, the oldest of some endpoint.</summary>
    public void Complete()
    {
        if (_urbs.Count == 0) return;
        Submitted some = _urbs[random.Next(_urbs.Count)];
        CompleteFirst(_urbs.FindIndex(urb => urb.Is.Ep == some.Is.Ep && urb.Is.Direction == some.Is.Direction));
    }

    /// <summary>All that is under way ends because the stick is gone.</summary>
    public void Vanish()
    {
        foreach (Submitted urb in _urbs) Answer(urb.Is.Seqnum, -108, 0, []);
        _urbs.Clear();
    }

    /// <summary>The next message that it sends; null: none.</summary>
    /// <param name="said">Bytes of a radio in it.</param>
    public byte[]? Send(out int said)
    {
        bool unlinkFirst = _retUnlinks.Count > 0 && (_retSubmits.Count == 0 || random.Next(4) == 0);
        (byte[]? message, said) = unlinkFirst ? _retUnlinks.Dequeue() : _retSubmits.TryDequeue(out var next) ? next : (null, 0);
        return message;
    }

    public void Hold()
    {
    }

    public void Resume()
    {
    }

    private void Unlink(in CmdUnlink unlink)
    {
        uint seqnum = unlink.UnlinkSeqnum;
        int at = _urbs.FindIndex(urb => urb.Is.Seqnum == seqnum);
        int status = 0;
        if (at >= 0)
        {
            Submitted urb = _urbs[at];
            Plan.Check(InsMayBeUnlinked || urb.Is.Direction == UrbDirection.Out || urb.Is.Ep == 0, "an IN is never unlinked at the Pi");
            bool isFirst = _urbs.FindIndex(other => other.Is.Ep == urb.Is.Ep && other.Is.Direction == urb.Is.Direction) == at;
            // It may complete while it is being unlinked: then its status is 0, and only RET_UNLINK says so.
            bool completes = isFirst && random.Next(4) == 0;
            if (completes) Do(urb);
            else status = -104;
            _urbs.RemoveAt(at);
        }
        var message = new byte[UrbHeader.Size];
        new RetUnlink { Seqnum = unlink.Seqnum, Status = status }.Write(message);
        _retUnlinks.Enqueue((message, 0));
    }

    private void CompleteFirst(int at)
    {
        Submitted urb = _urbs[at];
        _urbs.RemoveAt(at);
        if (urb.Is.Direction == UrbDirection.Out)
        {
            Do(urb);
            Answer(urb.Is.Seqnum, 0, urb.Is.TransferBufferLength, []);
            return;
        }
        if (urb.Is.Ep == 0)
        {
            Answer(urb.Is.Seqnum, 0, 2, "ok"u8);
            return;
        }
        if (OneInFails > 0 && random.Next(OneInFails) == 0)
        {
            _failures[urb.Is.Ep]++;
            Answer(urb.Is.Seqnum, -71, 0, []);
            return;
        }
        int words = Math.Min(random.Next(4), (urb.Is.TransferBufferLength - StatusBytes) / ModelRadio.Word);
        Span<byte> data = stackalloc byte[StatusBytes + (words * ModelRadio.Word)];
        radio.Say(urb.Is.Ep, data[StatusBytes..]);
        radio.CountSaid(data.Length - StatusBytes);
        Answer(urb.Is.Seqnum, 0, data.Length, data, data.Length - StatusBytes);
    }

    private void Do(in Submitted urb)
    {
        if (urb.Is.Direction == UrbDirection.Out && urb.Is.Ep != 0)
            radio.Hear(urb.Is.Ep, urb.Message.AsSpan(UrbHeader.Size));
        else if (urb.Is.Ep == 0 && urb.Is.Setup.Request == ModelRadio.SetRequest)
            radio.Settings[urb.Is.Setup.Index] = urb.Is.Setup.Value;
    }

    private void Answer(uint seqnum, int status, int actualLength, ReadOnlySpan<byte> data, int said = 0)
    {
        var message = new byte[UrbHeader.Size + data.Length];
        new RetSubmit { Seqnum = seqnum, Status = status, ActualLength = actualLength }.Write(message);
        data.CopyTo(message.AsSpan(UrbHeader.Size));
        _retSubmits.Enqueue((message, said));
    }

    private readonly record struct Submitted(CmdSubmit Is, byte[] Message);
}
