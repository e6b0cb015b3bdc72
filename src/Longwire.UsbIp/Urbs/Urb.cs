using System.Buffers;
using System.Buffers.Binary;
using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Urbs;

/// <summary>How far an unlink that concerns the far side has come.</summary>
internal enum UnlinkState
{
    None = 0,

    /// <summary>To be passed on when the far side is there.</summary>
    Wanted,

    /// <summary>Passed on, and not answered.</summary>
    Passed,

    /// <summary>Answered with 0: a RET_SUBMIT may have come before it, may follow, or may never come.</summary>
    Settled,
}

/// <summary>One URB, from its submit until neither side can say anything about it any more. Reused: see <see cref="UrbTable"/>.</summary>
internal sealed class Urb
{
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

    /// <summary>The host has its RET_UNLINK.</summary>
    public bool UnlinkAnswered { get; set; }

    public Urb? Previous { get; set; }

    public Urb? Next { get; set; }

    public bool IsControl => Ep == 0;

    /// <summary>Data from the radio: bulk and interrupt IN.</summary>
    public bool IsDataIn => IsIn && Ep != 0;

    /// <summary>Data for the radio: bulk and interrupt OUT.</summary>
    public bool IsDataOut => !IsIn && Ep != 0;

    public ReadOnlySpan<byte> Setup => Header.AsSpan(SetupAt);

    public ReadOnlySpan<byte> Payload => _payload is null ? [] : _payload.AsSpan(0, Length);

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
        (Unlink, UnlinkSeqnum, UnlinkPosition, UnlinkAnswered) = (UnlinkState.None, 0, 0, false);
    }

    /// <summary>Gives the payload back, which nobody will send again.</summary>
    public void DropPayload()
    {
        if (_payload is null) return;
        ArrayPool<byte>.Shared.Return(_payload);
        _payload = null;
    }
}
