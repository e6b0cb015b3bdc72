using System.Net.Sockets;
using System.Runtime.InteropServices;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Net;
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
    private const string Silent = "the Pi stopped answering";

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
    private DeviceIdentity? _identity;
    private Socket? _kernels;
    private UrbPump? _pump;
    private Action _changed = static () => { };
    private Task _carrying = Task.CompletedTask;

    /// <param name="first">The connection over which the stick was imported; becomes the carrier's to dispose.</param>
    /// <param name="reseat">Asks for the stick again.</param>
    /// <param name="hold">How long a lost connection is waited for; at most <see cref="AttachTimers.StockHold"/> of it.</param>
    public ProxiedCarrier(StockCarrier first, StockReseat reseat, TimeSpan hold, UrbProxyOptions options, TimeProvider time)
    {
        (_first, _far, _reseat, _options, _time) = (first, first, reseat, options, time);
        _hold = hold < AttachTimers.StockHold ? hold : AttachTimers.StockHold;
    }

    public ExportedDevice Device => _first.Device;

    public CarrierMemory Memory => _first.Memory;

    public async Task<DeviceIdentity> ReadIdentityAsync(CancellationToken cancellationToken) =>
        _identity = await _first.ReadIdentityAsync(cancellationToken);

    public SafeHandle Start(Action changed)
    {
        if (_kernels is null)
        {
            _changed = changed;
            (Socket ours, _kernels) = SocketPair.Create();
            _pump = new UrbPump(ours, new UrbProxy(Device.DevId, _options), _time);
            _pump.Start();
            _carrying = CarryAsync(_pump);
        }
        return _kernels.SafeHandle;
    }

    public void MayHold() => _mayHold = true;

    public CarrierHold? ReadHold() => _held;

    public bool FarIsGone()
    {
        if (!_mayHold || _hold == TimeSpan.Zero) return false;
        if (_held is null) _far.Shutdown();
        return true;
    }

    public CarrierEnd? ReadEnd() => _end ?? (_carrying.IsCompleted || _hold == TimeSpan.Zero || !_mayHold ? _far.ReadEnd() : null);

    public CarrierFigures ReadFigures() => _far.ReadFigures();

    public void Shutdown()
    {
        _stopping.Cancel();
        _far.Shutdown();
        _pump?.EndHost();
    }

    public async ValueTask DisposeAsync()
    {
        Shutdown();
        await _carrying;
        if (_pump is not null) await _pump.DisposeAsync();
        _kernels?.Dispose();
        await _far.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task CarryAsync(UrbPump pump)
    {
        while (true)
        {
            StockCarrier far = _far;
            await pump.CarryAsync(far.Connection.Socket, () => IsSilent(far.Connection.Socket), held => Tell(held ? Silent : null));
            if (pump.Fault is { } fault) _end = new CarrierEnd(CarrierEndCause.Closed, fault);
            if (pump.HostEnded.IsCompleted || _end is not null || !_mayHold || _hold == TimeSpan.Zero) break;
            CarrierEnd lost = far.ReadEnd() ?? new CarrierEnd(CarrierEndCause.Closed, "the connection ended");
            Tell(lost.Reason);
            // Its local port is wanted for the next: by that a usbipd that missed our end knows that the last connection is over.
            await far.DisposeAsync();
            (StockCarrier? next, string? why) = await WaitForAsync(pump, far);
            if (next is null)
            {
                _end = why is null ? lost : lost with { Reason = why };
                break;
            }
            _far = next;
            pump.Reattach(next.Device.DevId);
            Tell(null);
        }
        // The port goes before anybody is told that nothing holds it any more.
        pump.EndHost();
        _held = null;
        _changed();
    }

    private async Task<(StockCarrier? Next, string? Why)> WaitForAsync(UrbPump pump, StockCarrier lost)
    {
        using var over = new CancellationTokenSource(_hold, _time);
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

    // Acknowledgements, not answers: a stick that takes its time is there.
    private static bool IsSilent(Socket socket)
    {
        try
        {
            TcpInfo info = TcpInfo.Read(socket);
            return info is { State: TcpState.Established, Unacked: > 0, LastAckReceived: { } silence } && silence >= AttachTimers.HeldAfter;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }
}
