using System.Net;
using System.Net.Sockets;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Client;

/// <summary>
/// One connection to a USB/IP server: either one list, or one import, after which it carries the device's URBs and can be handed to
/// vhci_hcd. Not for use from two threads at once. After any exception only <see cref="Dispose"/> is left.
/// </summary>
public sealed class UsbIpConnection : IDisposable
{
    private UsbIpConnection(Socket socket) => Socket = socket;

    /// <summary>
    /// The descriptor that vhci_hcd is given. The kernel takes a reference of its own, and the options set here stay. Disposing our copy
    /// while the kernel holds one sends no FIN and leaves the attachment alone; <see cref="Socket.Shutdown"/> on our copy ends it.
    /// </summary>
    public Socket Socket { get; }

    /// <summary>From the SYN to the connection: one round trip, unless a SYN had to be sent again.</summary>
    public TimeSpan ConnectTime { get; }

    public IPEndPoint RemoteEndPoint => (IPEndPoint)Socket.RemoteEndPoint!;

    /// <summary>Its port is what <see cref="ConnectOptions.SourcePort"/> wants after a crash.</summary>
    public IPEndPoint LocalEndPoint => (IPEndPoint)Socket.LocalEndPoint!;

    /// <summary>
    /// Resolves the name, tries its addresses in turn, and sets NoDelay and <see cref="DeadPeerDetection"/>.
    /// </summary>
    /// <exception cref="UsbIpConnectException">Unknown name, or no address answered; the last address's reason.</exception>
    /// <exception cref="TimeoutException">No answer within <see cref="ConnectOptions.Timeout"/>.</exception>
    public static Task<UsbIpConnection> ConnectAsync(DnsEndPoint endpoint, ConnectOptions options, CancellationToken cancellationToken)
    {
        throw new NotImplementedException();
    }

    /// <summary>
    /// Asks for the device list (OP_REQ_DEVLIST) and, behind it, for a Longwire's notice. The server closes the connection after it.
    /// </summary>
    /// <exception cref="UsbIpFormatException">Malformed, or more than <see cref="DeviceListReply.MaxDevices"/> devices.</exception>
    /// <exception cref="UsbIpProtocolException">Not the answer to this question.</exception>
    /// <exception cref="UsbIpRefusedException">A status other than 0.</exception>
    /// <exception cref="UsbIpClosedException">The answer was cut short.</exception>
    /// <exception cref="TimeoutException">Not whole within <see cref="ClientTimers.ListReply"/>.</exception>
    public Task<DeviceList> ListAsync(CancellationToken cancellationToken)
    {
        throw new NotImplementedException();
    }

    /// <summary>Asks for one device (OP_REQ_IMPORT). From its answer on the connection carries URBs.</summary>
    /// <exception cref="UsbIpRefusedException">The server said no: in use, not there, in error state.</exception>
    /// <exception cref="UsbIpFormatException">Malformed.</exception>
    /// <exception cref="UsbIpProtocolException">Not the answer to this question, or another device than the one asked for.</exception>
    /// <exception cref="UsbIpClosedException">The answer was cut short.</exception>
    /// <exception cref="TimeoutException">Not whole within <see cref="ClientTimers.ImportReply"/>.</exception>
    public Task<ExportedDevice> ImportAsync(BusId busId, CancellationToken cancellationToken)
    {
        throw new NotImplementedException();
    }

    /// <summary>
    /// Reads the imported device's descriptors and strings by URBs of our own. Afterwards the stream stands exactly between two
    /// messages, and the socket can be given to vhci_hcd. It proves that the device answers: a silent one must never reach vhci_hcd, where it would
    /// block its neighbours.
    /// </summary>
    /// <remarks>What the device says is returned as it is; comparing it with <paramref name="device"/> and with what was wanted is the caller's.</remarks>
    /// <exception cref="UsbIpFormatException">Malformed messages or descriptors.</exception>
    /// <exception cref="UsbIpProtocolException">A wrong seqnum, more data than asked for, a device that stalls or changes between two reads.</exception>
    /// <exception cref="UsbIpClosedException">The connection ended.</exception>
    /// <exception cref="TimeoutException">Not done within <see cref="ClientTimers.Descriptors"/>; the message names the descriptor.</exception>
    public Task<DeviceIdentity> ReadIdentityAsync(ExportedDevice device, CancellationToken cancellationToken)
    {
        throw new NotImplementedException();
    }

    /// <summary>Gives the socket away: from now on <see cref="Dispose"/> leaves it open and the caller owns it.</summary>
    public Socket ReleaseSocket()
    {
        throw new NotImplementedException();
    }

    public void Dispose() => Socket.Dispose();
}
