using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Longwire.UsbIp.Proxy;
using Longwire.UsbIp.Relay;
using Longwire.UsbIp.Tests.Relay;
using Longwire.UsbIp.Urbs;
using Longwire.UsbIp.Wire;
using Xunit.Sdk;

namespace Longwire.UsbIp.Tests.Proxy;

/// <summary>
/// One seeded course of events between a model of the host's kernel and models of the Pi's: what each does, how far bytes get, when the far
/// side is lost, comes back or is replaced, and how time goes.
/// </summary>
internal sealed class Plan
{
    private static readonly TimeSpan s_stale = TimeSpan.FromSeconds(5);

    private readonly Random _random;
    private readonly ModelRadio _radio = new();
    private readonly ModelVhci _vhci;
    private readonly UrbProxy _proxy;
    private readonly UrbProxyOptions _options;
    private readonly byte[] _buffer = new byte[4096];
    private readonly List<byte> _toHost = [];
    private readonly Queue<byte[]> _toFar = [];
    private readonly Queue<(byte[] Message, int Said)> _fromFar = [];

    // A link withdraws what the far side has not got; a stream of bytes goes on where it was.
    private readonly bool _isLink;
    private readonly ExportRelayOptions? _relay;
    private IFarSide _far;
    private uint _devId = 1;
    private TimeSpan _now;
    private byte[] _partial = [];
    private int _partOfAnswer;
    private long _lostWords;

    /// <param name="seed">What happens.</param>
    /// <param name="withRelay">A link, with our relay at its other end.</param>
    public Plan(int seed, bool withRelay = false)
    {
        _random = new Random(seed);
        _now = TimeSpan.FromSeconds(_random.Next(100));
        _isLink = withRelay || _random.Next(2) == 0;
        if (withRelay) _relay = new ExportRelayOptions { ReadAheadBytes = _random.Next(2) == 0 ? 200 : 64 * 1024 };
        _options = new UrbProxyOptions
        {
            Stale = s_stale,
            HeldBytes = _random.Next(4) == 0 ? 100 : 64 * 1024,
            HeldBytesPerSecond = _random.Next(2) == 0 ? 0 : 1000,
            UnlinkAfter = TimeSpan.FromMilliseconds(_random.Next(1, 500)),
            Ports = _random.Next(2) == 0 ? [] : [new SerialPort(2, 1, 0), new SerialPort(4, 3, 1)],
        };
        _proxy = new UrbProxy(_devId, _options);
        _vhci = new ModelVhci(_random, _radio);
        _far = NewFarSide();
    }

    /// <summary>What the relays have done.</summary>
    public RelayCounters Relayed { get; private set; }

    public static void Check(bool holds, string rule)
    {
        if (!holds) throw new XunitException($"broken: {rule}");
    }

    public static void Add(ref UrbProxyCounters sum, UrbProxyCounters more)
    {
        sum.OutsDelivered += more.OutsDelivered;
        sum.OutsStale += more.OutsStale;
        sum.OutsForRoom += more.OutsForRoom;
        sum.OutsClosed += more.OutsClosed;
        sum.OutsUnknown += more.OutsUnknown;
        sum.InsAdopted += more.InsAdopted;
        sum.InBytesSwallowed += more.InBytesSwallowed;
        sum.AnswersSwallowed += more.AnswersSwallowed;
        sum.ControlsRestored += more.ControlsRestored;
    }

    /// <returns>What has been done, for the test to see that the plans are not empty.</returns>
    public UrbProxyCounters Run()
    {
        // Of what is read ahead nobody hears before the next return.
        for (int steps = _random.Next(20, 120) * (_relay is null ? 1 : 3); steps > 0; steps--) Step();
        End();
        return _proxy.Counters;
    }

    private void Step()
    {
        switch (_random.Next(14))
        {
            case 0 or 1 or 2:
                _vhci.Act(_now);
                break;
            case 3 or 4:
                FeedHost(_random.Next(_vhci.Written.Count + 1));
                break;
            case 5 or 6:
                DrainHost(_random.Next(_proxy.ToHost.Length + 1));
                break;
            case 7:
                if (_proxy.Phase == UrbProxyPhase.Up) TakeFromQueue(whole: _isLink || _random.Next(3) > 0);
                break;
            case 8:
                if (_proxy.Phase == UrbProxyPhase.Up) Arrive();
                break;
            case 9:
                if (_proxy.Phase != UrbProxyPhase.Ended) FarWorks();
                break;
            case 10 or 11:
                if (_proxy.Phase == UrbProxyPhase.Up) FeedFar(all: _random.Next(3) > 0);
                break;
            case 12:
                TimeGoes(_random.Next(6) == 0 ? TimeSpan.FromSeconds(_random.Next(1, 5)) : TimeSpan.FromMilliseconds(_random.Next(60)));
                break;
            default:
                if (_random.Next(3) == 0) Fault();
                else if (_relay is not null && _random.Next(3) == 0) _far.Hold();
                break;
        }
        Check(_proxy.UrbCount <= _options.MaxUrbs, "the table is bounded");
    }

    private void Fault()
    {
        switch (_proxy.Phase)
        {
            case UrbProxyPhase.Up when _random.Next(2) == 0:
                _proxy.Hold(_now);
                // What was on its way is withdrawn.
                if (_isLink) _toFar.Clear();
                // The Pi may have seen it before, may see it later, or not at all.
                if (_relay is not null && _random.Next(4) > 0) LongAbsence();
                break;
            case UrbProxyPhase.Held when _random.Next(2) == 0:
                Return();
                break;
            case UrbProxyPhase.Ended:
                Return();
                break;
            default:
                SessionEnds();
                break;
        }
    }

    private void SessionEnds()
    {
        if (_proxy.Phase == UrbProxyPhase.Up && _random.Next(2) == 0)
        {
            _far.Vanish();
            FarSends(int.MaxValue);
            FeedFar(all: true);
        }
        // Of what was taken out of the queue nobody knows, not even of a part.
        while (_toFar.TryDequeue(out byte[]? message)) Lose(message);
        if (_partial.Length > 0) Lose([.. _partial, .. _proxy.ToFar.Waiting[..(RestOfMessage())]]);
        foreach (ModelOut written in _radio.Outs) written.MayBeLost |= written.IsAtTheFarSide;
        while (_fromFar.TryDequeue(out var lost)) _lostWords += lost.Said;
        while (_far.Send(out int said) is not null) _lostWords += said;
        (_partial, _partOfAnswer) = ([], 0);
        _proxy.FarEnded(_now);
        NoteRelay();
        if (_random.Next(2) == 0) _radio.Reset();
    }

    // The radio goes on saying things.
    private void LongAbsence()
    {
        _far.Hold();
        for (int n = _random.Next(8); n > 0; n--) FarWorks();
    }

    private IFarSide NewFarSide()
    {
        var kernel = new ModelUsbipHost(_random, _radio, _devId);
        return _relay is null ? kernel : new RelayedFarSide(_random, kernel, _relay);
    }

    // Its session is over.
    private void NoteRelay()
    {
        if (_far is not RelayedFarSide far) return;
        RelayCounters counters = far.Relay.Counters;
        Relayed = new RelayCounters
        {
            Clones = Relayed.Clones + counters.Clones,
            ClonesAdopted = Relayed.ClonesAdopted + counters.ClonesAdopted,
            ClonesEmpty = Relayed.ClonesEmpty + counters.ClonesEmpty,
            BytesReadAhead = Relayed.BytesReadAhead + counters.BytesReadAhead,
        };
        if (_proxy.Phase != UrbProxyPhase.Ended) return;
        // What is not at the host by now will not get there.
        DrainHost(_proxy.ToHost.Length);
        _lostWords = _radio.Said - _vhci.Heard - _proxy.Counters.InBytesSwallowed;
    }

    private void Return()
    {
        foreach (ModelOut written in _radio.Outs)
        {
            // A group is dropped whole, and may be as long as this.
            if (_now - written.WrittenAt > s_stale - _options.LongestGroup) written.MayBeLost = true;
        }
        long before = _proxy.ToFar.End;
        if (_proxy.Phase == UrbProxyPhase.Ended)
        {
            _devId++;
            _far = NewFarSide();
            _proxy.Reattach(_devId, _now);
            before = 0;
        }
        else if (_isLink)
        {
            before = _far.Received;
            _far.Resume();
            _proxy.Resume(_now, before);
        }
        else
        {
            _proxy.Resume(_now);
        }
        CheckAges(_proxy.ToFar.Waiting[(int)(before - _proxy.ToFar.Taken)..]);
    }

    private void CheckAges(ReadOnlySpan<byte> commands)
    {
        while (commands.Length > 0)
        {
            int length = UrbFraming.CommandLength(commands);
            if (OutOf(commands[..length]) is { } written)
                Check(_now - written.WrittenAt <= s_stale, "nothing is delivered that is older than its ceiling");
            commands = commands[length..];
        }
    }

    private void TimeGoes(TimeSpan duration)
    {
        TimeSpan end = _now + duration;
        // vhci's socket is always read: so an OUT is as old for the proxy as it is for its writer.
        FeedHost(_vhci.Written.Count);
        if (_proxy.Phase == UrbProxyPhase.Up)
        {
            _now = end;
            _proxy.Tick(_now);
            return;
        }
        // The kernel answers an unlink with another IN within far less than what makes a port closed.
        do
        {
            FeedHost(_vhci.Written.Count);
            DrainHost(_proxy.ToHost.Length);
        }
        while (_vhci.Written.Count > 0);
        while (_proxy.NextDue is { } due && due <= end)
        {
            _now = due > _now ? due : _now;
            _proxy.Tick(_now);
        }
        _now = end;
        if (duration <= _options.LongestHeldAnswer) return;
        DrainHost(_proxy.ToHost.Length);
        Check(_vhci.OnlyInsWait, "while the far side is away nobody waits but an IN");
    }

    private void FeedHost(int count)
    {
        int consumed = _proxy.FromHost(CollectionsMarshal.AsSpan(_vhci.Written)[..count], _now);
        _vhci.Written.RemoveRange(0, consumed);
    }

    private void DrainHost(int count)
    {
        while (count > 0)
        {
            int read = _proxy.ToHost.Read(_buffer.AsSpan(0, Math.Min(count, _buffer.Length)));
            _toHost.AddRange(_buffer.AsSpan(0, read));
            count -= read;
        }
        int taken = 0;
        while (_vhci.Take(CollectionsMarshal.AsSpan(_toHost)[taken..]) is > 0 and int length) taken += length;
        _toHost.RemoveRange(0, taken);
    }

    private void TakeFromQueue(bool whole)
    {
        if (_proxy.ToFar.Length == 0) return;
        int rest = RestOfMessage();
        int count = whole ? rest : _random.Next(1, rest + 1);
        int read = _proxy.ToFar.Read(_buffer.AsSpan(0, count));
        _partial = [.. _partial, .. _buffer.AsSpan(0, read)];
        if (count < rest) return;
        if (OutOf(_partial) is { } written) written.IsAtTheFarSide = true;
        _toFar.Enqueue(_partial);
        _partial = [];
    }

    private int RestOfMessage()
    {
        byte[] header = [.. _partial, .. _proxy.ToFar.Waiting[..Math.Min(_proxy.ToFar.Waiting.Length, UrbHeader.Size)]];
        return UrbFraming.CommandLength(header) - _partial.Length;
    }

    private void Arrive()
    {
        for (int n = _random.Next(1, 5); n > 0 && _toFar.TryDequeue(out byte[]? message); n--) _far.Take(message);
    }

    private void FarWorks()
    {
        for (int n = _random.Next(1, 5); n > 0; n--) _far.Complete();
        // An unlink may come between a completion and its answer.
        FarSends(_random.Next(8));
    }

    private void FarSends(int count)
    {
        for (; count > 0 && _far.Send(out int said) is { } message; count--) _fromFar.Enqueue((message, said));
    }

    private void FeedFar(bool all)
    {
        while (_fromFar.TryPeek(out var next))
        {
            int count = all ? next.Message.Length : _random.Next(_partOfAnswer, next.Message.Length + 1);
            int consumed = _proxy.FromFar(next.Message.AsSpan(0, count), _now);
            _partOfAnswer = consumed == 0 ? count : 0;
            if (consumed == 0) return;
            Check(consumed == next.Message.Length, "an answer is taken whole");
            _fromFar.Dequeue();
        }
    }

    private void Lose(byte[] message)
    {
        if (OutOf(message) is { } written) written.MayBeLost = true;
    }

    private ModelOut? OutOf(ReadOnlySpan<byte> command)
    {
        if (BinaryPrimitives.ReadUInt32BigEndian(command) != (uint)UrbCommand.CmdSubmit) return null;
        CmdSubmit submit = CmdSubmit.Parse(command);
        return submit is { Direction: UrbDirection.Out, Ep: not 0 } ? _radio.Outs[ModelRadio.NumberOf(command[UrbHeader.Size..])] : null;
    }

    // All faults are over, and everybody gets time to finish.
    private void End()
    {
        _vhci.IsStopping = true;
        if (_proxy.Phase != UrbProxyPhase.Up) Return();
        _far.Resume();
        for (int rounds = 0; rounds < 1000; rounds++)
        {
            FeedHost(_vhci.Written.Count);
            while (_proxy.ToFar.Length > 0) TakeFromQueue(whole: true);
            while (_toFar.Count > 0) Arrive();
            FarWorks();
            FeedFar(all: true);
            DrainHost(_proxy.ToHost.Length);
            if (_vhci.Written.Count == 0 && !_far.IsBusy && _proxy.ToFar.Length == 0) break;
        }
        Check(_vhci.Unanswered == 0, "every URB and every unlink is answered");
        UrbProxyCounters counters = _proxy.Counters;
        bool forRoom = counters.OutsForRoom > 0;
        Check(
            forRoom || _radio.Outs.TrueForAll(written => written.Arrived || written.MayBeLost),
            "an OUT that nobody gave up, and that is young enough, arrives");
        for (int i = 0; i < 2; i++)
            Check(_vhci.Believed[i] is not { } believed || _radio.Settings[i] == believed, "the last settings are the stick's");
        NoteRelay();
        long ahead = _far is RelayedFarSide far ? far.Relay.BytesAhead : 0;
        Check(
            _radio.Said == _vhci.Heard + counters.InBytesSwallowed + _lostWords + ahead,
            "what the radio said is heard, or known to be lost");
        _proxy.Close();
        counters = _proxy.Counters;
        Check(
            counters.Outs == counters.OutsDelivered + counters.OutsStale + counters.OutsClosed + counters.OutsUnknown,
            "every OUT has one end");
        Check(counters.Outs == _radio.Outs.Count, "every OUT is counted");
        Check(
            _radio.Arrived >= counters.OutsDelivered && _radio.Arrived <= counters.OutsDelivered + counters.OutsUnknown,
            "what arrived is what is counted so");
    }
}
