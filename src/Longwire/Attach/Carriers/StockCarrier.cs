using System.Net.Sockets;
using System.Runtime.InteropServices;
using Longwire.Platform;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Net;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.Attach.Carriers;

/// <summary>
/// A TCP connection to a stock usbipd, or to a Longwire that speaks as one, over which a stick was imported. The kernel gets the socket
/// itself.
/// </summary>
/// <param name="connection">Becomes the carrier's to dispose.</param>
internal sealed class StockCarrier(UsbIpConnection connection, ExportedDevice device) : ICarrier
{
    public ExportedDevice Device => device;

    /// <summary>The local TCP port: a usbipd that missed our end lets go of the stick when the same port calls again.</summary>
    public CarrierMemory Memory { get; } = new(connection.LocalEndPoint.Port);

    /// <summary>What is said of a Pi that fell silent.</summary>
    public const string Silent = "the Pi stopped answering";

    /// <summary>For whoever carries in the kernel's place.</summary>
    public UsbIpConnection Connection => connection;

    public SafeHandle Start(Action changed) => connection.Socket.SafeHandle;

    public void Know(DeviceIdentity identity)
    {
    }

    // The connection is the kernel's.
    public void MayHold()
    {
    }

    public CarrierHold? ReadHold() => null;

    public int Reseats => 0;

    public ExportedDevice DeviceNow => device;

    public void StickIsAt(BusId busId)
    {
    }

    public bool FarIsGone() => false;

    public async Task<DeviceIdentity> ReadIdentityAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await connection.ReadIdentityAsync(device, cancellationToken);
        }
        catch (TimeoutException e)
        {
            // The Pi has given the stick, so this is the stick's silence.
            throw new CarrierException(new AttachOutcome.Failed(e.Message), e);
        }
    }

    // What ended the connection stays readable on our copy of the socket after the kernel let go of its own.
    public CarrierEnd? ReadEnd() => TryReadTcpInfo() is { } info ? EndOf(info) : Closed();

    public CarrierFigures ReadFigures() =>
        TryReadTcpInfo() is { } info
            ? new CarrierFigures(info.RoundTripTime, info.LastAckReceived)
            {
                Received = info.BytesReceived,
                SlowestAnswer = connection.SlowestAnswer,
                LeavesTextUnanswered = connection.LeavesTextUnanswered,
            }
            : default;

    /// <summary>
    /// Whether the Pi acknowledges nothing of what it was sent; null: the connection has ended. Acknowledgements, not answers: a stick that
    /// takes its time is there.
    /// </summary>
    public bool? IsSilent() => TryReadTcpInfo() is { State: TcpState.Established } info
        ? info is { Unacked: > 0, LastAckReceived: { } silence } && silence >= AttachTimers.HeldAfter
        : null;

    public void Shutdown() => connection.Socket.TryShutdown();

    public ValueTask DisposeAsync()
    {
        connection.Dispose();
        return ValueTask.CompletedTask;
    }

    // The socket's own error would tell a reset from a close and a time-out from both, but vhci_hcd reads it first, and reading takes it.
    internal static CarrierEnd? EndOf(TcpInfo info) => info switch
    {
        { State: TcpState.Established } => null,
        { LastAckReceived: { } silence } when silence >= AttachTimers.Silence =>
            new CarrierEnd(CarrierEndCause.PeerSilent, Silent),
        _ => Closed(),
    };

    private static CarrierEnd Closed() =>
        new(CarrierEndCause.Closed, "the Pi closed the connection: the stick was unplugged, or its export stopped");

    private TcpInfo? TryReadTcpInfo()
    {
        try
        {
            return TcpInfo.Read(connection.Socket);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }
}
