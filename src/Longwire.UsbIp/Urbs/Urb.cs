using System.Buffers;
using System.Buffers.Binary;
using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Urbs;

/// <summary>How far an unlink that concerns the far side has come.</summary>
internal enum UnlinkState
{
    None = 0,

    /// <summary>The host has its answer; to be passed on if the far side does not answer the URB.</summary>
    Wanted,

    /// <summary>Passed on, and not answered.</summary>
    Passed,

    /// <summary>Answered with 0: a RET_SUBMIT may have come before it, may follow, or may never come.</summary>
    Settled,
}

/// <summary>One URB, from its submit until neither side can say anything about it any more. Reused: see <see cref="UrbTable"/>.</summary>
internal sealed class Urb
{
    // Flags, length, start_frame, number_of_packets, interval and setup packet: what makes two INs interchangeable.
    private const int AlikeFrom = 20;
    private const int IntervalAt = 36;

    // USB 2.0, 9.3: the rest of the header is the setup packet.
    private const int SetupAt = 40;

    private byte[]? _payload;

    /// <summary>CMD_SUBMIT as the host sent it.</summary>
    public byte[] Header { get; } = new byte[UrbHeader.Size];

    /// <summary>The seqnum by which the far side knows it.</summary>
    public uint Seqnum { get; set; }

    /// <summary>The seqnum by which the host knows it; another one if this URB was given up and adopted.</summary>
    public uint HostSeqnum { get; set; }

    public uint Ep { get; private set; }

    public bool IsIn { get; private set; }

    /// <summary>transfer_buffer_length.</summary>
    public int Length { get; private set; }

    public TimeSpan SubmittedAt { get; set; }

    /// <summary>OUT only: when the first OUT of its group was submitted.</summary>
    public TimeSpan GroupStart { get; set; }

    /// <summary>Written for the far side of this session.</summary>
    public bool Sent { get; set; }

    /// <summary>If sent: where in the far side's bytes it stands.</summary>
    public long Position { get; set; }

    /// <summary>The host has its answer, or never asked.</summary>
    public bool Answered { get; set; }

    /// <summary>Held OUT: when it will be answered.</summary>
    public TimeSpan? Due { get; set; }

    /// <summary>IN: the host gave it up, and the far side was not told.</summary>
    public bool Parked { get; set; }

    /// <summary>Ours: the host does not know of it.</summary>
    public bool Own { get; set; }

    /// <summary>The far side's RET_SUBMIT has come.</summary>
    public bool FarDone { get; set; }

    /// <summary>OUT only.</summary>
    public OutEnd End { get; set; }

    /// <summary>OUT: its port was closed after it was sent. If it turns out that it did not arrive, it is not sent again.</summary>
    public bool Abandoned { get; set; }

    public UnlinkState Unlink { get; set; }

    public uint UnlinkSeqnum { get; set; }

    /// <summary>If <see cref="UnlinkState.Passed"/>: where the unlink stands, as <see cref="Position"/>.</summary>
    public long UnlinkPosition { get; set; }

    /// <summary>If <see cref="UnlinkState.Wanted"/>: since when.</summary>
    public TimeSpan GivenUpAt { get; set; }

    public Urb? Previous { get; set; }

    public Urb? Next { get; set; }

    public bool IsControl => Ep == 0;

    /// <summary>Data from the radio: bulk and interrupt IN.</summary>
    public bool IsDataIn => IsIn && Ep != 0;

    /// <summary>Data from the radio that it says when it wants to: interrupt endpoints are polled.</summary>
    public bool IsBulkIn => IsDataIn && BinaryPrimitives.ReadInt32BigEndian(Header.AsSpan(IntervalAt)) == 0;

    /// <summary>Data for the radio: bulk and interrupt OUT.</summary>
    public bool IsDataOut => !IsIn && Ep != 0;

    public ReadOnlySpan<byte> Setup => Header.AsSpan(SetupAt);

    public ReadOnlySpan<byte> Payload => _payload is null ? [] : _payload.AsSpan(0, Length);

    /// <summary>The devid in the header.</summary>
    public uint DevId => BinaryPrimitives.ReadUInt32BigEndian(Header.AsSpan(8));

    /// <summary>Whether another IN of the same endpoint asks for the same, so that either can have the other's answer.</summary>
    public bool IsLike(ReadOnlySpan<byte> header) => header[AlikeFrom..].SequenceEqual(Header.AsSpan(AlikeFrom));

    /// <summary>Gives it to the far side.</summary>
    public void Send(ByteQueue toFar, uint devId)
    {
        ReadOnlySpan<byte> payload = Payload;
        Position = toFar.End;
        Sent = true;
        Span<byte> message = toFar.Append(UrbHeader.Size + payload.Length);
        Header.CopyTo(message);
        BinaryPrimitives.WriteUInt32BigEndian(message[4..], Seqnum);
        BinaryPrimitives.WriteUInt32BigEndian(message[8..], devId);
        payload.CopyTo(message[UrbHeader.Size..]);
    }

    /// <summary>Takes it back at the far side, by <see cref="UnlinkSeqnum"/>.</summary>
    public void SendUnlink(ByteQueue toFar, uint devId)
    {
        UnlinkPosition = toFar.End;
        Unlink = UnlinkState.Passed;
        new CmdUnlink
        {
            Seqnum = UnlinkSeqnum,
            DevId = devId,
            Direction = IsIn ? UrbDirection.In : UrbDirection.Out,
            Ep = Ep,
            UnlinkSeqnum = Seqnum,
        }.Write(toFar.Append(UrbHeader.Size));
    }

    /// <summary>Begins a new life. The payload is copied.</summary>
    public void Begin(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload)
    {
        header[..UrbHeader.Size].CopyTo(Header);
        Seqnum = HostSeqnum = BinaryPrimitives.ReadUInt32BigEndian(header[4..]);
        IsIn = BinaryPrimitives.ReadUInt32BigEndian(header[12..]) == (uint)UrbDirection.In;
        Ep = BinaryPrimitives.ReadUInt32BigEndian(header[16..]);
        Length = BinaryPrimitives.ReadInt32BigEndian(header[24..]);
        if (payload.Length > 0)
        {
            _payload = ArrayPool<byte>.Shared.Rent(payload.Length);
            payload.CopyTo(_payload);
        }
        (SubmittedAt, GroupStart, Due) = (default, default, null);
        (Sent, Position, Answered, Parked, Own, FarDone, End, Abandoned) = (false, 0, false, false, false, false, OutEnd.None, false);
        (Unlink, UnlinkSeqnum, UnlinkPosition, GivenUpAt) = (UnlinkState.None, 0, 0, default);
    }

    /// <summary>Gives the payload back, which nobody will send again.</summary>
    public void DropPayload()
    {
        if (_payload is null) return;
        ArrayPool<byte>.Shared.Return(_payload);
        _payload = null;
    }
}
