namespace Longwire.UsbIp.Proxy;

/// <summary>
/// All URBs that somebody may still speak of, in the order of their submission. It reuses their objects: when it has once grown to what
/// a stick needs it allocates nothing.
/// </summary>
internal sealed class UrbTable(int maxUrbs, int maxBytes)
{
    // Seqnum, flags, length, start_frame, number_of_packets, interval and setup packet: what makes two INs interchangeable.
    private const int AlikeFrom = 20;

    private readonly Dictionary<uint, Urb> _bySeqnum = [];
    private readonly Dictionary<uint, Urb> _byHostSeqnum = [];
    private Urb? _last;
    private Urb? _free;
    private int _parked;

    public Urb? First { get; private set; }

    public int Count { get; private set; }

    /// <summary>Σ transfer_buffer_length.</summary>
    public long Bytes { get; private set; }

    public bool HasRoom(int length) => Count < maxUrbs && Bytes + length <= maxBytes;

    public bool Contains(uint seqnum) => _bySeqnum.ContainsKey(seqnum);

    /// <summary>By what the far side calls it.</summary>
    public Urb? BySeqnum(uint seqnum) => _bySeqnum.GetValueOrDefault(seqnum);

    /// <summary>By what the host calls it, if the host still waits for its answer.</summary>
    public Urb? Awaited(uint hostSeqnum) => _byHostSeqnum.GetValueOrDefault(hostSeqnum);

    /// <summary>By the unlink that was passed on and not answered. Unlinks are rare: a walk is good enough.</summary>
    public Urb? ByUnlink(uint unlinkSeqnum)
    {
        for (Urb? urb = First; urb is not null; urb = urb.Next)
        {
            if (urb.Unlink == UnlinkState.Passed && urb.UnlinkSeqnum == unlinkSeqnum) return urb;
        }
        return null;
    }

    /// <summary>A URB of the host, which waits for its answer.</summary>
    public Urb Add(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload, uint seqnum)
    {
        Urb urb = Append(header, payload, seqnum);
        _byHostSeqnum.Add(urb.HostSeqnum, urb);
        return urb;
    }

    /// <summary>A URB of our own. There is always room for it: we bound how many there are.</summary>
    public Urb AddOwn(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload, uint seqnum)
    {
        Urb urb = Append(header, payload, seqnum);
        (urb.Own, urb.Answered) = (true, true);
        return urb;
    }

    /// <summary>The host has its answer.</summary>
    public void Answered(Urb urb)
    {
        if (urb.Answered) return;
        (urb.Answered, urb.Due) = (true, null);
        _byHostSeqnum.Remove(urb.HostSeqnum);
    }

    /// <summary>The host has given up an IN, and has its answer.</summary>
    public void Park(Urb urb)
    {
        Answered(urb);
        urb.Parked = true;
        _parked++;
    }

    /// <summary>The oldest parked IN that this submit could be; the far side completes in this order.</summary>
    public Urb? Parked(uint ep, ReadOnlySpan<byte> header)
    {
        if (_parked == 0) return null;
        for (Urb? urb = First; urb is not null; urb = urb.Next)
        {
            if (urb.Parked && urb.Ep == ep && header[AlikeFrom..].SequenceEqual(urb.Header.AsSpan(AlikeFrom))) return urb;
        }
        return null;
    }

    /// <summary>The host waits for it again, by another seqnum.</summary>
    public void Adopt(Urb urb, uint hostSeqnum, TimeSpan now)
    {
        _parked--;
        (urb.Parked, urb.Answered, urb.HostSeqnum, urb.SubmittedAt) = (false, false, hostSeqnum, now);
        _byHostSeqnum.Add(hostSeqnum, urb);
    }

    public void Remove(Urb urb)
    {
        Answered(urb);
        _bySeqnum.Remove(urb.Seqnum);
        if (urb.Parked) _parked--;
        urb.Parked = false;
        urb.DropPayload();
        if (urb.Previous is null) First = urb.Next;
        else urb.Previous.Next = urb.Next;
        if (urb.Next is null) _last = urb.Previous;
        else urb.Next.Previous = urb.Previous;
        (Count, Bytes) = (Count - 1, Bytes - urb.Length);
        (urb.Previous, urb.Next) = (null, _free);
        _free = urb;
    }

    private Urb Append(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload, uint seqnum)
    {
        Urb urb = _free ?? new Urb();
        _free = urb.Next;
        urb.Begin(header, payload);
        urb.Seqnum = seqnum;
        _bySeqnum.Add(seqnum, urb);
        (urb.Previous, urb.Next) = (_last, null);
        if (_last is null) First = urb;
        else _last.Next = urb;
        _last = urb;
        (Count, Bytes) = (Count + 1, Bytes + urb.Length);
        return urb;
    }
}
