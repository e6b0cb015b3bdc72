using Longwire.Lab.Sticks;

namespace Longwire.Lab.Consumers;

/// <summary>
/// The side of ASH (UG101) that a coordinator has: it repeats what is not acknowledged, waits longer each time, and after four times says
/// that it has failed and takes nothing any more but a reset.
/// </summary>
internal abstract class AshRadio(ISerialEnd inside, TimeProvider time) : SimulatedRadio(inside, new AshFrames(), time)
{
    private const byte Ack = 0x80, Nak = 0xA0, Reset = 0xC0, ResetDone = 0xC1, Error = 0xC2;
    private const byte Repeated = 0x08, Version = 2, ByPower = 0x02, BySoftware = 0x0B, TooManyTimeOuts = 0x51;
    private const int Window = 3, MostTimeOuts = 4, MostWaiting = 20;

    // 5.6 and table 5: the time for an acknowledgement, which follows how long they take.
    private static readonly TimeSpan s_shortestWait = TimeSpan.FromSeconds(0.4), s_firstWait = TimeSpan.FromSeconds(1.6),
        s_longestWait = TimeSpan.FromSeconds(3.2);

    private static readonly TimeSpan s_booting = TimeSpan.FromMilliseconds(300);

    private readonly List<Sent> _unacknowledged = [];
    private readonly Queue<byte[]> _waiting = [];
    private State _state = State.Reset;
    private int _next, _expected, _timeOuts, _timer;
    private bool _rejecting;
    private TimeSpan _wait = s_firstWait;

    private enum State
    {
        Reset,
        Booting,
        Connected,
        Failed,
    }

    protected override void Answer(ReadOnlySpan<byte> frame)
    {
        if (_state == State.Booting) return;
        if (AshFrames.Read(frame) is not [var control, .. var data])
        {
            Reject();
            return;
        }
        if (control == Reset) Restart();
        else if (_state == State.Failed) Send(AshFrames.Write(Error, [Version, TooManyTimeOuts]));
        else if (_state == State.Connected) Take(control, data);
    }

    protected override void SayStarted() => SayReset(ByPower);

    protected abstract void Do(ReadOnlySpan<byte> command);

    /// <summary>Says something to the host. A chip has little room: what it has none for it never says.</summary>
    protected void Tell(ReadOnlySpan<byte> word)
    {
        if (_state != State.Connected || _waiting.Count == MostWaiting) return;
        _waiting.Enqueue(word.ToArray());
        Flow();
    }

    private void Restart()
    {
        _unacknowledged.Clear();
        _waiting.Clear();
        (_next, _expected, _timeOuts, _rejecting, _wait, _state) = (0, 0, 0, false, s_firstWait, State.Booting);
        _timer++;
        After(s_booting, () => SayReset(BySoftware));
    }

    private void SayReset(byte reason)
    {
        _state = State.Connected;
        Send(AshFrames.Write(ResetDone, [Version, reason]));
    }

    private void Take(byte control, ReadOnlySpan<byte> data)
    {
        Acknowledged(control & 7);
        if ((control & 0xE0) == Nak) Repeat();
        if ((control & 0x80) != 0) return;
        if (control >> 4 == _expected)
        {
            (_expected, _rejecting) = ((_expected + 1) & 7, false);
            int before = _unacknowledged.Count + _waiting.Count;
            Do(AshFrames.Randomize(data));
            // An answer acknowledges as well.
            if (_unacknowledged.Count + _waiting.Count == before) SendAck();
        }
        else if ((control & Repeated) != 0)
        {
            SendAck();
        }
        else
        {
            Reject();
        }
    }

    private void SendAck() => Send(AshFrames.Write((byte)(Ack | _expected), []));

    private void Reject()
    {
        if (_state != State.Connected || _rejecting) return;
        _rejecting = true;
        Send(AshFrames.Write((byte)(Nak | _expected), []));
    }

    private void Acknowledged(int number)
    {
        int count = _unacknowledged.Count == 0 ? 0 : (number - _unacknowledged[0].Number) & 7;
        if (count == 0 || count > _unacknowledged.Count) return;
        foreach (Sent sent in _unacknowledged.Take(count).Where(sent => !sent.Again))
        {
            TimeSpan wait = (_wait * 7 / 8) + (Time.GetElapsedTime(sent.At) / 2);
            _wait = wait < s_shortestWait ? s_shortestWait : wait > s_longestWait ? s_longestWait : wait;
        }
        _unacknowledged.RemoveRange(0, count);
        _timeOuts = 0;
        Arm();
        Flow();
    }

    private void Flow()
    {
        while (_unacknowledged.Count < Window && _waiting.TryDequeue(out byte[]? data))
        {
            var sent = new Sent(_next, data, Time.GetTimestamp());
            _next = (_next + 1) & 7;
            _unacknowledged.Add(sent);
            Send(AshFrames.Write((byte)((sent.Number << 4) | _expected), AshFrames.Randomize(data)));
            if (_unacknowledged.Count == 1) Arm();
        }
    }

    private void Repeat()
    {
        foreach (Sent sent in _unacknowledged)
        {
            sent.Again = true;
            Send(AshFrames.Write((byte)((sent.Number << 4) | Repeated | _expected), AshFrames.Randomize(sent.Data)));
        }
        Arm();
    }

    private void Arm()
    {
        int timer = ++_timer;
        if (_unacknowledged.Count == 0) return;
        After(_wait, () =>
        {
            if (timer == _timer) NotAcknowledged();
        });
    }

    private void NotAcknowledged()
    {
        if (++_timeOuts < MostTimeOuts)
        {
            _wait = _wait * 2 > s_longestWait ? s_longestWait : _wait * 2;
            Repeat();
            return;
        }
        _state = State.Failed;
        _unacknowledged.Clear();
        _waiting.Clear();
        Send(AshFrames.Write(Error, [Version, TooManyTimeOuts]));
    }

    private sealed class Sent(int number, byte[] data, long at)
    {
        public int Number => number;
        public byte[] Data => data;
        public long At => at;
        public bool Again { get; set; }
    }
}
