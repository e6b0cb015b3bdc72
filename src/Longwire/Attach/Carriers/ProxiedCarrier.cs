using System.Net.Sockets;
using System.Runtime.InteropServices;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Proxy;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.Attach.Carriers;

/// <summary>
/// Connections to a stock usbipd, one after the other, behind one port: vhci_hcd gets one end of a socket pair, and the proxy between
/// that and the connection knows every URB. A connection that is lost is waited for, and another session with the same stick takes its
/// place. The price: all of it ends with this process.
/// </summary>
internal sealed class ProxiedCarrier : ICarrier
{
    private readonly StockCarrier _first;
    private readonly StockReseat _reseat;
    private readonly TimeSpan _hold;
    private readonly UrbProxyOptions _options;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private volatile StockCarrier _far;
    private volatile CarrierHold? _held;
    private volatile CarrierEnd? _end;
    private volatile bool _mayHold;
    private volatile DeviceIdentity? _identity;
    private Socket? _kernels;
    private volatile UrbPump? _pump;
    private StockStream? _stream;
    private Action _changed = static () => { };
    private Task _carrying = Task.CompletedTask;

    /// <param name="first">The connection over which the stick was imported; becomes the carrier's to dispose.</param>
    /// <param name="reseat">Asks for the stick again.</param>
    /// <param name="hold">
    /// How long a lost connection is waited for, more than zero; at most <see cref="AttachTimers.StockHold"/> of it.
    /// </param>
    public ProxiedCarrier(StockCarrier first, StockReseat reseat, TimeSpan hold, UrbProxyOptions options, TimeProvider time)
    {
        (_first, _far, _reseat, _options, _time) = (first, first, reseat, options, time);
        _hold = hold < AttachTimers.StockHold ? hold : AttachTimers.StockHold;
    }

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
            UrbProxyOptions options = _options with { Ports = RadioPorts.Of(_identity!, _options.Stale) };
            _pump = new UrbPump(ours, new UrbProxy(Device.DevId, options), new Lock(), _time);
            _stream = new StockStream(_pump, _time);
            _pump.Start(_stream.Said);
            _carrying = CarryAsync(_pump, _stream);
        }
        return _kernels.SafeHandle;
    }

    public void MayHold()
    {
        _mayHold = true;
        _pump!.AskAhead(SerialLayout.AskedAtClose(_identity!));
    }

    public CarrierHold? ReadHold() => _held;

    public bool FarIsGone()
    {
        if (!_mayHold) return false;
        if (_held is null) _far.Shutdown();
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
            if (_pump is not null) await _pump.DisposeAsync();
            if (_stream is not null) await _stream.DisposeAsync();
            _kernels?.Dispose();
            await _far.DisposeAsync();
            _stopping.Dispose();
        }
    }

    private async Task CarryAsync(UrbPump pump, StockStream stream)
    {
        try
        {
            _end = await EndAsync(pump, stream);
        }
        finally
        {
            // What was told of a hold stays as it is: the port is on its way out, and nothing was resumed.
            pump.EndHost();
            _changed();
        }
    }

    /// <returns>How it ended; null: as its last connection did.</returns>
    private async Task<CarrierEnd?> EndAsync(UrbPump pump, StockStream stream)
    {
        long? reseated = null;
        while (true)
        {
            StockCarrier far = _far;
            await stream.CarryAsync(
                far.Connection.Socket, () => _mayHold ? far.IsSilent() : false, held => Tell(held ? StockCarrier.Silent : null));
            if (pump.Fault is { } fault) return new CarrierEnd(CarrierEndCause.Closed, fault);
            if (pump.HostEnded.IsCompleted || !_mayHold) return null;
            CarrierEnd lost = far.ReadEnd() ?? new CarrierEnd(CarrierEndCause.Closed, "the connection ended");
            // Somebody else takes the stick, or it is sick: that is for who keeps count of it, and not to be hidden behind a hold.
            if (reseated is { } before && _time.GetElapsedTime(before) < AttachTimers.ReseatLasts) return lost;
            Tell(lost.Reason);
            TimeSpan left = _hold - (far.ReadFigures().LastAck ?? TimeSpan.Zero);
            // Its local port is wanted for the next: by that a usbipd that missed our end knows that the last connection is over.
            await far.DisposeAsync();
            (StockCarrier? next, string? why) = await WaitForAsync(pump, far, left);
            if (next is null) return why is null ? lost : new CarrierEnd(CarrierEndCause.Closed, why);
            _far = next;
            reseated = _time.GetTimestamp();
            pump.Reattach(next.Device.DevId);
            Tell(null);
        }
    }

    // So long is counted from what was heard last, not from when TCP had noticed.
    private async Task<(StockCarrier? Next, string? Why)> WaitForAsync(UrbPump pump, StockCarrier lost, TimeSpan left)
    {
        using var over = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, over.Token);
        Task<(StockCarrier? Next, string? Why)> asking = _reseat.AskAsync(lost, _identity!, pump.StandardRequests(), either.Token);
        // Detached meanwhile: whoever holds the port has gone.
        if (await Task.WhenAny(asking, pump.HostEnded) == pump.HostEnded) await either.CancelAsync();
        return await asking;
    }

    private void Tell(string? away)
    {
        _held = away is null ? null : new CarrierHold(_time.GetTimestamp(), away);
        _changed();
    }
}
