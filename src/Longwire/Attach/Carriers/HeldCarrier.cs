using System.Net.Sockets;
using System.Runtime.InteropServices;
using Longwire.Attach.Pis;
using Longwire.Platform;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Proxy;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.Attach.Carriers;

/// <summary>
/// Sessions with one stick, one after the other, behind one port: vhci_hcd gets one end of a socket pair, and the proxy between that and
/// the session knows every URB. So the tty outlives a network that is away, and nothing is doubled or delivered late; a session that ends
/// is waited for, and another one with the same stick takes its place. The price: all of it ends with this process.
/// </summary>
internal sealed class HeldCarrier : ICarrier
{
    private readonly IFarSession _first;
    private readonly Lock _gate;
    private readonly Reseat _reseat;
    private readonly TimeSpan _hold;
    private readonly UrbProxyOptions _options;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private volatile IFarSession _far;
    private volatile CarrierHold? _held;
    private volatile CarrierEnd? _end;
    private volatile bool _mayHold;
    private volatile int _reseats;
    private volatile DeviceIdentity? _identity;
    private volatile UrbPump? _pump;
    private Socket? _kernels;
    private volatile StandStill? _standStill;
    private Action _changed = static () => { };
    private Task _carrying = Task.CompletedTask;

    /// <param name="first">Becomes the carrier's to dispose.</param>
    /// <param name="gate">Guards the proxy, and the state of every session.</param>
    /// <param name="reseat">Gets another session.</param>
    /// <param name="hold">How long the Pi is waited for; zero: not at all.</param>
    public HeldCarrier(IFarSession first, Lock gate, Reseat reseat, TimeSpan hold, UrbProxyOptions options, TimeProvider time) =>
        (_first, _far, _gate, _reseat, _hold, _options, _time) = (first, first, gate, reseat, hold, options, time);

    /// <summary>To the Pi's silence, for as long as this lives (<see cref="IPiLink.Attend"/>); null: it needs none.</summary>
    public IDisposable? Attention { private get; init; }

    private TimeSpan StoodStill => _standStill?.ByNow() ?? TimeSpan.Zero;

    public ExportedDevice Device => _first.Device;

    public CarrierMemory Memory => _far.Memory;

    public async Task<DeviceIdentity> ReadIdentityAsync(CancellationToken cancellationToken) =>
        _identity = await _first.ReadIdentityAsync(cancellationToken);

    public SafeHandle Start(Action changed)
    {
        if (_kernels is null)
        {
            _changed = changed;
            (Socket ours, _kernels) = SocketPair.Create();
            UrbProxyOptions options = _options with
            {
                Ports = RadioPorts.Of(_identity!, _options.Stale), Chip = SerialLayout.ChipOf(_identity!),
            };
#pragma warning disable CA2000 // It is the carrier's, and disposed with it.
            var pump = new UrbPump(ours, new UrbProxy(Device.DevId, options), _gate, _time);
#pragma warning restore CA2000
            _pump = pump;
            pump.Start(() => _far.HostSaid());
            _carrying = CarryAsync(pump);
        }
        return _kernels.SafeHandle;
    }

    public void Know(DeviceIdentity identity) => _identity = identity;

    public void MayHold()
    {
        if (_hold == TimeSpan.Zero) return;
        _mayHold = true;
        _far.MayHold();
        _pump!.AskAhead(SerialLayout.AskedAtClose(_identity!));
    }

    public CarrierHold? ReadHold() => _held;

    public int Reseats => _reseats;

    public ExportedDevice DeviceNow => _far.Device;

    public void StickIsAt(BusId busId)
    {
        if (_held is { IsOver: true }) _reseat.StickIsAt(busId);
    }

    public bool FarIsGone()
    {
        if (!_mayHold || (_held is null && !_far.SaysItsEnd && !_reseat.MayFollowClosed)) return false;
        if (_held is null) _far.PeerIsGone();
        return true;
    }

    public CarrierEnd? ReadEnd() => _end ?? (_carrying.IsCompleted || !_mayHold ? _far.ReadEnd() : null);

    public CarrierFigures ReadFigures() => _far.ReadFigures() with { Urbs = _pump?.ReadFigures() };

    public void Shutdown()
    {
        _stopping.Cancel();
        _far.Shutdown();
        _pump?.EndHost();
    }

    public async ValueTask DisposeAsync()
    {
        Shutdown();
        try
        {
            await _carrying;
        }
        finally
        {
            Attention?.Dispose();
            // A fault of the session is told by what it carried; the kernel's end has to go all the same.
            try
            {
                await _far.DisposeAsync();
            }
            finally
            {
                if (_pump is not null) await _pump.DisposeAsync();
                _kernels?.Dispose();
                _stopping.Dispose();
            }
        }
    }

    private async Task CarryAsync(UrbPump pump)
    {
        try
        {
            _end = await EndAsync(pump);
        }
        finally
        {
            // What was told of a hold stays as it is: the port is on its way out, and nothing was resumed.
            pump.EndHost();
            _changed();
        }
    }

    private async Task<CarrierEnd> EndAsync(UrbPump pump)
    {
        while (true)
        {
            IFarSession far = _far;
            FarEnd end = await far.CarryAsync(pump, why => Tell(why is null ? null : new CarrierHold(_time.GetTimestamp(), why)));
            if (pump.Fault is { } fault) return new CarrierEnd(CarrierEndCause.Closed, fault);
            if (pump.HostEnded.IsCompleted || !_mayHold || !_reseat.MayFollow(end)) return end.End;
            Tell(new CarrierHold(_time.GetTimestamp(), end.End.Reason) { IsOver = true });
            // For a stock Pi its local port is wanted for the next: by that a usbipd that missed our end knows that the last is over.
            await far.DisposeAsync();
            (IFarSession? next, string? why) = await WaitForAsync(pump, far, end);
            if (next is null) return why is null ? end.End : new CarrierEnd(CarrierEndCause.Closed, why);
            next.MayHold();
            _far = next;
            _reseats++;
            pump.Reattach(next.Device.DevId, StoodStill);
            Tell(null);
        }
    }

    private async Task<(IFarSession? Next, string? Why)> WaitForAsync(UrbPump pump, IFarSession lost, FarEnd end)
    {
        TimeSpan left = Reseat.HoldOf(lost, _identity!, _hold) - end.Away;
        using var over = new Deadline(left > TimeSpan.Zero ? left : TimeSpan.Zero, _time, _stopping.Token);
        long ended = _time.GetTimestamp();
        TimeSpan Away() => end.Away + _time.GetElapsedTime(ended) + StoodStill;
        var what = new ReseatRequest(lost, _identity!, pump.StandardRequests(), Away, left);
        Task<(IFarSession? Next, string? Why)> asking = _reseat.AskAsync(what, over.Token);
        // Detached meanwhile: whoever holds the port has gone.
        if (await Task.WhenAny(asking, pump.HostEnded) == pump.HostEnded) await _stopping.CancelAsync();
        return await asking;
    }

    private void Tell(CarrierHold? hold)
    {
        _standStill = hold is null ? null : _standStill ?? new StandStill(_time);
        _held = hold;
        _changed();
    }
}
