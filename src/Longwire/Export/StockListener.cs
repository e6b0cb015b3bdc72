using System.Net;
using System.Net.Sockets;
using Longwire.Options;
using Longwire.Timing;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Sysfs;
using Microsoft.Extensions.Logging;

namespace Longwire.Export;

/// <summary>Accepts clients of the stock protocol, those that are allowed to ask.</summary>
internal sealed class StockListener(
    StockExportOptions options, ExportReconciler reconciler, SysfsRoot root, TimeProvider time, Random random, ILogger logger)
{
    private const int ConnectionsInAll = 64;
    private const int ConnectionsPerAddress = 8;

    // A stranger is named once; a stranger with many addresses must not fill the log or our memory.
    private const int StrangersNamed = 64;

    private const int SolSocket = 1;
    private const int SoReuseAddr = 2;

    private readonly ClientAllowList _allowed = ClientAllowList.Of(options.Allow);
    private readonly HandshakeSlots _slots = new(ConnectionsInAll, ConnectionsPerAddress);
    private readonly HashSet<IPAddress> _strangers = [];
    private readonly HashSet<IPAddress> _crowds = [];

    /// <summary>Set once it listens: the port, which differs from the options' only where that is 0.</summary>
    public TaskCompletionSource<int> Listening { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (_allowed.IsEmpty)
        {
            Log.NobodyAllowed(logger, options.Port);
            return;
        }
        var connections = new List<Task>();
        try
        {
            using Socket listener = await ListenAsync(cancellationToken);
            int port = ((IPEndPoint)listener.LocalEndPoint!).Port;
            Log.Listening(logger, port, string.Join(", ", options.Allow));
            Listening.TrySetResult(port);
            while (true)
            {
                Socket client = await AcceptAsync(listener, cancellationToken);
                connections.RemoveAll(task => task.IsCompleted);
                Admit(client, connections, cancellationToken);
            }
        }
        finally
        {
            await Task.WhenAll(connections);
        }
    }

    private void Admit(Socket client, List<Task> connections, CancellationToken cancellationToken)
    {
        if (client.RemoteEndPoint is not IPEndPoint remote)
        {
            // Gone between accept and here.
            client.Dispose();
            return;
        }
        IPAddress address = ClientAllowList.Plain(remote.Address);
        if (!_allowed.Allows(address))
        {
            if (_strangers.Count < StrangersNamed && _strangers.Add(address)) Log.Stranger(logger, address);
            client.Dispose();
            return;
        }
        if (!_slots.TryEnter(address))
        {
            if (_crowds.Add(address)) Log.TooMany(logger, address);
            client.Dispose();
            return;
        }
        connections.Add(ServeAsync(client, address, cancellationToken));
    }

    private async Task ServeAsync(Socket client, IPAddress address, CancellationToken cancellationToken)
    {
        try
        {
            await new StockConnection(client, address.ToString(), reconciler, time, logger).RunAsync(cancellationToken);
        }
        finally
        {
            _slots.Leave(address);
        }
    }

    private async Task<Socket> AcceptAsync(Socket listener, CancellationToken cancellationToken)
    {
        bool said = false;
        while (true)
        {
            try
            {
                return await listener.AcceptAsync(cancellationToken);
            }
            catch (SocketException e)
            {
                // A client that left the queue, or no descriptor or memory left: the queue is still there in a moment.
                if (!said) Log.AcceptFailed(logger, e.Message);
                said = true;
                await Task.Delay(ExportTimers.AcceptRetry, time, cancellationToken);
            }
        }
    }

    private async Task<Socket> ListenAsync(CancellationToken cancellationToken)
    {
        var backoff = new Backoff(ExportTimers.ListenFirst, ExportTimers.ListenCap, random);
        string? said = null;
        while (true)
        {
            try
            {
                return Open();
            }
            catch (SocketException e)
            {
                bool taken = e.SocketErrorCode == SocketError.AddressAlreadyInUse;
                string? owner = taken ? TcpListeners.OwnerOf(root, options.Port)?.ToString() : null;
                // One that is just ending is no longer seen, and would be said to be somebody else.
                if (said is null || (owner is not null && owner != said)) SayTaken(taken, owner, e);
                said = owner ?? said ?? "";
            }
            await Task.Delay(backoff.Next(), time, cancellationToken);
        }
    }

    private void SayTaken(bool taken, string? owner, SocketException e) => Log.PortTaken(logger, options.Port, taken
        ? $"is taken by {owner ?? "somebody who cannot be seen from here"}: stop that for good (for the distribution's own: systemctl disable --now usbipd), or set stock.port to another one"
        : $"cannot be listened on ({e.Message}): set stock.port to another one");

    private Socket Open()
    {
        Socket socket = Socket.OSSupportsIPv6
            ? new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true }
            : new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // Sessions of our former life still have this local port; SO_REUSEADDR lets us listen beside them, and never beside another
            // listener. Raw, because .NET's ReuseAddress also sets SO_REUSEPORT, which would allow just that.
            socket.SetRawSocketOption(SolSocket, SoReuseAddr, BitConverter.GetBytes(1));
            socket.Bind(new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, options.Port));
            socket.Listen(ConnectionsInAll);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
