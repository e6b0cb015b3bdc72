using Longwire.Lab.Sticks;

namespace Longwire.Lab.Consumers;

/// <summary>
/// The serial line as a Z-Wave chip has it: one frame of its own is under way at a time, said again when it is not acknowledged, and a
/// frame that comes in meanwhile, or before a request is answered, is refused.
/// </summary>
internal abstract class ZWaveLine(ISerialEnd inside, TimeProvider time) : SimulatedRadio(inside, new ZWaveFrames(), time)
{
    private const int MostTries = 4;

    private static readonly TimeSpan s_untilAck = TimeSpan.FromSeconds(1.6), s_afterNak = TimeSpan.FromMilliseconds(100);

    private readonly Queue<byte[]> _waiting = [];
    private byte[]? _sending;
    private int _tries, _timer;
    private bool _answering;

    protected const byte Request = 0, Response = 1;

    /// <summary>It hears and says nothing: it starts anew.</summary>
    protected bool IsDeaf { get; set; }

    protected override void Answer(ReadOnlySpan<byte> frame)
    {
        if (IsDeaf) return;
        switch (frame[0])
        {
            case ZWaveFrames.Ack:
                EndSending();
                break;
            case ZWaveFrames.Nak or ZWaveFrames.Can:
                if (_sending is not null) SendAfter(s_afterNak);
                break;
            default:
                if (!ZWaveFrames.IsWhole(frame))
                {
                    Send([ZWaveFrames.Nak]);
                }
                else if (_answering || _sending is not null)
                {
                    Send([ZWaveFrames.Can]);
                }
                else
                {
                    Send([ZWaveFrames.Ack]);
                    Do(frame[3], frame[4..^1]);
                }
                break;
        }
    }

    protected abstract void Do(byte function, ReadOnlySpan<byte> data);

    protected void Respond(byte function, ReadOnlySpan<byte> data)
    {
        _answering = true;
        Say(ZWaveFrames.Write(Response, function, data));
    }

    protected void Tell(byte function, ReadOnlySpan<byte> data) => Say(ZWaveFrames.Write(Request, function, data));

    /// <summary>What was to be said is forgotten.</summary>
    protected void Forget()
    {
        _waiting.Clear();
        (_sending, _answering) = (null, false);
        _timer++;
    }

    private void Say(byte[] frame)
    {
        if (IsDeaf) return;
        _waiting.Enqueue(frame);
        Next();
    }

    private void Next()
    {
        if (_sending is not null || !_waiting.TryDequeue(out _sending)) return;
        _tries = 0;
        SendNow();
    }

    private void SendNow()
    {
        if (_tries++ == MostTries)
        {
            EndSending();
            return;
        }
        Send(_sending);
        SendAfter(s_untilAck);
    }

    private void SendAfter(TimeSpan delay)
    {
        int timer = ++_timer;
        After(delay, () =>
        {
            if (timer == _timer) SendNow();
        });
    }

    private void EndSending()
    {
        if (_sending is null) return;
        if (_sending[2] == Response) _answering = false;
        _sending = null;
        _timer++;
        Next();
    }
}
