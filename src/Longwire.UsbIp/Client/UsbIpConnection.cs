using System.Net;
using System.Net.Sockets;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Net;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Client;

/// <summary>
/// One connection to a USB/IP server: either one list, or one import, after which it carries the device's URBs and can be handed to
/// vhci_hcd. Not for use from two threads at once. After any exception only <see cref="Dispose"/> is left.
/// </summary>
public sealed class UsbIpConnection : IDisposable
{
    private readonly ExactPeer _peer;
    private readonly TimeProvider _timeProvider;
    private Phase _phase;

    private UsbIpConnection(Socket socket, TimeSpan connectTime, string name, TimeProvider timeProvider)
    {
        Socket = socket;
        LocalEndPoint = (IPEndPoint)socket.LocalEndPoint!;
        RemoteEndPoint = (IPEndPoint)socket.RemoteEndPoint!;
        ConnectTime = connectTime;
        _peer = new ExactPeer(new SocketStream(socket), name);
        _timeProvider = timeProvider;
    }

    private enum Phase
    {
        Fresh,
        Imported,
        Spent,
    }

    /// <summary>
    /// The descriptor that vhci_hcd is given. The kernel takes a reference of its own, and the options set here stay. Disposing our copy
    /// while the kernel holds one sends no FIN and leaves the attachment alone; <see cref="Socket.Shutdown"/> on our copy ends it.
    /// </summary>
    public Socket Socket { get; }

    /// <summary>From the SYN to the connection: one round trip, unless a SYN had to be sent again.</summary>
    public TimeSpan ConnectTime { get; }

    /// <summary>
    /// Its port is what <see cref="ConnectOptions.SourcePort"/> wants after a crash; its address is what a server must allow, unless it is
    /// translated on the way.
    /// </summary>
    public IPEndPoint LocalEndPoint { get; }
    public IPEndPoint RemoteEndPoint { get; }

    /// <summary>How long the device took at most to answer a question of <see cref="ReadIdentityAsync"/>; null before it.</summary>
    public TimeSpan? SlowestAnswer { get; private set; }

    /// <summary>
    /// The device left a question for a text unanswered for ever, and has answered others after it. The kernel will ask the same question,
    /// twice, and give it up after 5 s each time (usb_string_sub, USB_CTRL_GET_TIMEOUT).
    /// </summary>
    public bool LeavesTextUnanswered { get; private set; }

    /// <summary>
    /// Resolves the name, tries its addresses in turn, and sets NoDelay and <see cref="DeadPeerDetection"/>.
    /// </summary>
    /// <exception cref="UsbIpConnectException">Unknown name, or no address answered; the last address's reason.</exception>
    /// <exception cref="TimeoutException">No answer within <see cref="ConnectOptions.Timeout"/>.</exception>
    public static async Task<UsbIpConnection> ConnectAsync(
        DnsEndPoint endpoint, ConnectOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(options);
        var connector = new Connector(endpoint, options);
        return await ConnectAsync(connector, await connector.ResolveAsync(cancellationToken), options, cancellationToken);
    }

    internal static async Task<UsbIpConnection> ConnectAsync(
        Connector connector, IReadOnlyList<IPAddress> addresses, ConnectOptions options, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.SourcePort);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.SourcePort, IPEndPoint.MaxPort);
        (Socket socket, TimeSpan time) = await connector.ConnectAsync(addresses, cancellationToken);
        return new UsbIpConnection(socket, time, connector.ToString(), options.TimeProvider);
    }

    /// <summary>
    /// Asks for the device list (OP_REQ_DEVLIST) and, behind it, for a Longwire's notice. The server closes the connection after it.
    /// </summary>
    /// <exception cref="UsbIpFormatException">Malformed, or more than <see cref="DeviceListReply.MaxDevices"/> devices.</exception>
    /// <exception cref="UsbIpProtocolException">Not the answer to this question.</exception>
    /// <exception cref="UsbIpRefusedException">A status other than 0.</exception>
    /// <exception cref="UsbIpClosedException">The answer was cut short.</exception>
    /// <exception cref="TimeoutException">Not whole within <see cref="ClientTimers.ListReply"/>.</exception>
    public async Task<DeviceList> ListAsync(CancellationToken cancellationToken)
    {
        Leave(Phase.Fresh);
        using var deadline = new StepDeadline(
            $"reading the device list of {_peer}", ClientTimers.ListReply, _timeProvider, cancellationToken);
        return await deadline.RunAsync(() => new ListReader(_peer, _timeProvider, cancellationToken).ReadAsync(deadline));
    }

    /// <summary>Asks for one device (OP_REQ_IMPORT). From its answer on the connection carries URBs.</summary>
    /// <exception cref="UsbIpRefusedException">The server said no: in use, not there, in error state.</exception>
    /// <exception cref="UsbIpFormatException">Malformed.</exception>
    /// <exception cref="UsbIpProtocolException">Not the answer to this question, or another device than the one asked for.</exception>
    /// <exception cref="UsbIpClosedException">The answer was cut short.</exception>
    /// <exception cref="TimeoutException">Not whole within <see cref="ClientTimers.ImportReply"/>.</exception>
    public async Task<ExportedDevice> ImportAsync(BusId busId, CancellationToken cancellationToken)
    {
        Leave(Phase.Fresh);
        using var deadline = new StepDeadline(
            $"importing {busId} from {_peer}", ClientTimers.ImportReply, _timeProvider, cancellationToken);
        ExportedDevice device = await deadline.RunAsync(() => AskForAsync(busId, deadline));
        _phase = Phase.Imported;
        return device;
    }

    /// <summary>
    /// Reads the imported device's descriptors and strings by URBs of our own. Afterwards the stream stands exactly between two
    /// messages, and the socket can be given to vhci_hcd. It proves that the device answers: a silent one must never reach vhci_hcd, where
    /// it would block its neighbours.
    /// </summary>
    /// <remarks>
    /// What the device says is returned as it is; comparing it with <paramref name="device"/> and with what was wanted is the caller's.
    /// </remarks>
    /// <exception cref="UsbIpFormatException">Malformed messages or descriptors.</exception>
    /// <exception cref="UsbIpProtocolException">
    /// A wrong seqnum, more data than asked for, a device that changes between two reads.
    /// </exception>
    /// <exception cref="UsbIpTransferException">The device answers with an error where it must not.</exception>
    /// <exception cref="UsbIpClosedException">The connection ended.</exception>
    /// <exception cref="TimeoutException">
    /// No answer within <see cref="ClientTimers.Answer"/>; the message names the descriptor. One text that is not answered is unread, if
    /// other questions are answered after it.
    /// </exception>
    public async Task<DeviceIdentity> ReadIdentityAsync(ExportedDevice device, CancellationToken cancellationToken)
    {
        Leave(Phase.Imported);
        var imported = new ImportedDevice(_peer, device, ConnectTime, _timeProvider);
        DeviceIdentity identity = await imported.ReadIdentityAsync(cancellationToken);
        (SlowestAnswer, LeavesTextUnanswered) = (imported.SlowestAnswer, imported.LeavesTextUnanswered);
        _phase = Phase.Imported;
        return identity;
    }

    /// <summary>
    /// Puts a device back into the configuration in which another session had it: giving a stick to usbip-host leaves it without one.
    /// Called after <see cref="ReadIdentityAsync"/>, and like it leaves the stream between two messages.
    /// </summary>
    /// <param name="device">As it was imported.</param>
    /// <param name="requests">SET_CONFIGURATION and each SET_INTERFACE, in their order; none has data.</param>
    /// <exception cref="ArgumentException">A request with data.</exception>
    /// <exception cref="UsbIpTransferException">The device answers with an error.</exception>
    /// <exception cref="UsbIpClosedException">The connection ended.</exception>
    /// <exception cref="TimeoutException">No answer within <see cref="ClientTimers.Answer"/>.</exception>
    public async Task ConfigureAsync(ExportedDevice device, IReadOnlyList<SetupPacket> requests, CancellationToken cancellationToken)
    {
        Leave(Phase.Imported);
        await new ImportedDevice(_peer, device, ConnectTime, _timeProvider).ConfigureAsync(requests, cancellationToken);
        _phase = Phase.Imported;
    }

    public void Dispose() => Socket.Dispose();

    private async Task<ExportedDevice> AskForAsync(BusId busId, StepDeadline deadline)
    {
        var bytes = new byte[ImportReply.Size];
        ImportRequest.Write(bytes, busId);
        await _peer.SendAsync(bytes.AsMemory(0, ImportRequest.Size), deadline);
        await _peer.ReceiveExactlyAsync(bytes.AsMemory(0, OpCommon.Size), deadline);
        OpCommon header = OpCommon.Parse(bytes);
        header.Expect(OpCode.ReplyImport);
        if (header.Status != UsbIpStatus.Ok)
            throw new UsbIpRefusedException($"{_peer} refuses {busId}: {header.Status.Describe()}", header.Status);
        await _peer.ReceiveExactlyAsync(bytes.AsMemory(OpCommon.Size), deadline);
        ExportedDevice device = DeviceRecord.Parse(bytes.AsSpan(OpCommon.Size));
        return device.BusId == busId ? device : throw new UsbIpProtocolException($"{_peer} was asked for {busId} and gives {device.BusId}");
    }

    // An operation that fails leaves the connection spent: nobody knows how much of its answer is still to come.
    private void Leave(Phase expected)
    {
        if (_phase != expected) throw new InvalidOperationException($"the connection to {_peer} is {_phase}, and this needs {expected}");
        _phase = Phase.Spent;
    }
}
