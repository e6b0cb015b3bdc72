using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Tests.Proxy;

/// <summary>
/// vhci_hcd and two tty drivers above it: submits, unlinks (some of them ahead of their submit), and is as strict about answers as the
/// kernel, and stricter.
/// </summary>
internal sealed class ModelVhci(Random random, ModelRadio radio)
{
    private const int InLength = 64;
    private const int MostWrites = 8;

    private readonly Dictionary<uint, Waiting> _urbs = [];
    private readonly Dictionary<uint, uint> _unlinks = [];
    private readonly List<uint> _some = [];
    private readonly bool[] _open = new bool[2];
    private readonly int[] _lastWord = new int[5];
    private readonly bool[] _setting = new bool[2];
    private uint _seqnum = random.Next(8) == 0 ? 0xFFFF_FFE0 : (uint)random.Next(1, 1000);
    private int _value;

    private enum Kind
    {
        In,
        Out,
        Get,
        Set,
        Line,
    }

    /// <summary>What it has written and nobody has read.</summary>
    public List<byte> Written { get; } = [];

    /// <summary>What the host believes to be set, by wIndex; null: it does not know.</summary>
    public int?[] Believed { get; } = new int?[2];

    /// <summary>Bytes of the radios that arrived.</summary>
    public long Heard { get; private set; }

    public bool IsStopping { get; set; }

    public int Unanswered => _urbs.Count + _unlinks.Count;

    /// <summary>Nothing but INs waits.</summary>
    public bool OnlyInsWait
    {
        get
        {
            if (_unlinks.Count != 0) return false;
            foreach (Waiting urb in _urbs.Values)
            {
                if (urb.Kind != Kind.In) return false;
            }
            return true;
        }
    }

    public void Act(TimeSpan now)
    {
        int port = random.Next(2);
        switch (random.Next(16))
        {
            case 0:
                if (_open[port]) Close(port);
                else Open(port);
                break;
            case 1 or 2:
                Set(port);
                break;
            case 3:
                Submit(new Waiting(Kind.Get, 0, 2, 0), new SetupPacket(0xC0, 5, 0, (ushort)port, 2), isEarlyUnlinked: random.Next(8) == 0);
                break;
            case 4:
                UnlinkSome(urb => urb.Kind is Kind.Get or Kind.Set or Kind.Out);
                break;
            case 5:
                UnlinkSome(urb => urb.Kind == Kind.In);
                break;
            default:
                if (!_open[port]) Open(port);
                Write(port, now);
                break;
        }
    }

    /// <summary>Takes one whole answer, if there is one.</summary>
    /// <returns>Its length; 0: it is not whole.</returns>
    public int Take(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < UrbHeader.Size) return 0;
        if (UrbHeader.Parse(bytes).Command == UrbCommand.RetUnlink)
        {
            Unlinked(RetUnlink.Parse(bytes));
            return UrbHeader.Size;
        }
        RetSubmit answer = RetSubmit.Parse(bytes);
        Plan.Check(_urbs.TryGetValue(answer.Seqnum, out Waiting urb), "vhci drops the port over a RET_SUBMIT that it does not wait for");
        bool hasData = urb.Kind is Kind.In or Kind.Get;
        Plan.Check(answer.ActualLength <= urb.Length, "vhci drops the port over more data than it asked for");
        int length = UrbHeader.Size + (hasData ? answer.ActualLength : 0);
        if (bytes.Length < length) return 0;
        _urbs.Remove(answer.Seqnum);
        Plan.Check(answer.Status is not (-108 or -19), "no driver is told that its device is gone");
        if (urb.Kind == Kind.In) Hear(urb.Ep, bytes[UrbHeader.Size..length], answer.Status);
        if (urb.Kind == Kind.Out) Plan.Check(answer.Status != 0 || answer.ActualLength == urb.Length, "an OUT is taken in full");
        if (urb.Kind == Kind.Set) EndSetting(urb, answer.Status == 0 ? urb.Value : null);
        return length;
    }

    private void Unlinked(in RetUnlink answer)
    {
        Plan.Check(_unlinks.Remove(answer.Seqnum, out uint seqnum), "an unlink is answered once");
        if (!_urbs.Remove(seqnum, out Waiting urb)) return;
        if (urb.Kind == Kind.Set) EndSetting(urb, null);
        // A driver whose IN was taken back for another reason than close() asks again.
        if (urb.Kind == Kind.In) AskAgain(urb.Ep);
    }

    private void EndSetting(in Waiting urb, int? value) => (_setting[urb.Value & 1], Believed[urb.Value & 1]) = (false, value);

    private void Hear(uint ep, ReadOnlySpan<byte> data, int status)
    {
        Plan.Check(status == 0, "an IN never fails here");
        for (; data.Length > 0; data = data[ModelRadio.Word..])
        {
            int word = BinaryPrimitives.ReadInt32BigEndian(data);
            Plan.Check(word > _lastWord[ep], "no word of a radio is heard twice or behind a later one");
            _lastWord[ep] = word;
            Heard += ModelRadio.Word;
        }
        AskAgain(ep);
    }

    private void AskAgain(uint ep)
    {
        if (_open[Port(ep)] && !IsStopping) Submit(new Waiting(Kind.In, ep, InLength, 0), default, isEarlyUnlinked: false);
    }

    private void Open(int port)
    {
        _open[port] = true;
        SetDtr(port, up: true);
        for (int n = random.Next(1, 4); n > 0; n--) Submit(new Waiting(Kind.In, InEp(port), InLength, 0), default, random.Next(8) == 0);
    }

    // The driver cancels all that it has, and what it wrote has lost its reader.
    private void Close(int port)
    {
        _open[port] = false;
        if (random.Next(2) == 0) SetDtr(port, up: false);
        _some.Clear();
        foreach ((uint seqnum, Waiting urb) in _urbs)
        {
            if (urb.Ep != 0 && Port(urb.Ep) == port && !_unlinks.ContainsValue(seqnum)) _some.Add(seqnum);
        }
        foreach (uint seqnum in _some) Unlink(seqnum);
        foreach (ModelOut written in radio.Outs)
        {
            if (Port(written.Ep) == port) written.MayBeLost = true;
        }
    }

    private void Write(int port, TimeSpan now)
    {
        int waiting = 0;
        foreach (Waiting urb in _urbs.Values)
        {
            if (urb.Kind == Kind.Out && urb.Ep == OutEp(port)) waiting++;
        }
        if (waiting == MostWrites) return;
        int length = ModelRadio.OutHeader + random.Next(40);
        int number = radio.Outs.Count;
        radio.Outs.Add(new ModelOut { Ep = OutEp(port), Length = length, WrittenAt = now });
        Submit(new Waiting(Kind.Out, OutEp(port), length, number), default, random.Next(16) == 0);
    }

    // SET_CONTROL_LINE_STATE
    private void SetDtr(int port, bool up) => Submit(
        new Waiting(Kind.Line, 0, 0, 0), new SetupPacket(0x21, 0x22, up ? (ushort)3 : (ushort)0, (ushort)port, 0), isEarlyUnlinked: false);

    // A driver sets one thing after the other.
    private void Set(int index)
    {
        if (_setting[index]) return;
        (_setting[index], Believed[index]) = (true, null);
        _value += 2;
        Submit(
            new Waiting(Kind.Set, 0, 0, _value | index),
            new SetupPacket(0x21, ModelRadio.SetRequest, (ushort)(_value | index), (ushort)index, 0),
            random.Next(16) == 0);
    }

    private void UnlinkSome(Func<Waiting, bool> which)
    {
        foreach ((uint seqnum, Waiting urb) in _urbs)
        {
            if (!which(urb) || random.Next(2) == 0 || _unlinks.ContainsValue(seqnum)) continue;
            Unlink(seqnum);
            return;
        }
    }

    private void Submit(in Waiting urb, SetupPacket setup, bool isEarlyUnlinked)
    {
        uint seqnum = Next();
        _urbs.Add(seqnum, urb);
        if (isEarlyUnlinked) Unlink(seqnum);
        bool isIn = urb.Kind is Kind.In or Kind.Get;
        int at = Append(UrbHeader.Size + (isIn ? 0 : urb.Length));
        Span<byte> message = CollectionsMarshal.AsSpan(Written)[at..];
        new CmdSubmit
        {
            Seqnum = seqnum,
            DevId = 1,
            Direction = isIn ? UrbDirection.In : UrbDirection.Out,
            Ep = urb.Ep,
            TransferBufferLength = urb.Length,
            Setup = setup,
        }.Write(message);
        if (urb.Kind == Kind.Out) ModelRadio.Fill(message[UrbHeader.Size..], urb.Value);
    }

    private void Unlink(uint seqnum)
    {
        uint unlink = Next();
        _unlinks.Add(unlink, seqnum);
        Waiting urb = _urbs[seqnum];
        if (urb.Kind == Kind.Out) radio.Outs[urb.Value].MayBeLost = true;
        int at = Append(UrbHeader.Size);
        new CmdUnlink { Seqnum = unlink, DevId = 1, UnlinkSeqnum = seqnum }.Write(CollectionsMarshal.AsSpan(Written)[at..]);
    }

    // Other ports of the hub use up some.
    private uint Next() => _seqnum += random.Next(4) == 0 ? 3u : 1u;

    private int Append(int count)
    {
        int at = Written.Count;
        CollectionsMarshal.SetCount(Written, at + count);
        CollectionsMarshal.AsSpan(Written)[at..].Clear();
        return at;
    }

    private static uint OutEp(int port) => port == 0 ? 1u : 3u;

    private static uint InEp(int port) => port == 0 ? 2u : 4u;

    private static int Port(uint ep) => ep <= 2 ? 0 : 1;

    private readonly record struct Waiting(Kind Kind, uint Ep, int Length, int Value);
}
