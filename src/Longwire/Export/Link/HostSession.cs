using System.Net.Sockets;
using Longwire.Export.Stock;
using Longwire.Link.Errors;
using Longwire.Link.Frames;
using Longwire.Link.Liveness;
using Longwire.Link.Session;
using Longwire.Link.Tls;
using Longwire.Link.Wire;
using Longwire.Platform;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Relay;
using Longwire.UsbIp.Urbs;
using Longwire.UsbIp.Usb;
using Microsoft.Extensions.Logging;

namespace Longwire.Export.Link;

/// <summary>
/// One stick carried to one host, over one connection after the other. usbip-host has one end of a socket pair: it does not notice when the
/// host is away, and what the stick says meanwhile is read ahead.
/// </summary>
internal sealed class HostSession : ISessionCarrier, IAsyncDisposable
{
    private static readonly LossCause s_overtaken = new(LossKind.Ended, "a later connection came");

    private readonly Lock _gate = new();
    private readonly LinkSession _session;
    private readonly TimeSpan _keptFor;
    private readonly HostSessionContext _around;
    private readonly Socket _ours, _kernels;
    private readonly CancellationTokenSource _over = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _said = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer _expiry;
    private readonly HostSilence _silence;
    private volatile FramePump? _frames;
    private KernelStream? _kernel;
    private byte[]? _offer;
    private Task _lastConnection = Task.CompletedTask;
    private uint _latest;

    /// <param name="hello">The first one.</param>
    /// <param name="longestHold">A host is not waited for longer than this.</param>
    public HostSession(Hello hello, Client.Host client, BusId busId, TimeSpan longestHold, HostSessionContext around)
    {
        (Owner, BusId, TakesOver, _around) = (client, busId, hello.TakeOver, around);
        _silence = new HostSilence(around.Timers);
        _session = new LinkSession(hello.SessionId, LinkWindow.Default, UrbFraming.MaxAnswer);
        _keptFor = (hello.Hold < longestHold ? hello.Hold : longestHold) + LinkTimers.KeptLonger;
        (_ours, _kernels) = SocketPair.Create();
        _expiry = around.Time.CreateTimer(
            static session => ((HostSession)session!).End(EndReason.HoldExpired), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public SessionId Id => _session.Id;

    public Client.Host Owner { get; }

    public BusId BusId { get; }

    /// <summary>Its host wants the stick though another one has it, if that is away.</summary>
    public bool TakesOver { get; }

    public Client Client => Owner;
    public Socket KernelEnd => _kernels;
    public Task Ended => _ended.Task;

    /// <summary>Nothing is heard of its host.</summary>
    public bool IsAway
    {
        get
        {
            lock (_gate) return _session.State == LinkState.Lost;
        }
    }

    /// <summary>It has ended in favour of another key's host.</summary>
    public bool IsTakenOver
    {
        get
        {
            lock (_gate) return _session.EndReason == EndReason.TakenOver;
        }
    }

    public void End() => End(EndReason.Stopping);

    /// <summary>
    /// The same host may have it afresh: what an earlier run of it, or an earlier attempt of this one, has left. Another host may have what
    /// is only kept for one that is away, if a person there wants it so.
    /// </summary>
    public bool TryTakeFrom(ISessionCarrier other)
    {
        if (other is not HostSession theirs) return false;
        if (Owner.MayTakeFrom(theirs.Owner))
        {
            theirs.End(EndReason.Superseded);
            return true;
        }
        return TakesOver && Owner.Key != theirs.Owner.Key && theirs.TryGiveTo(Owner);
    }

    /// <summary>The kernel has the stick: until it has ended, whoever ended it.</summary>
    /// <param name="offer">What the host is told first.</param>
    public async Task RunAsync(Offer offer)
    {
        var relay = new ExportRelay(new ExportRelayOptions { StatusBytes = StatusBytesOf(offer.Device.Id) });
        var kernel = new KernelStream(_ours, _session, relay, _gate, () => _around.Now);
        (_kernel, _offer) = (kernel, StockOffers.EncodeImport(offer));
        // A host whose first connection comes to nothing has lost it already.
        _expiry.Change(_keptFor, Timeout.InfiniteTimeSpan);
        // A kernel that takes nothing at the moment must not keep it from ending.
        await using CancellationTokenRegistration over = _over.Token.Register(() => _ours.TryShutdown());
        try
        {
            Task<string?> reading = kernel.ReadAsync(() => _frames?.Send());
            Task<string?> writing = kernel.WriteAsync(() => _frames?.Send(), _over.Token);
            Task<string?> first = await Task.WhenAny(reading, writing);
            string? fault = await first;
            if (fault is not null) HostLog.Broken(About, Owner, BusId.ToString(), fault);
            // A kernel that has ended is found so by whoever of the two is at it.
            End(first == reading || fault is null ? EndReason.KernelClosed : EndReason.ProtocolError);
            _ours.TryShutdown();
            await Task.WhenAll(reading, writing);
        }
        finally
        {
            _ended.TrySetResult();
        }
        // The host is told over the connection that stands, if one does.
        await _said.Task.WaitAsync(LinkTimers.EndAnswer, _around.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _frames?.End(new LossCause(LossKind.Ended, "the session is over"));
        Task last;
        lock (_gate) last = _lastConnection;
        await last;
    }

    /// <summary>One connection of it, until that is lost.</summary>
    public async Task CarryOverAsync(LinkConnection connection, Hello hello, CancellationToken cancellationToken)
    {
        RefusalReason no = await TryCarryOverAsync(connection, hello, cancellationToken);
        // Nobody waits for this one any more: whoever comes meanwhile has its turn.
        if (no != RefusalReason.None) await HostRefusal.SayAsync(connection, no, _around.Time, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _expiry.DisposeAsync();
        _ours.Dispose();
        _kernels.Dispose();
        _over.Dispose();
    }

    private ILogger About => _around.Logger.About("hosts", Owner.ToString());

    // ftdi_sio's chips begin each packet with two bytes of their own, and send them alone sixty times a second.
    private static int StatusBytesOf(UsbId id) => id.Vendor == 0x0403 ? 2 : 0;

    /// <summary>The first reason counts.</summary>
    public void End(EndReason reason)
    {
        lock (_gate) _session.End(reason);
        _frames?.Send();
        _over.TryCancel();
    }

    // Whether the host is away, and the end, under one lock: of this and its return one comes first, and the other finds that.
    private bool TryGiveTo(Client.Host another)
    {
        TimeSpan silent;
        bool isHeld, isGiven;
        lock (_gate)
        {
            silent = _silence.Since(_frames);
            isHeld = _session.State == LinkState.Lost && silent >= LinkTimers.LostAfter;
            if (isHeld) _session.End(EndReason.TakenOver);
            // One that is over is nobody's any more, and about to be given back.
            isGiven = _session.State == LinkState.Ended;
        }
        if (isHeld) HostLog.TakenOver(About, another, BusId.ToString(), Owner, silent.TotalSeconds);
        if (isGiven) End(EndReason.TakenOver);
        else HostLog.NotGiven(About, another, BusId.ToString(), Owner, silent.TotalSeconds);
        return isGiven;
    }

    private async Task<RefusalReason> TryCarryOverAsync(LinkConnection connection, Hello hello, CancellationToken cancellationToken)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task before;
        FramePump? overtaken;
        lock (_gate)
        {
            // One that comes late disturbs nobody, and waits for nobody.
            if (hello.Epoch <= _latest) return RefusalReason.OldEpoch;
            _latest = hello.Epoch;
            _silence.Greeted();
            (before, _lastConnection, overtaken) = (_lastConnection, ended.Task, _frames);
        }
        try
        {
            // Its end was not noticed here.
            overtaken?.End(s_overtaken);
            await before;
            // What is on its way to the kernel is awaited: only then can be said what it has.
            await _kernel!.WhenWrittenAsync().WaitAsync(cancellationToken);
            RefusalReason no = Accept(hello, out Welcome welcome);
            if (no == RefusalReason.None) await CarryAsync(connection, welcome, cancellationToken);
            return no;
        }
        finally
        {
            ended.SetResult();
        }
    }

    private RefusalReason Accept(Hello hello, out Welcome welcome)
    {
        lock (_gate)
        {
            welcome = _around.Welcome;
            // Another came while it waited for its turn.
            if (hello.Epoch < _latest) return RefusalReason.OldEpoch;
            Welcome identity = welcome with { Silence = _frames?.SilentFor ?? TimeSpan.Zero };
            try
            {
                if (!_session.TryAccept(hello, identity, out welcome, out RefusalReason no))
                    return _session.EndReason == EndReason.TakenOver ? RefusalReason.TakenOver : no;
            }
            catch (LinkProtocolException)
            {
                welcome = identity;
                return RefusalReason.ProtocolError;
            }
            if (_offer is { } offer)
            {
                _offer = null;
                _session.TrySend(offer, _around.Now, out _);
            }
            _kernel!.Resume();
            _expiry.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return RefusalReason.None;
        }
    }

    private async Task CarryAsync(LinkConnection connection, Welcome welcome, CancellationToken cancellationToken)
    {
        var frames = new FramePump(
            connection, new SessionFrames(_session, welcome.Epoch, _gate, () => _around.Now, Changed), _around.Timers, _around.Origin);
        bool isBack = _frames is not null;
        try
        {
            await Handshake.WelcomeAsync(connection, welcome, cancellationToken);
            connection.BePrompt();
            bool isOvertaken;
            lock (_gate) (_frames, isOvertaken) = (frames, _latest > welcome.Epoch);
            // By one that found nothing to end yet.
            if (isOvertaken) frames.End(s_overtaken);
            if (isBack) HostLog.Back(About, Owner, BusId.ToString());
            _kernel!.Changed();
            await using CancellationTokenRegistration stop = cancellationToken.Register(End);
            await frames.RunAsync();
        }
        finally
        {
            connection.Abort();
            Lost(welcome.Epoch);
        }
    }

    private void Lost(uint epoch)
    {
        bool isOver;
        lock (_gate)
        {
            _session.Lost(epoch);
            isOver = _session.State == LinkState.Ended;
            if (!isOver) _kernel!.Hold();
        }
        _kernel!.Changed();
        if (isOver)
        {
            _said.TrySetResult();
            End(EndReason.Requested);
            return;
        }
        HostLog.Away(About, Owner, BusId.ToString());
        _expiry.Change(_keptFor, Timeout.InfiniteTimeSpan);
    }

    private void Changed()
    {
        _kernel!.Changed();
        bool isOver;
        lock (_gate) isOver = _session.State == LinkState.Ended;
        if (!isOver) return;
        // Ended by the host, or our end was answered. What came before it is written to the kernel by then, or is of no use any more.
        _said.TrySetResult();
        End(EndReason.Requested);
    }
}
