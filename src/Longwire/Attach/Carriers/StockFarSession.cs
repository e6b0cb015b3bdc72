using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.Attach.Carriers;

/// <summary>A connection to a stock usbipd over which a stick was imported, with the proxy in the kernel's place.</summary>
/// <param name="stock">Becomes the session's to dispose.</param>
internal sealed class StockFarSession(StockCarrier stock, TimeProvider time) : IFarSession
{
    private volatile Action _said = static () => { };
    private volatile bool _mayHold;

    public ExportedDevice Device => stock.Device;

    public string? BootId => null;

    public CarrierMemory Memory => stock.Memory;

    public Task<DeviceIdentity> ReadIdentityAsync(CancellationToken cancellationToken) => stock.ReadIdentityAsync(cancellationToken);

    public Task ConfigureAsync(IReadOnlyList<SetupPacket> requests, CancellationToken cancellationToken) =>
        stock.Connection.ConfigureAsync(Device, requests, cancellationToken);

    public async Task<FarEnd> CarryAsync(UrbPump pump, Action<string?> away)
    {
        await using var stream = new StockStream(pump, time);
        _said = stream.Said;
        await stream.CarryAsync(
            stock.Connection.Socket,
            () => _mayHold ? stock.IsSilent() : false,
            held => away(held ? StockCarrier.Silent : null));
        _said = static () => { };
        CarrierEnd end = stock.ReadEnd() ?? new CarrierEnd(CarrierEndCause.Closed, "the connection ended");
        return new FarEnd(end, stock.ReadFigures().LastAck ?? TimeSpan.Zero, IsFinal: false);
    }

    public void HostSaid() => _said();

    public void MayHold() => _mayHold = true;

    public bool SaysItsEnd => false;

    // Its list is all that tells so, and that is to be believed: the stick is asked for anew, by which the Pi says what is true.
    public void PeerIsGone() => stock.Shutdown();

    public CarrierEnd? ReadEnd() => stock.ReadEnd();

    public CarrierFigures ReadFigures() => stock.ReadFigures();

    public void Shutdown() => stock.Shutdown();

    public ValueTask DisposeAsync() => stock.DisposeAsync();
}
