using Longwire.UsbIp.Relay;
using Longwire.UsbIp.Tests.Proxy;
using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Tests.Relay;

/// <summary>
/// One seeded course of events between a host that does whatever the protocol allows, the relay, and a model of usbip-host: what each
/// does, and when the host is away and back. Nothing is lost between the host and the relay: that is the link's.
/// </summary>
internal sealed class RelayPlan
{
    private const int MostIns = 4;
    private static readonly uint[] s_bulk = [2, 4];

    private readonly Random _random;
    private readonly ModelRadio _radio = new();
    private readonly ModelUsbipHost _kernel;
    private readonly ExportRelayOptions _options;
    private readonly RelayedFarSide _far;
    private readonly Queue<byte[]> _toRelay = [];
    private readonly Queue<byte[]> _toHost = [];
    private readonly RelayPlanHost _host;
    private readonly int[] _failuresAtHold = new int[UrbHeader.MaxEp + 1];
    private readonly HashSet<uint> _readAhead = [];

    public RelayPlan(int seed)
    {
        _random = new Random(seed);
        int statusBytes = _random.Next(2) * 2;
        _kernel = new ModelUsbipHost(_random, _radio, 1)
        {
            StatusBytes = statusBytes, OneInFails = _random.Next(2) * 8, InsMayBeUnlinked = true,
        };
        _options = new ExportRelayOptions { ReadAheadBytes = _random.Next(2) == 0 ? 4 * (64 + 4) : 64 * 1024, StatusBytes = statusBytes };
        _far = new RelayedFarSide(_random, _kernel, _options);
        // With status bytes a message never goes in parts, and a driver asks for the same each time.
        int[] lengths = statusBytes > 0 || _random.Next(2) == 0 ? [64] : [64, 64, 64, 8, 6];
        uint first = _random.Next(4) == 0 ? 0xFFFE_FFF0u + (uint)_random.Next(32) : (uint)_random.Next(1, 1000);
        _host = new RelayPlanHost(_random, _radio, lengths, statusBytes, first);
    }

    /// <returns>What has been done, for the test to see that the plans are not empty.</returns>
    public RelayCounters Run()
    {
        for (int steps = _random.Next(20, 150); steps > 0; steps--) Step();
        End();
        return _far.Relay.Counters;
    }

    private void Step()
    {
        switch (_random.Next(12))
        {
            case 0 or 1 or 2:
                Say(_host.AskIn(s_bulk[_random.Next(2)], MostIns));
                break;
            case 3:
                Say(_host.AskOther());
                break;
            case 4:
                Say(_host.TakeBack());
                break;
            case 5 or 6:
                if (!_far.Relay.IsHeld) Arrive(_random.Next(4));
                break;
            case 7 or 8:
                for (int n = _random.Next(1, 5); n > 0; n--) _kernel.Complete();
                FarSends(_random.Next(6));
                break;
            case 9 or 10:
                if (!_far.Relay.IsHeld) Hear(_random.Next(6));
                break;
            default:
                if (_far.Relay.IsHeld) _far.Relay.Resume();
                else if (_random.Next(2) == 0) Hold();
                break;
        }
        Plan.Check(_far.Relay.UrbCount <= _options.MaxUrbs, "the table is bounded");
        foreach (uint ep in s_bulk)
            Plan.Check(_kernel.PendingIns(ep) <= MostIns + 2, "no more than two clones of an endpoint are under way");
        if (_far.Relay.IsHeld && _random.Next(4) == 0) CheckReadAhead();
    }

    private void Hold()
    {
        FarSends(int.MaxValue);
        _readAhead.Clear();
        foreach (uint ep in s_bulk)
        {
            if (_host.IsReading(ep)) _readAhead.Add(ep);
            _failuresAtHold[ep] = _kernel.Failures(ep);
        }
        _far.Relay.Hold();
        // Long enough to fill what there is room for.
        for (int n = _random.Next(3) == 0 ? _random.Next(60) : 0; n > 0; n--)
        {
            _kernel.Complete();
            FarSends(_random.Next(3));
        }
    }

    private void CheckReadAhead()
    {
        FarSends(int.MaxValue);
        // A word takes up as much again, and each of four clones its room; and one more has room.
        if ((2 * _far.Relay.BytesAhead) + (5 * (64 + 4)) > _options.ReadAheadBytes) return;
        foreach (uint ep in _readAhead)
        {
            Plan.Check(
                _kernel.PendingIns(ep) > 0 || _kernel.Failures(ep) > _failuresAtHold[ep],
                "what the host had asked for is read ahead while there is room");
        }
    }

    private void Say(byte[]? message)
    {
        if (message is not null) _toRelay.Enqueue(message);
    }

    private void Arrive(int count)
    {
        for (; count > 0 && _toRelay.TryDequeue(out byte[]? message); count--)
        {
            _host.Arrived(message);
            _far.Take(message);
        }
    }

    private void FarSends(int count)
    {
        for (; count > 0 && _far.Send(out _) is { } message; count--)
        {
            _host.Left(message);
            _toHost.Enqueue(message);
        }
    }

    private void Hear(int count)
    {
        for (; count > 0 && _toHost.TryDequeue(out byte[]? message); count--) _host.Hear(message);
    }

    // The host is back for good, asks for nothing more, and everybody gets time to finish.
    private void End()
    {
        if (_far.Relay.IsHeld) _far.Relay.Resume();
        Finish();
        Plan.Check(_host.Unanswered == 0, "every URB and every unlink is answered");
        Plan.Check(_toHost.Count == 0, "nothing is left over");
        for (int rounds = 0; _far.Relay.BytesAhead > 0; rounds++)
        {
            Plan.Check(rounds < 100_000, "what was read ahead has an end");
            foreach (uint ep in s_bulk) Say(_host.AskIn(ep, MostIns));
            Finish();
        }
        Plan.Check(_radio.Said == _host.Heard, "what the radio said is heard");
        Plan.Check(
            _radio.Outs.TrueForAll(written => written.Arrived || written.MayBeLost), "an OUT that was not taken back arrives");
        Plan.Check(_far.Relay.UrbCount <= 64, "the table is empty, but for what usbip-host may still answer");
    }

    private void Finish()
    {
        for (int rounds = 0; rounds < 10_000; rounds++)
        {
            Arrive(int.MaxValue);
            _kernel.Complete();
            FarSends(int.MaxValue);
            Hear(int.MaxValue);
            if (_toRelay.Count == 0 && !_far.IsBusy) return;
        }
    }
}
