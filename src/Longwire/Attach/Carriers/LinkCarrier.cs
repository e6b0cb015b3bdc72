using System.Net.Sockets;
using System.Runtime.InteropServices;
using Longwire.Attach.Pis;
using Longwire.Link.Errors;
using Longwire.Link.Frames;
using Longwire.Link.Liveness;
using Longwire.Link.Session;
using Longwire.Link.Wire;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Proxy;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.Attach.Carriers;

/// <summary>
/// A session with a Longwire on the Pi, over one connection after the other. vhci_hcd gets one end of a socket pair, and the proxy between
/// that and the session knows every URB: so the tty outlives a network that is away, and nothing is lost, doubled or delivered late. The
/// price: all of it ends with this process.
/// </summary>
internal sealed class LinkCarrier : ICarrier
{
    private readonly LinkSession _session;
    private readonly Lock _gate;
    private readonly SessionReconnect _reconnect;
    private readonly UrbProxyOptions _options;
    private readonly TimeSpan _replug;
    private readonly LinkClock _clock;
    private readonly IDisposable _attention;
    private readonly SessionStream _stream;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ExportedDevice? _device;
    private TimeSpan _connectTime;
    private volatile FramePump? _frames;
    private volatile CarrierHold? _held;
    private volatile CarrierEnd? _end;
    private volatile DeviceIdentity? _identity;
    private volatile ImportedDevice? _imported;
    private volatile UrbPump? _pump;
    private volatile LinkFar? _far;
    private volatile bool _mayHold;
    private Socket? _kernels;
    private Action _changed = static () => { };
    private Task _carrying = Task.CompletedTask, _hostEnding = Task.CompletedTask;

    /// <param name="session">As it was said hello for.</param>
    /// <param name="gate">Guards the session, and later the proxy.</param>
    /// <param name="reconnect">Gets it another connection.</param>
    /// <param name="replug">How long it stays once the Pi has forgotten the session.</param>
    /// <param name="attention">To the Pi's silence (<see cref="IPiLink.Attend"/>); becomes the carrier's to dispose.</param>
    public LinkCarrier(
        LinkSession session, Lock gate, SessionReconnect reconnect, TimeSpan replug, UrbProxyOptions options, LinkClock clock,
        IDisposable attention)
    {
        (_session, _gate, _reconnect, _replug, _options, _clock, _attention) =
            (session, gate, reconnect, replug, options, clock, attention);
        _stream = new SessionStream(session, gate, () => clock.Now, () => _frames?.Send(), clock.Time);
    }

    public ExportedDevice Device => _device!;

    // The Pi knows us by our key, and a later start of ours takes what an earlier one had.
    public CarrierMemory Memory => default;

    /// <summary>Carries, and reads what the Pi gives. Must be called first.</summary>
    /// <param name="first">Over which the session was welcomed; becomes the carrier's to dispose.</param>
    /// <exception cref="IOException">It gave nothing.</exception>
    public async Task BeginAsync(PiConnection first, CancellationToken cancellationToken)
    {
        _connectTime = first.ConnectTime;
        if (!await IsWelcomeAsync(first)) throw new LinkProtocolException("it has welcomed another connection than this one");
        _carrying = CarryAsync(first);
        _device = await _stream.ReadDeviceAsync(cancellationToken);
    }

    public async Task<DeviceIdentity> ReadIdentityAsync(CancellationToken cancellationToken)
    {
        _imported = new ImportedDevice(_stream, "the Pi", Device, _connectTime, _clock.Time);
        return _identity = await _imported.ReadIdentityAsync(cancellationToken);
    }

    public SafeHandle Start(Action changed)
    {
        if (_kernels is null)
        {
            _changed = changed;
            (Socket ours, _kernels) = SocketPair.Create();
            UrbProxyOptions options = _options with { Ports = RadioPorts.Of(_identity!, _options.Stale) };
#pragma warning disable CA2000 // It is the carrier's, and disposed with it.
            var pump = new UrbPump(ours, new UrbProxy(Device.DevId, options), _gate, _clock.Time);
#pragma warning restore CA2000
            var far = new LinkFar(pump, _session, () => _clock.Now);
            far.CarryOver(_frames);
            pump.CarryWith(far);
            (_pump, _far) = (pump, far);
            pump.Start(static () => { });
            _hostEnding = ShutdownWithHostAsync(pump);
        }
        return _kernels.SafeHandle;
    }

    public void MayHold()
    {
        if (!_reconnect.Waits) return;
        _mayHold = true;
        _pump!.AskAhead(SerialLayout.AskedAtClose(_identity!));
    }

    public CarrierHold? ReadHold() => _held;

    // A Pi offers us what it keeps for us while we are away. Whether it still has the session, it says when that is resumed.
    public bool FarIsGone() => _mayHold;

    public CarrierEnd? ReadEnd() => _end;

    public CarrierFigures ReadFigures() => new(_frames?.RoundTrip ?? _connectTime, _frames?.SilentFor)
    {
        Received = (ulong?)_far?.Received,
        SlowestAnswer = _imported?.SlowestAnswer,
        LeavesTextUnanswered = _imported?.LeavesTextUnanswered == true,
        Urbs = _pump?.ReadFigures(),
    };

    public void Shutdown()
    {
        lock (_gate) _session.End(_pump?.Fault is null ? EndReason.Requested : EndReason.ProtocolError);
        _frames?.Send();
        _stopped.TrySetResult();
        _stopping.Cancel();
        _pump?.EndHost();
    }

    public async ValueTask DisposeAsync()
    {
        Shutdown();
        try
        {
            await _carrying;
            await _hostEnding;
        }
        finally
        {
            if (_pump is not null) await _pump.DisposeAsync();
            if (_far is not null) await _far.WhenIdleAsync();
            _kernels?.Dispose();
            _stopping.Dispose();
            _attention.Dispose();
        }
    }

    private async Task<bool> IsWelcomeAsync(PiConnection first)
    {
        bool isWelcome = false;
        try
        {
            lock (_gate) isWelcome = _session.TryWelcome(first.Welcome);
            return isWelcome;
        }
        finally
        {
            // Nobody else has it yet.
            if (!isWelcome) await first.Connection.DisposeAsync();
        }
    }

    private async Task ShutdownWithHostAsync(UrbPump pump)
    {
        await pump.HostEnded;
        Shutdown();
    }

    private async Task CarryAsync(PiConnection first)
    {
        CarrierEnd? end = null;
        try
        {
            end = await EndAsync(first);
        }
        finally
        {
            // What was told of a hold stays as it is: the port is on its way out, and nothing was resumed.
            _end = end ?? new CarrierEnd(CarrierEndCause.Closed, "it ended here");
            _stream.End(_end.Reason);
            _pump?.EndHost();
            _changed();
        }
    }

    private async Task<CarrierEnd> EndAsync(PiConnection connection)
    {
        while (true)
        {
            LossCause loss = await CarryOverAsync(connection);
            if (_pump?.Fault is { } fault) return new CarrierEnd(CarrierEndCause.Closed, fault);
            bool isOver;
            lock (_gate)
            {
                _session.Lost(_session.Epoch);
                isOver = _session.State == LinkState.Ended;
                if (!isOver && _mayHold && _pump is not null) _pump.Proxy.Hold(_pump.Now);
            }
            if (isOver) return new CarrierEnd(CarrierEndCause.Closed, SessionEndText.Of(_session.EndReason));
            if (!_mayHold || _pump is null) return new CarrierEnd(CauseOf(loss), ReasonOf(loss));
            _pump.Send();
            Tell(ReasonOf(loss));
            (PiConnection? next, string? why) = await _reconnect.TryAsync(_session, _gate, _frames!.SilentFor, _stopping.Token);
            if (next is null) return why is null ? new CarrierEnd(CauseOf(loss), ReasonOf(loss)) : await RefusedAsync(why);
            Resume(_pump, _far!);
            connection = next;
        }
    }

    // The Pi has answered, so it is not its silence that ends this.
    private async Task<CarrierEnd> RefusedAsync(string why)
    {
        if (_reconnect.IsForgotten && _replug > TimeSpan.Zero)
        {
            Tell(why, isOver: true);
            // Whoever knows that the stick is there, or there again, shuts this down.
            Task waited = _stopped.Task.WaitAsync(_replug, _clock.Time);
            await waited.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (waited.IsFaulted) why = SessionEndText.Of(EndReason.SubjectGone);
        }
        return new CarrierEnd(CarrierEndCause.Closed, why);
    }

    private async Task<LossCause> CarryOverAsync(PiConnection connection)
    {
        connection.Connection.BePrompt();
        var frames = new FramePump(
            connection.Connection,
            new SessionFrames(_session, _session.Epoch, _gate, () => _clock.Now, SessionChanged),
            _clock.Timers,
            _clock.Origin);
        _frames = frames;
        _far?.CarryOver(frames);
        if (_held is not null) Tell(null);
        Task<LossCause> running = frames.RunAsync();
        await Task.WhenAny(running, _stopped.Task, _ended.Task);
        if (!running.IsCompleted)
        {
            // Whoever says the end first waits for the other's, and closes: both have a second for it.
            bool isOurs;
            lock (_gate) isOurs = !_session.EndedByPeer;
            Task answered = isOurs ? Task.WhenAny(running, _ended.Task) : running;
            await answered.WaitAsync(LinkTimers.EndAnswer, _clock.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            frames.End(new LossCause(LossKind.Ended, "it is not wanted any more"));
        }
        LossCause loss = await running;
        // All that has come is taken, and nothing feeds the kernel any more, before anything is said of it.
        SessionChanged();
        await connection.Connection.DisposeAsync();
        return loss;
    }

    private void SessionChanged()
    {
        if (_far is { } far) far.Changed();
        else _stream.Changed();
        bool isOver;
        lock (_gate) isOver = _session.State == LinkState.Ended;
        if (isOver) _ended.TrySetResult();
    }

    private void Resume(UrbPump pump, LinkFar far)
    {
        lock (_gate)
        {
            long received = far.Withdraw();
            pump.Proxy.Resume(pump.Now, received, _reconnect.StoodStill);
        }
        pump.Send();
    }

    private void Tell(string? away, bool isOver = false)
    {
        _held = away is null ? null : new CarrierHold(_clock.Time.GetTimestamp(), away) { IsOver = isOver };
        _changed();
    }

    private static CarrierEndCause CauseOf(LossCause loss) =>
        loss.Kind == LossKind.Silent ? CarrierEndCause.PeerSilent : CarrierEndCause.Closed;

    private static string ReasonOf(LossCause loss) => loss.Kind == LossKind.Silent ? StockCarrier.Silent : loss.Reason;
}
