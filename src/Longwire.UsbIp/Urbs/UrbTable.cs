namespace Longwire.UsbIp.Urbs;

/// <summary>
/// All URBs that somebody may still speak of, in the order of their submission. It reuses their objects: when it has once grown to what
/// a stick needs it allocates nothing.
/// </summary>
internal sealed class UrbTable(int maxUrbs, int maxBytes)
{
    // Ours begin high: vhci counts from 1, and would drop the port over an answer to a seqnum that it does not know.
    private const uint FirstOwnSeqnum = 0xFFFF_0000;

    // Each stands for a race that somebody lost: a few per closed port. usbip-host sends the RET_SUBMIT that may follow in its next
    // turn, or never.
    private const int MostSettled = 64;

    private readonly Dictionary<uint, Urb> _bySeqnum = [];
    private readonly Dictionary<uint, Urb> _byHostSeqnum = [];
    private Urb? _last;
    private Urb? _free;
    private int _parked;
    private int _settled;
    private uint _ownSeqnum = FirstOwnSeqnum - 1;

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

    /// <summary>A seqnum for the far side that no URB has there.</summary>
    public uint NextOwnSeqnum()
    {
        do
        {
            _ownSeqnum = _ownSeqnum == uint.MaxValue ? FirstOwnSeqnum : _ownSeqnum + 1;
        }
        while (Contains(_ownSeqnum));
        return _ownSeqnum;
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

    /// <summary>The oldest parked IN of an endpoint, which the far side completes first.</summary>
    public Urb? Parked(uint ep)
    {
        if (_parked == 0) return null;
        for (Urb? urb = First; urb is not null; urb = urb.Next)
        {
            if (urb.Parked && urb.Ep == ep) return urb;
        }
        return null;
    }

    /// <summary>The oldest parked IN that this submit could be; the far side completes in this order.</summary>
    public Urb? Parked(uint ep, ReadOnlySpan<byte> header)
    {
        if (_parked == 0) return null;
        for (Urb? urb = First; urb is not null; urb = urb.Next)
        {
            if (urb.Parked && urb.Ep == ep && urb.IsLike(header)) return urb;
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

    /// <summary>Its unlink was answered with 0 and no RET_SUBMIT has been seen: one may follow.</summary>
    public void Settle(Urb urb)
    {
        urb.Unlink = UnlinkState.Settled;
        urb.DropPayload();
        if (++_settled <= MostSettled) return;
        Urb oldest = First!;
        while (oldest.Unlink != UnlinkState.Settled) oldest = oldest.Next!;
        Remove(oldest);
    }

    /// <summary>Nobody will say anything about it any more.</summary>
    public void Remove(Urb urb)
    {
        Answered(urb);
        if (urb.Unlink == UnlinkState.Settled) _settled--;
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
