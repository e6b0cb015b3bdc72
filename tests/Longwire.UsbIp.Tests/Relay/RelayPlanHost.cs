using System.Buffers.Binary;
using Longwire.UsbIp.Tests.Proxy;
using Longwire.UsbIp.Tests.Urbs;
using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Tests.Relay;

/// <summary>A host that asks and takes back as it likes, and is strict about what it is told.</summary>
internal sealed class RelayPlanHost(Random random, ModelRadio radio, int[] lengths, int statusBytes, uint firstSeqnum)
{
    private readonly Dictionary<uint, Asked> _asked = [];
    private readonly Dictionary<uint, uint> _unlinks = [];

    // Given back, as we were told; their answer may follow.
    private readonly Dictionary<uint, Asked> _mayFollow = [];

    // Bulk INs that the relay has and has not answered.
    private readonly Dictionary<uint, uint> _atRelay = [];

    private readonly List<byte>[] _heard = [.. Enumerable.Range(0, 5).Select(_ => new List<byte>())];
    private readonly int[] _lastWord = new int[5];
    private uint _seqnum = firstSeqnum;

    private enum Kind
    {
        In,
        Out,
        Get,
    }

    /// <summary>Bytes of the radios that arrived.</summary>
    public long Heard { get; private set; }

    public int Unanswered => _asked.Count + _unlinks.Count;

    public bool IsReading(uint ep) => _atRelay.ContainsValue(ep);

    public byte[]? AskIn(uint ep, int most)
    {
        if (_asked.Values.Count(asked => asked.Kind == Kind.In && asked.Ep == ep) >= most) return null;
        int length = lengths[random.Next(lengths.Length)];
        return UrbWords.In(Ask(new Asked(Kind.In, ep, length, 0)), ep, length);
    }

    public byte[] AskOther()
    {
        switch (random.Next(3))
        {
            case 0:
                return UrbWords.In(Ask(new Asked(Kind.In, 3, 64, 0)), 3, 64, interval: 8);
            case 1:
                return UrbWords.Control(Ask(new Asked(Kind.Get, 0, 2, 0)), UrbWords.GetStatus);
            default:
                int length = ModelRadio.OutHeader + random.Next(40);
                var written = new Asked(Kind.Out, 1, length, radio.Outs.Count);
                radio.Outs.Add(new ModelOut { Ep = 1, Length = length, WrittenAt = default });
                var data = new byte[length];
                ModelRadio.Fill(data, written.Number);
                return UrbWords.Submit(
                    new CmdSubmit { Seqnum = Ask(written), DevId = 1, Direction = UrbDirection.Out, Ep = 1, TransferBufferLength = length },
                    data);
        }
    }

    /// <summary>Takes back something, under way or answered meanwhile.</summary>
    public byte[]? TakeBack()
    {
        foreach ((uint seqnum, Asked asked) in _asked)
        {
            if (random.Next(3) > 0 || _unlinks.ContainsValue(seqnum)) continue;
            if (asked.Kind == Kind.Out) radio.Outs[asked.Number].MayBeLost = true;
            uint unlink = Next();
            _unlinks.Add(unlink, seqnum);
            return UrbWords.Unlink(unlink, seqnum);
        }
        return null;
    }

    /// <summary>The relay is given a message of ours.</summary>
    public void Arrived(ReadOnlySpan<byte> message)
    {
        if (UrbHeader.Parse(message).Command == UrbCommand.CmdUnlink)
        {
            _atRelay.Remove(CmdUnlink.Parse(message).UnlinkSeqnum);
            return;
        }
        CmdSubmit submit = CmdSubmit.Parse(message);
        if (submit is { Direction: UrbDirection.In, Ep: not 0, Interval: 0 }) _atRelay.Add(submit.Seqnum, submit.Ep);
    }

    /// <summary>The relay has given out a message for us.</summary>
    public void Left(ReadOnlySpan<byte> message)
    {
        if (UrbHeader.Parse(message).Command == UrbCommand.RetSubmit) _atRelay.Remove(RetSubmit.Parse(message).Seqnum);
    }

    public void Hear(ReadOnlySpan<byte> message)
    {
        if (UrbHeader.Parse(message).Command == UrbCommand.RetUnlink)
        {
            RetUnlink unlinked = RetUnlink.Parse(message);
            Plan.Check(_unlinks.Remove(unlinked.Seqnum, out uint seqnum), "an unlink is answered once");
            if (_asked.Remove(seqnum, out Asked given) && unlinked.Status == 0) _mayFollow.Add(seqnum, given);
            Plan.Check(message.Length == UrbHeader.Size, "an unlink has no data");
            return;
        }
        RetSubmit answer = RetSubmit.Parse(message);
        bool awaited = _asked.Remove(answer.Seqnum, out Asked asked) || _mayFollow.Remove(answer.Seqnum, out asked);
        Plan.Check(awaited, "a URB is answered once, and nobody hears of a clone");
        Plan.Check(answer.ActualLength <= asked.Length, "there is no more than was asked for");
        Plan.Check(message.Length == UrbHeader.Size + (asked.Kind == Kind.Out ? 0 : answer.ActualLength), "a message is whole");
        Plan.Check(answer.Status is 0 or -71, "a status is the kernel's");
        if (asked.Kind == Kind.In && answer.Status == 0) Hear(asked.Ep, message[UrbHeader.Size..]);
    }

    private void Hear(uint ep, ReadOnlySpan<byte> data)
    {
        Plan.Check(data.Length >= statusBytes, "status bytes come with every answer");
        List<byte> heard = _heard[ep];
        heard.AddRange(data[statusBytes..]);
        for (; heard.Count >= ModelRadio.Word; heard.RemoveRange(0, ModelRadio.Word))
        {
            int word = BinaryPrimitives.ReadInt32BigEndian([.. heard[..ModelRadio.Word]]);
            Plan.Check(word == ++_lastWord[ep], "what a radio says is heard once and in order");
            Heard += ModelRadio.Word;
        }
    }

    private uint Ask(in Asked asked)
    {
        uint seqnum = Next();
        _asked.Add(seqnum, asked);
        return seqnum;
    }

    private uint Next() => _seqnum += random.Next(4) == 0 ? 3u : 1u;

    private readonly record struct Asked(Kind Kind, uint Ep, int Length, int Number);
}
