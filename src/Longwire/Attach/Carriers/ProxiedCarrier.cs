using System.Net.Sockets;
using System.Runtime.InteropServices;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Proxy;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.Attach.Carriers;

/// <summary>
/// A TCP connection to a stock usbipd, as <see cref="StockCarrier"/>, but vhci_hcd gets one end of a socket pair, and the proxy between that
/// and the connection knows every URB. So an IN that is given up is never cancelled on the Pi, where that can cost the stick. The price: it
/// ends with this process.
/// </summary>
/// <param name="connection">Becomes the carrier's to dispose.</param>
internal sealed class ProxiedCarrier(UsbIpConnection connection, ExportedDevice device, TimeProvider time) : ICarrier
{
    private readonly StockCarrier _stock = new(connection, device);
    private Socket? _kernels;
    private UrbPump? _pump;

    public ExportedDevice Device => device;

    public CarrierMemory Memory => _stock.Memory;

    public Task<DeviceIdentity> ReadIdentityAsync(CancellationToken cancellationToken) => _stock.ReadIdentityAsync(cancellationToken);

    public SafeHandle Start()
    {
        if (_kernels is null)
        {
            (Socket ours, _kernels) = SocketPair.Create();
            _pump = new UrbPump(ours, connection.Socket, new UrbProxy(device.DevId, new UrbProxyOptions()), time);
            _pump.Start();
        }
        return _kernels.SafeHandle;
    }

    public CarrierEnd? ReadEnd() => _pump?.Fault is { } fault ? new CarrierEnd(CarrierEndCause.Closed, fault) : _stock.ReadEnd();

    public CarrierFigures ReadFigures() => _stock.ReadFigures();

    public void Shutdown()
    {
        _stock.Shutdown();
        _pump?.Shutdown();
    }

    public async ValueTask DisposeAsync()
    {
        if (_pump is not null) await _pump.DisposeAsync();
        _kernels?.Dispose();
        await _stock.DisposeAsync();
    }
}
