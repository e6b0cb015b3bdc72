using System.Collections.Immutable;
using System.Net;
using System.Threading.Channels;
using Longwire.Attach.Memory;
using Longwire.Link.Errors;
using Longwire.Link.Frames;
using Longwire.Link.Liveness;
using Longwire.Link.Pairing;
using Longwire.Link.Tls;
using Longwire.Link.Wire;
using Longwire.Options;
using Longwire.Platform;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Net;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Pis;

/// <summary>
/// The control connection to one Pi: it says what it has whenever that changes, and is never asked. Where it stands, radios connect
/// (<see cref="SessionConnector"/>).
/// </summary>
internal sealed class LinkPiWatch : IPiWatch, IPiLink, IDisposable
{
    private const string SaysNothing = "it has let us in, and does not say what it has";

    private readonly PiOptions _pi;
    private readonly ChannelWriter<AttachEvent> _events;
    private readonly PiConnector _connector;
    private readonly PiAddresses _addresses;
    private readonly AddressBook _book;
    private readonly PairingCode _code;
    private readonly TimeProvider _time;
    private readonly TimeProvider _timers;
    private readonly CancellationTokenSource _stopped = new();
    private readonly SessionConnector _sessions;
    private readonly PiAttention _attention = new();
    private readonly Lock _gate = new();
    private readonly AsyncAutoResetEvent _listed;
    private byte[]? _list;
    private Vitals? _vitals;
    private bool _listIsDue;
    private Control? _control;
    private long _awaySince;
    private bool _wasHeard;
    private volatile bool _saidWhatItHas;

    /// <param name="book">Where it was, and said that it is.</param>
    /// <param name="resolve">Looks up a name.</param>
    /// <param name="timers">See <see cref="FramePump"/>.</param>
    public LinkPiWatch(
        PiOptions pi, LinkIdentity own, ChannelWriter<AttachEvent> events, AddressBook book, Func<string, Task<IPAddress[]>> resolve,
        TimeProvider time, TimeProvider timers)
    {
        (_pi, Own, _events, _book, _time, _timers) = (pi, own, events, book, time, timers);
        PairingCode code = _code = pi.Pairing!;
        _connector = new PiConnector(own.Key, code.Pin, time);
        _sessions = new SessionConnector(_connector, time);
        _addresses = new PiAddresses(
            [.. code.Addresses.Select(address => new DnsEndPoint(address, code.Port)).Prepend(pi.EndPoint).Distinct()], resolve);
        if (book.Of(pi.Id, code.Pin) is [var last, .. var said]) (_addresses.Last, _addresses.Said) = (last, said);
        _listed = new AsyncAutoResetEvent(time);
    }

    public LinkIdentity Own { get; }

    public Task<PiConnection> ConnectAsync(Func<Hello> hello, TimeSpan within, CancellationToken cancellationToken) =>
        _sessions.ConnectAsync(hello, within, cancellationToken);

    public Task<PiConnection> ReconnectAsync(Func<Hello> hello, TimeSpan within, CancellationToken cancellationToken) =>
        _sessions.ReconnectAsync(hello, within, cancellationToken);

    public IDisposable Attend() => _attention.Attend();

    // It is told of every change anyway.
    public void AskEvery(TimeSpan? interval)
    {
    }

    public void AskNow()
    {
        Volatile.Write(ref _listIsDue, true);
        _listed.Raise();
    }

    public ResetAsking Reset(BusId stick, ResetStep step)
    {
        Control? control;
        lock (_gate) control = _control;
        if (control is null) return ResetAsking.Away;
        if (!control.Abilities.HasFlag(ServerAbilities.Resets)) return ResetAsking.Older;
        if (!control.Frames.TryAsk(new ResetFrame(stick.ToString(), step))) return ResetAsking.Busy;
        control.Pump.Send();
        return ResetAsking.Asked;
    }

    public void Stop() => _stopped.Cancel();

    public void Dispose() => _stopped.Dispose();

    public async Task RunAsync()
    {
        CancellationToken stopped = _stopped.Token;
        try
        {
            _awaySince = _time.GetTimestamp();
            while (true)
            {
                long began = _time.GetTimestamp();
                PiConnection welcomed = await _connector.ConnectAnywhereAsync(
                    _addresses, Hello, LinkTimers.MostAttempts, Failed, _sessions.ControlTaken, stopped);
                Remember();
                LossCause loss = await StandAsync(welcomed, stopped);
                // To let us in alone is worth nothing: for whoever waits for its radios it has not answered.
                if (_saidWhatItHas && loss.Kind != LossKind.Broken) _awaySince = _time.GetTimestamp() - Ticks(NoticedLate(loss));
                else Failed(new LinkClosedException(!_saidWhatItHas && loss.Kind == LossKind.Silent ? SaysNothing : loss.Reason));
                // A Pi that lets us in and ends it each time must cost next to nothing.
                TimeSpan early = LinkTimers.BetweenAttempts - _time.GetElapsedTime(began);
                if (early > TimeSpan.Zero) await Task.Delay(early, _time, stopped);
            }
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    private Hello Hello() => Own.Hello with
    {
        Purpose = HelloPurpose.Control, Token = _code.Token, Quiet = LinkTimers.QuietPing,
    };

    // Over a quiet connection the kernel finds the silence out, and later than our pings would have. It is away all the same once it has
    // not answered for so long.
    private static TimeSpan NoticedLate(LossCause loss) =>
        loss.Kind == LossKind.Silent ? DeadPeerDetection.NoticedAfter - LinkTimers.LostAfter : TimeSpan.Zero;

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * _time.TimestampFrequency);

    private async Task<LossCause> StandAsync(PiConnection welcomed, CancellationToken stopped)
    {
        (_list, _vitals, _saidWhatItHas) = (null, null, false);
        // One origin for all Pis, for the sake of pings that are said at one time.
        var frames = new ControlFrames(Listed, Said) { Told = Told, Answered = Answered };
        var pump = new FramePump(welcomed.Connection, frames, _timers, origin: 0);
        lock (_gate) _control = new Control(pump, frames, welcomed.Welcome.Abilities);
        _attention.Watch(pump, LinkPace.Agree(welcomed.Welcome.Quiet, LinkTimers.QuietPing));
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stopped);
        await using CancellationTokenRegistration end =
            over.Token.Register(() => pump.End(new LossCause(LossKind.Ended, "it is not wanted any more")));
        Task telling = TellAsync(pump, welcomed, over.Token);
        LossCause loss = await pump.RunAsync();
        await over.CancelAsync();
        await telling;
        lock (_gate) _control = null;
        await _sessions.ControlFellAsync();
        _attention.Watch(null, null);
        await welcomed.Connection.DisposeAsync();
        stopped.ThrowIfCancellationRequested();
        return loss;
    }

    // On the reader's thread: of lists that follow each other faster than they are told the last one counts.
    private void Listed(ReadOnlySpan<byte> list)
    {
        byte[] copy = list.ToArray();
        Volatile.Write(ref _list, copy);
        Volatile.Write(ref _listIsDue, true);
        _listed.Raise();
    }

    private void Told(Vitals vitals)
    {
        Volatile.Write(ref _vitals, vitals);
        _listed.Raise();
    }

    // If the channel is full there is more news than the reconciler can read, and it does not wait for this for ever.
    private void Answered(ResetAnswerFrame answer)
    {
        if (BusId.TryParse(answer.Subject, out BusId stick))
            _events.TryWrite(new AttachEvent.StickReset(_pi.Id, stick, answer.Step, answer.Outcome));
    }

    private void Said(ImmutableArray<IPAddress> addresses)
    {
        // One that is between two networks has none, and comes back in one of those that it had.
        if (addresses.IsEmpty) return;
        _addresses.Said = [.. addresses.Select(address => new IPEndPoint(address, _code.Port))];
        Remember();
    }

    // What a scope means is another thing after the next start.
    private void Remember() => _book.Put(
        _pi.Id, _code.Pin, [.. _addresses.Said.Prepend(_addresses.Last!).Where(point => point.Address is not { IsIPv6LinkLocal: true })]);

    private async Task TellAsync(FramePump pump, PiConnection welcomed, CancellationToken over)
    {
        try
        {
            while (true)
            {
                bool isInTime = await _listed.WaitAsync(_saidWhatItHas ? Timeout.InfiniteTimeSpan : AttachTimers.LinkOffers, over);
                // Before the list is read: one that comes now is told next time.
                bool isDue = Interlocked.Exchange(ref _listIsDue, false);
                if (Volatile.Read(ref _list) is not { } list)
                {
                    if (isInTime) continue;
                    pump.End(new LossCause(LossKind.Broken, SaysNothing));
                    return;
                }
                // What was said this long ago cannot come now, for the connection would be lost: what was attached since is not judged by
                // it.
                long asked = _time.GetTimestamp() - Ticks(LinkTimers.LostAfter);
                if (isDue)
                {
                    DeviceList devices = DeviceList.Parse(list);
                    _saidWhatItHas = _wasHeard = true;
                    await _events.WriteAsync(
                        new AttachEvent.PiAnswered(_pi.Id, devices, pump.RoundTrip ?? welcomed.ConnectTime, asked), over);
                }
                // Not before: of a radio whose session is refused it is known then whether its stick is there.
                _sessions.ControlStands(welcomed.EndPoint);
                if (Interlocked.Exchange(ref _vitals, null) is { } vitals)
                    await _events.WriteAsync(new AttachEvent.PiVitalsTold(_pi.Id, vitals), over);
            }
        }
        catch (UsbIpException e)
        {
            pump.End(new LossCause(LossKind.Broken, e.Message));
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The connection has ended.
        }
    }

    /// <returns>How long to wait before the next attempt, beside the usual pause.</returns>
    private TimeSpan Failed(IOException why)
    {
        bool isVerdict = why is LinkRefusedException or LinkPinException;
        bool isInDoubt = _time.GetElapsedTime(_awaySince) < (_wasHeard ? AttachTimers.PiAway : AttachTimers.PiAwayAtStart);
        if (isVerdict || !isInDoubt)
        {
            string reason = why switch
            {
                LinkRefusedException { Refusal: var no } => LinkRefusalText.Of(no.Reason, no.Version),
                LinkPinException => LinkRefusalText.WrongPin,
                _ => why.Message,
            };
            // If the channel is full there is more news than the reconciler can read, and this is said again.
            _events.TryWrite(
                new AttachEvent.PiSilent(_pi.Id, reason) { Manner = isVerdict ? PiSilenceKind.NotLetIn : PiSilenceKind.NoAnswer });
        }
        // What a person has to put right is not asked for twice a second.
        return isVerdict ? AttachTimers.LinkRefused : TimeSpan.Zero;
    }

    /// <summary>The control connection that stands.</summary>
    private sealed record Control(FramePump Pump, ControlFrames Frames, ServerAbilities Abilities);
}
