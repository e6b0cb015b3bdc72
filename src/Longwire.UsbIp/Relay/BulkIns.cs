using Longwire.UsbIp.Urbs;
using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Relay;

/// <summary>
/// The bulk INs, in the order in which the stick answers them: those of the host, and while the host is away clones of them, so that the
/// stick need not stop. What clones bring is the host's before anything else of the endpoint is.
/// </summary>
internal sealed class BulkIns(RelayState state)
{
    // Enough that one is with the kernel while the other is being renewed, as usb-serial has them.
    private const int MostClones = 2;

    private readonly InEndpoint?[] _endpoints = new InEndpoint?[UrbHeader.MaxEp + 1];

    // Since it was last away.
    private bool _hostHasSpoken = true;

    public bool IsHeld { get; private set; }

    /// <summary>Bytes that were read ahead and wait for the host.</summary>
    public int BytesAhead
    {
        get
        {
            int bytes = 0;
            foreach (InEndpoint? endpoint in _endpoints) bytes += endpoint?.ReadAhead.DataLength ?? 0;
            return bytes;
        }
    }

    public void HostSpoke() => _hostHasSpoken = true;

    public void Hold()
    {
        IsHeld = true;
        foreach (InEndpoint? endpoint in _endpoints)
        {
            if (endpoint is null) continue;
            int share = Math.Min(Pending(endpoint.Number, atKernel: false), MostClones);
            // Of a host that has not spoken since it was last away we have the old answers' successors still to come.
            endpoint.Share = _hostHasSpoken ? share : Math.Max(share, endpoint.Share);
            Renew(endpoint);
        }
    }

    public void Resume()
    {
        (IsHeld, _hostHasSpoken) = (false, false);
        foreach (InEndpoint? endpoint in _endpoints) endpoint?.Failed = false;
    }

    /// <summary>The host asks.</summary>
    public void Submit(in CmdSubmit submit, ReadOnlySpan<byte> message)
    {
        InEndpoint endpoint = _endpoints[submit.Ep] ??= new InEndpoint(submit.Ep);
        message.CopyTo(endpoint.Template);
        bool direct = endpoint.IsDirect;
        Urb urb = state.Add(submit, message);
        if (direct)
        {
            state.Send(urb);
            return;
        }
        endpoint.Queued++;
        Settle(endpoint);
    }

    /// <summary>The host takes back an IN that waits here.</summary>
    public void Forget(Urb urb)
    {
        InEndpoint endpoint = _endpoints[urb.Ep]!;
        state.Table.Remove(urb);
        endpoint.Queued--;
        Settle(endpoint);
    }

    /// <summary>The kernel has answered an IN of the host.</summary>
    public void Answered(uint ep, int status)
    {
        if (!IsHeld) return;
        InEndpoint endpoint = _endpoints[ep]!;
        endpoint.Failed |= status != UrbStatus.Success;
        Renew(endpoint);
    }

    /// <summary>The kernel has answered a clone.</summary>
    public void Answered(Urb clone, int status, ReadOnlySpan<byte> data)
    {
        InEndpoint endpoint = _endpoints[clone.Ep]!;
        Release(endpoint, clone);
        state.Table.Remove(clone);
        if (status != UrbStatus.Success)
        {
            state.Counters.ClonesFailed++;
            // As every serial driver would.
            state.Counters.BytesDropped += data.Length;
            endpoint.Failed |= IsHeld;
        }
        else if (data.Length <= state.Options.StatusBytes)
        {
            state.Counters.ClonesEmpty++;
        }
        else
        {
            state.Counters.BytesReadAhead += data.Length;
            data.CopyTo(endpoint.ReadAhead.Append(data.Length));
        }
        Settle(endpoint);
        Renew(endpoint);
    }

    // Gives the host's INs what is there, in order: data, a clone's place, and if there is neither, the kernel.
    private void Settle(InEndpoint endpoint)
    {
        while (endpoint.Queued > 0)
        {
            Urb urb = FirstQueued(endpoint.Number);
            if (endpoint.ReadAhead.Count > 0)
            {
                Answer(urb, endpoint.ReadAhead);
                state.Table.Remove(urb);
            }
            else if (state.Table.Parked(endpoint.Number) is not { } clone)
            {
                state.Send(urb);
            }
            else if (clone.IsLike(urb.Header))
            {
                Adopt(endpoint, clone, urb);
            }
            else
            {
                return;
            }
            endpoint.Queued--;
        }
    }

    private void Answer(Urb urb, MessageQueue readAhead)
    {
        // A part of it could begin without status bytes. As on the bus: what does not fit is lost, and the driver is told.
        if (state.Options.StatusBytes > 0 && readAhead.NextSize > urb.Length)
        {
            state.Counters.BytesDropped += readAhead.NextSize;
            readAhead.Skip();
            state.RetSubmit(urb.HostSeqnum, UrbStatus.Overflow, 0, []);
            return;
        }
        int size = Math.Min(readAhead.NextSize, urb.Length);
        Span<byte> message = state.Answers.Append(UrbHeader.Size + size);
        new RetSubmit { Seqnum = urb.HostSeqnum, Status = UrbStatus.Success, ActualLength = size }.Write(message);
        readAhead.Read(message[UrbHeader.Size..]);
    }

    private void Adopt(InEndpoint endpoint, Urb clone, Urb urb)
    {
        uint hostSeqnum = urb.HostSeqnum;
        state.Table.Remove(urb);
        state.Table.Adopt(clone, hostSeqnum, default);
        clone.Own = false;
        Release(endpoint, clone);
        state.Counters.ClonesAdopted++;
    }

    private static void Release(InEndpoint endpoint, Urb clone)
    {
        endpoint.Clones--;
        endpoint.Reserved -= clone.Length + MessageQueue.Overhead;
    }

    private void Renew(InEndpoint endpoint)
    {
        if (!IsHeld || endpoint.Failed || endpoint.Clones >= endpoint.Share) return;
        int length = CmdSubmit.Parse(endpoint.Template).TransferBufferLength;
        // It could bring nothing, and would be renewed for ever.
        if (length <= state.Options.StatusBytes) return;
        length += MessageQueue.Overhead;
        for (int missing = endpoint.Share - endpoint.Clones - Pending(endpoint.Number, atKernel: true); missing > 0; missing--)
        {
            if (TakenUp() + length > state.Options.ReadAheadBytes) return;
            Urb clone = state.Table.AddOwn(endpoint.Template, [], state.Table.NextOwnSeqnum());
            state.Table.Park(clone);
            state.Send(clone);
            endpoint.Clones++;
            endpoint.Reserved += length;
            state.Counters.Clones++;
        }
    }

    private int TakenUp()
    {
        int bytes = 0;
        foreach (InEndpoint? endpoint in _endpoints)
        {
            if (endpoint is not null) bytes += endpoint.ReadAhead.Length + endpoint.Reserved;
        }
        return bytes;
    }

    // INs that the host waits for, and has not taken back.
    private int Pending(uint ep, bool atKernel)
    {
        int count = 0;
        for (Urb? urb = state.Table.First; urb is not null; urb = urb.Next)
        {
            if (urb.Ep == ep && urb is { Answered: false, IsBulkIn: true, Unlink: UnlinkState.None } && (urb.Sent || !atKernel)) count++;
        }
        return count;
    }

    private Urb FirstQueued(uint ep)
    {
        Urb urb = state.Table.First!;
        while (urb.Sent || urb.Ep != ep) urb = urb.Next!;
        return urb;
    }
}
