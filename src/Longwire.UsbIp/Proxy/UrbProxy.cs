using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Urbs;
using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Proxy;

/// <summary>
/// Stands between vhci (the host) and whatever carries USB/IP messages to the Pi (the far side), and knows every URB under way. So it can
/// answer in the far side's place while that is away, and put another far session in the place of one that has ended, and vhci never
/// gets an answer that it does not wait for.
/// <para>
/// It does no I/O, has no clock and is not safe for several threads. The caller feeds it what it reads, sends what is in
/// <see cref="ToHost"/> and <see cref="ToFar"/> after every call, and passes the time as the distance from any moment that never changes.
/// </para>
/// <para>
/// A message is taken whole. What a call did not consume is to be given again: with more behind it, or once <see cref="ToHost"/> is
/// drained if it was <see cref="IsHostBehind"/>. Buffers of <see cref="UrbFraming.MaxCommand"/> and <see cref="UrbFraming.MaxAnswer"/>
/// bytes suffice. After an exception the side that it was about is not to be used any more: for the far side, that is
/// <see cref="FarEnded"/>.
/// </para>
/// </summary>
public sealed class UrbProxy
{
    // Beyond it nothing more is consumed. One call writes at most what the table holds beyond that.
    private const int MostToHost = 256 * 1024;

    private readonly ProxyState _state;
    private readonly HeldOuts _held;
    private readonly PortWatch _ports;
    private readonly GivenUps _givenUps;
    private readonly Outage _outage;
    private readonly HostMessages _host;
    private readonly FarMessages _far;

    /// <param name="devId">Bus number &lt;&lt; 16 | device number on the Pi, of the first far session, which is there.</param>
    /// <param name="options">Bounds and waiting times.</param>
    public UrbProxy(uint devId, UrbProxyOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _state = new ProxyState(options, devId);
        _held = new HeldOuts(_state);
        _ports = new PortWatch(_state, _held);
        _givenUps = new GivenUps(_state);
        _outage = new Outage(_state, _held, _ports, _givenUps);
        _host = new HostMessages(_state, _outage, _held, _ports, _givenUps);
        _far = new FarMessages(_state);
    }

    /// <summary>Bytes for vhci.</summary>
    public ByteQueue ToHost => _state.ToHost;

    /// <summary>
    /// Bytes for the far side, of this session. They are commands, whose length <see cref="UrbFraming.CommandLength"/> tells. Nothing of it
    /// is sent while the phase is not <see cref="UrbProxyPhase.Up"/>, but for a stream that may yet go on.
    /// </summary>
    public ByteQueue ToFar => _state.ToFar;

    public UrbProxyPhase Phase => _state.Phase;

    public UrbProxyCounters Counters => _state.Counters;

    /// <summary>
    /// Of those whom the far side answered in the last one to two <see cref="UrbProxyOptions.AnswerWindow"/>. What was answered here is not
    /// among them, nor are INs: they wait for the radio to say something.
    /// </summary>
    public AnswerTimes ReadAnswerTimes(TimeSpan now) => _state.Recent.Read(now);

    /// <summary>The host waits for what a port of the stick says: somebody has it open.</summary>
    public bool IsRead => _ports.AreRead;

    /// <summary>URBs that somebody may still speak of.</summary>
    public int UrbCount => _state.Table.Count;

    /// <summary>
    /// An OUT or a control transfer is sent and not answered, whether the host still waits for it or has given it up. An IN does not count:
    /// it waits for the radio to say something.
    /// </summary>
    public bool AwaitsAnswer
    {
        get
        {
            for (Urb? urb = _state.Table.First; urb is not null; urb = urb.Next)
            {
                if (urb is { Sent: true, Answered: false, IsDataIn: false }) return true;
                if (urb.Unlink is UnlinkState.Wanted or UnlinkState.Passed) return true;
            }
            return false;
        }
    }

    /// <summary>So much waits in <see cref="ToHost"/> that nothing is consumed.</summary>
    public bool IsHostBehind => _state.ToHost.Length >= MostToHost;

    /// <summary>When <see cref="Tick"/> has something to do; null: not before another call.</summary>
    public TimeSpan? NextDue
    {
        get
        {
            if (_state.IsUp) return _givenUps.NextDue;
            (TimeSpan? answer, TimeSpan? port) = (_held.NextDue(), _ports.NextDue());
            return answer is null || port < answer ? port : answer;
        }
    }

    /// <summary>Takes what vhci sent, in every phase.</summary>
    /// <returns>How many bytes were consumed.</returns>
    /// <exception cref="UsbIpFormatException">A field outside its range.</exception>
    /// <exception cref="UsbIpProtocolException">Not what vhci sends, or no serial port's.</exception>
    public int FromHost(ReadOnlySpan<byte> bytes, TimeSpan now)
    {
        int consumed = 0;
        while (!IsHostBehind)
        {
            int length = UrbFraming.CommandLength(bytes[consumed..]);
            if (length == 0 || length > bytes.Length - consumed) break;
            _host.Take(bytes.Slice(consumed, length), now);
            consumed += length;
        }
        return consumed;
    }

    /// <summary>Takes what the far side sent, while it is there.</summary>
    /// <param name="bytes">As they came.</param>
    /// <param name="now">As everywhere.</param>
    /// <returns>How many bytes were consumed.</returns>
    /// <exception cref="UsbIpFormatException">A field outside its range.</exception>
    /// <exception cref="UsbIpProtocolException">It answers nothing that was asked, or with more than was asked for.</exception>
    /// <exception cref="InvalidOperationException">There is no far side.</exception>
    public int FromFar(ReadOnlySpan<byte> bytes, TimeSpan now)
    {
        Require(UrbProxyPhase.Up);
        int consumed = 0;
        while (!IsHostBehind)
        {
            int length = _far.Length(bytes[consumed..]);
            if (length == 0 || length > bytes.Length - consumed) break;
            _far.Take(bytes.Slice(consumed, length), now);
            consumed += length;
        }
        return consumed;
    }

    /// <summary>
    /// The far side cannot be reached. Only for a stick that vhci has enumerated (state 006): before that, time-outs are what is wanted.
    /// </summary>
    /// <exception cref="InvalidOperationException">It was not there.</exception>
    public void Hold(TimeSpan now)
    {
        Require(UrbProxyPhase.Up);
        _outage.Hold(now);
    }

    /// <summary>
    /// The far side can be reached again, by the same stream of bytes: all that was taken out of <see cref="ToFar"/> arrives, and the rest
    /// goes on behind it.
    /// </summary>
    /// <param name="now">As everywhere.</param>
    /// <param name="stoodStill">For how long our clock did not go on while held (a paused machine); it is added to all ages.</param>
    /// <exception cref="InvalidOperationException">It was not held.</exception>
    public void Resume(TimeSpan now, TimeSpan stoodStill = default)
    {
        Require(UrbProxyPhase.Held);
        _outage.Resume(now, null, stoodStill);
    }

    /// <summary>
    /// The far side can be reached again, in the same session, and says what it has got. The rest was withdrawn: <see cref="ToFar"/> begins
    /// anew behind that.
    /// </summary>
    /// <param name="now">As everywhere.</param>
    /// <param name="received">
    /// Bytes of this session's <see cref="ToFar"/> that the far side has got, in whole messages; at most <see cref="ByteQueue.Taken"/>.
    /// </param>
    /// <param name="stoodStill">For how long our clock did not go on while held (a paused machine); it is added to all ages.</param>
    /// <exception cref="ArgumentOutOfRangeException">It cannot have got so much.</exception>
    /// <exception cref="InvalidOperationException">It was not held.</exception>
    public void Resume(TimeSpan now, long received, TimeSpan stoodStill = default)
    {
        Require(UrbProxyPhase.Held);
        ArgumentOutOfRangeException.ThrowIfNegative(received);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(received, _state.ToFar.Taken);
        _outage.Resume(now, received, stoodStill);
    }

    /// <summary>
    /// The far session is over, from whatever phase: end of file, or a stick that was pulled. What was not taken out of
    /// <see cref="ToFar"/> did not arrive; of the rest nobody knows. A part of an answer that is still with the caller is to be forgotten.
    /// </summary>
    public void FarEnded(TimeSpan now)
    {
        if (_state.Phase != UrbProxyPhase.Ended) _outage.FarEnded(now);
    }

    /// <summary>
    /// Another far session takes the place of the one that ended. The caller has made sure that it is the same stick, and has restored
    /// <see cref="CopyStandardRequests"/> with its own transfers.
    /// </summary>
    /// <param name="devId">Bus number &lt;&lt; 16 | device number on the Pi, now.</param>
    /// <param name="now">As everywhere.</param>
    /// <param name="stoodStill">For how long our clock did not go on while held (a paused machine); it is added to all ages.</param>
    /// <exception cref="InvalidOperationException">None has ended.</exception>
    public void Reattach(uint devId, TimeSpan now, TimeSpan stoodStill = default)
    {
        Require(UrbProxyPhase.Ended);
        _outage.Reattach(devId, now, stoodStill);
    }

    /// <summary>SET_CONFIGURATION and each SET_INTERFACE other than 0 that the host has made, in the order to restore them.</summary>
    /// <returns>How many were copied.</returns>
    public int CopyStandardRequests(Span<SetupPacket> destination) => _state.Kept.CopyStandard(destination);

    /// <summary>
    /// Asks the stick for something once, so that the answer is there while it is away: what a driver asks at close() and never before.
    /// </summary>
    /// <param name="setup">A control IN, exactly as the driver will ask.</param>
    /// <exception cref="InvalidOperationException">There is no far side.</exception>
    public void AskAhead(SetupPacket setup)
    {
        Require(UrbProxyPhase.Up);
        Span<byte> header = stackalloc byte[UrbHeader.Size];
        new CmdSubmit
        {
            Seqnum = 0,
            DevId = 0,
            Direction = UrbDirection.In,
            Ep = 0,
            TransferFlags = CmdSubmit.UrbDirIn,
            TransferBufferLength = setup.Length,
            Setup = setup,
        }.Write(header);
        _state.SendOwn(header, []);
    }

    /// <summary>Answers what is due, sees which ports were closed, and unlinks what does not end. Early or late calls do no harm.</summary>
    public void Tick(TimeSpan now)
    {
        if (_state.IsUp)
        {
            _givenUps.Tick(now);
            return;
        }
        _held.AnswerDue(now);
        _ports.Tick(now);
    }

    /// <summary>The attachment is over: every OUT that has no end gets one. Nobody is answered.</summary>
    public void Close()
    {
        while (_state.Table.First is { } urb)
        {
            _state.End(urb, urb.Sent ? OutEnd.Unknown : OutEnd.Closed);
            _state.Table.Remove(urb);
        }
    }

    private void Require(UrbProxyPhase phase)
    {
        if (_state.Phase != phase) throw new InvalidOperationException($"the far side is {_state.Phase}, and must be {phase} for this");
    }
}
