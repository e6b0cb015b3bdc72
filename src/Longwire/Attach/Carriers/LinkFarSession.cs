using Longwire.Attach.Pis;
using Longwire.Link.Errors;
using Longwire.Link.Frames;
using Longwire.Link.Liveness;
using Longwire.Link.Session;
using Longwire.Link.Wire;
using Longwire.Platform;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.Attach.Carriers;

/// <summary>
/// A session with a Longwire on the Pi, over one connection after the other: while the network is away the same session is held, and
/// nothing of it is lost.
/// </summary>
internal sealed class LinkFarSession : IFarSession
{
    private readonly LinkSession _session;
    private readonly Lock _gate;
    private readonly SessionReconnect _reconnect;
    private readonly LinkClock _clock;
    private readonly SessionStream _stream;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ExportedDevice? _device;
    private TimeSpan _connectTime;
    private volatile FramePump? _frames;
    private volatile FarEnd? _end;
    private volatile ImportedDevice? _imported;
    private volatile UrbPump? _pump;
    private volatile LinkFar? _far;
    private volatile bool _mayHold;
    private Action<string?> _away = static _ => { };
    private Task<FarEnd>? _carrying;

    /// <param name="session">As it was said hello for.</param>
    /// <param name="gate">Guards the session, and the proxy.</param>
    /// <param name="reconnect">Gets it another connection.</param>
    public LinkFarSession(LinkSession session, Lock gate, SessionReconnect reconnect, LinkClock clock)
    {
        (_session, _gate, _reconnect, _clock) = (session, gate, reconnect, clock);
        _stream = new SessionStream(session, gate, () => clock.Now, () => _frames?.Send(), clock.Time);
    }

    public ExportedDevice Device => _device!;

    public string? BootId { get; private set; }

    // The Pi knows us by our key, and a later start of ours takes what an earlier one had.
    public CarrierMemory Memory => default;

    /// <summary>Carries, and reads what the Pi gives. Must be called first.</summary>
    /// <param name="first">Over which the session was welcomed; becomes the session's to dispose.</param>
    /// <exception cref="IOException">It gave nothing.</exception>
    public async Task BeginAsync(PiConnection first, CancellationToken cancellationToken)
    {
        (_connectTime, BootId) = (first.ConnectTime, first.Welcome.BootId);
        if (!await IsWelcomeAsync(first)) throw new LinkProtocolException("it has welcomed another connection than this one");
        _carrying = CarryAsync(first);
        _device = await _stream.ReadDeviceAsync(cancellationToken);
        _imported = new ImportedDevice(_stream, "the Pi", Device, _connectTime, _clock.Time);
    }

    public Task<DeviceIdentity> ReadIdentityAsync(CancellationToken cancellationToken) =>
        _imported!.ReadIdentityAsync(cancellationToken);

    public Task ConfigureAsync(IReadOnlyList<SetupPacket> requests, CancellationToken cancellationToken) =>
        _imported!.ConfigureAsync(requests, cancellationToken);

    public async Task<FarEnd> CarryAsync(UrbPump pump, Action<string?> away)
    {
        _away = away;
        var far = new LinkFar(pump, _session, () => _clock.Now);
        far.CarryOver(_frames);
        pump.CarryWith(far);
        (_pump, _far) = (pump, far);
        far.Send();
        far.Changed();
        if (await Task.WhenAny(_carrying!, pump.HostEnded) == pump.HostEnded) Shutdown();
        FarEnd end = await _carrying!;
        lock (pump.Gate)
        {
            // In one step: what is for the next session must not be taken by this one, nor what this one still brings reach the proxy.
            far.Close();
            pump.CarryWith(null);
            pump.Proxy.FarEnded(pump.Now);
        }
        pump.Send();
        await far.WhenIdleAsync();
        return end;
    }

    // Its pings notice.
    public void HostSaid()
    {
    }

    public void MayHold() => _mayHold = true;

    public bool SaysItsEnd => true;

    // A Pi offers us what it keeps for us while we are away. Whether it still has the session, it says when that is resumed.
    public void PeerIsGone()
    {
    }

    public CarrierEnd? ReadEnd() => _end?.End;

    public CarrierFigures ReadFigures() => new(_frames?.RoundTrip ?? _connectTime, _frames?.SilentFor)
    {
        Received = (ulong?)_far?.Received,
        SlowestAnswer = _imported?.SlowestAnswer,
        LeavesTextUnanswered = _imported?.LeavesTextUnanswered == true,
    };

    public void Shutdown()
    {
        lock (_gate) _session.End(_pump?.Fault is null ? EndReason.Requested : EndReason.ProtocolError);
        _frames?.Send();
        _stopped.TrySetResult();
        _stopping.TryCancel();
    }

    public async ValueTask DisposeAsync()
    {
        Shutdown();
        if (_carrying is not null) await _carrying;
        _stopping.Dispose();
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

    private async Task<FarEnd> CarryAsync(PiConnection first)
    {
        FarEnd? end = null;
        try
        {
            end = await EndAsync(first);
            return end;
        }
        finally
        {
            _end = end ?? new FarEnd(new CarrierEnd(CarrierEndCause.Closed, "it ended here"), TimeSpan.Zero, IsFinal: true);
            _stream.End(_end.End.Reason);
        }
    }

    private async Task<FarEnd> EndAsync(PiConnection connection)
    {
        while (true)
        {
            LossCause loss = await CarryOverAsync(connection);
            bool isOver;
            lock (_gate)
            {
                _session.Lost(_session.Epoch);
                isOver = _session.State == LinkState.Ended;
                if (!isOver && _mayHold && _pump is { Fault: null } held) held.Proxy.Hold(held.Now);
            }
            if (isOver) return EndOf(_session.EndReason, SessionEndText.Of(_session.EndReason), TimeSpan.Zero);
            if (!_mayHold || _pump is not { Fault: null } pump) return new FarEnd(EndOf(loss), TimeSpan.Zero, IsFinal: true);
            pump.Send();
            _away(ReasonOf(loss));
            TimeSpan silentFor = _frames!.SilentFor;
            long lost = _clock.Time.GetTimestamp();
            (PiConnection? next, string? why) = await _reconnect.TryAsync(_session, _gate, silentFor, _stopping.Token);
            TimeSpan away = silentFor + _clock.Time.GetElapsedTime(lost);
            // Where the Pi has answered, it is not its silence that ends this.
            if (next is null) return why is null ? new FarEnd(EndOf(loss), away, IsFinal: true) : EndOf(_session.EndReason, why, away);
            Resume(pump, _far!);
            connection = next;
        }
    }

    private async Task<LossCause> CarryOverAsync(PiConnection connection)
    {
        connection.Connection.BePrompt();
        var frames = new FramePump(
            connection.Connection,
            new SessionFrames(_session, _session.Epoch, _gate, () => _clock.Now, SessionChanged),
            _clock.Timers,
            _clock.Origin);
        bool isAgain = _frames is not null;
        _frames = frames;
        _far?.CarryOver(frames);
        if (isAgain) _away(null);
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

    // Whoever took it, barred us or does not understand us would do so again.
    private static FarEnd EndOf(EndReason reason, string text, TimeSpan away)
    {
        bool isFinal = reason is not (EndReason.SubjectGone or EndReason.KernelClosed or EndReason.Stopping or EndReason.HoldExpired
            or EndReason.UnknownSession);
        return new FarEnd(new CarrierEnd(CarrierEndCause.Closed, text), away, isFinal, IsExplained: true);
    }

    private static CarrierEnd EndOf(LossCause loss) => new(
        loss.Kind == LossKind.Silent ? CarrierEndCause.PeerSilent : CarrierEndCause.Closed, ReasonOf(loss));

    private static string ReasonOf(LossCause loss) => loss.Kind == LossKind.Silent ? StockCarrier.Silent : loss.Reason;
}
