using System.Threading.Channels;
using Longwire.Link.Wire;
using Longwire.Options;
using Longwire.Platform;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;
using Microsoft.Extensions.Logging;

namespace Longwire.Attach.Pis;

/// <summary>Asks one Pi for its list, each time on a new connection: a stock usbipd closes after one answer.</summary>
internal sealed class PiWatch : IPiWatch, IDisposable
{
    private readonly PiOptions _pi;
    private readonly ChannelWriter<AttachEvent> _events;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly AsyncAutoResetEvent _wake;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopped = new();
    private TimeSpan? _interval;
    private bool _now = true;
    private string? _unforeseen;
    private long? _unansweredSince;
    private bool _silenceTold;
    private bool _wasHeard;

    public PiWatch(PiOptions pi, ChannelWriter<AttachEvent> events, TimeProvider time, ILogger logger)
    {
        _pi = pi;
        _events = events;
        _time = time;
        _logger = logger;
        _wake = new AsyncAutoResetEvent(time);
    }

    public void AskEvery(TimeSpan? interval)
    {
        lock (_gate)
        {
            if (_interval == interval) return;
            _interval = interval;
        }
        _wake.Raise();
    }

    public void AskNow()
    {
        lock (_gate) _now = true;
        _wake.Raise();
    }

    public ResetAsking Reset(BusId stick, ResetStep step) => ResetAsking.NotPaired;

    public void Stop() => _stopped.Cancel();

    public void Dispose() => _stopped.Dispose();

    public async Task RunAsync()
    {
        CancellationToken stopped = _stopped.Token;
        long? asked = null;
        try
        {
            while (true)
            {
                TimeSpan? wait = UntilNext(asked);
                if (wait is { } left && left <= TimeSpan.Zero)
                {
                    asked = _time.GetTimestamp();
                    if (await AskAsync(asked.Value, stopped) is { } answer) await _events.WriteAsync(answer, stopped);
                    continue;
                }
                await _wake.WaitAsync(wait ?? Timeout.InfiniteTimeSpan, stopped);
            }
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
            // Asked to stop; what was under way is of no interest any more.
        }
    }

    private TimeSpan? UntilNext(long? asked)
    {
        lock (_gate)
        {
            if (_now)
            {
                _now = false;
                return TimeSpan.Zero;
            }
            if (Interval is not { } interval) return null;
            return asked is { } last ? interval - _time.GetElapsedTime(last) : TimeSpan.Zero;
        }
    }

    private TimeSpan? Interval => IsUntold && !(_interval < AttachTimers.PollInDoubt) ? AttachTimers.PollInDoubt : _interval;

    private bool IsUntold => _unansweredSince is not null && !_silenceTold;

    // One lost packet is no Pi that is away, nor is an export that is just being restarted.
    private bool IsInDoubt => _unansweredSince is { } since
        && _time.GetElapsedTime(since) < (_wasHeard ? AttachTimers.PiAway : AttachTimers.PiAwayAtStart);

    // Whether a question without an answer says something of the Pi. One that is slow is there; one that was never heard may be anything.
    private bool Counts(long asked, bool slow)
    {
        if (slow && _wasHeard) _unansweredSince = null;
        else _unansweredSince ??= asked;
        return _silenceTold = !IsInDoubt;
    }

    /// <returns>Null: nothing that counts yet.</returns>
    private async Task<AttachEvent?> AskAsync(long asked, CancellationToken stopped)
    {
        bool accepted = false;
        try
        {
            (DeviceList list, TimeSpan roundTrip) = await UsbIpClient.AskAsync(
                _pi.StockEndPoint,
                new ConnectOptions { TimeProvider = _time },
                async connection =>
                {
                    accepted = true;
                    using (connection) return (await connection.ListAsync(stopped), connection.ConnectTime);
                },
                stopped);
            (_unforeseen, _unansweredSince, _wasHeard) = (null, null, true);
            return new AttachEvent.PiAnswered(_pi.Id, list, roundTrip, asked);
        }
        catch (Exception e) when (e is UsbIpException or TimeoutException or IOException or System.Net.Sockets.SocketException)
        {
            bool slow = accepted && e is TimeoutException;
            return Counts(asked, slow) ? new AttachEvent.PiSilent(_pi.Id, e.Message, slow) { Manner = MannerOf(e) } : null;
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // What a peer can provoke and nobody foresaw must cost this Pi an answer, not all radios the service.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (_unforeseen != e.Message) AttachLog.UnforeseenAnswer(_logger.About(_pi.Id), _pi.DisplayName, e);
            _unforeseen = e.Message;
            return new AttachEvent.PiSilent(_pi.Id, e.Message);
        }
    }

    private static PiSilenceKind MannerOf(Exception e) => e switch
    {
        UsbIpClosedException { Unanswered: true } => PiSilenceKind.ClosedUnanswered,
        UsbIpRefusedException => PiSilenceKind.Refused,
        UsbIpFormatException or UsbIpProtocolException => PiSilenceKind.NotUnderstood,
        _ => PiSilenceKind.NoAnswer,
    };
}
