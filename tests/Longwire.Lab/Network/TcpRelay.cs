using System.Net;
using System.Net.Sockets;

namespace Longwire.Lab.Network;

/// <summary>One connection through a <see cref="TcpRelay"/>, as a test sees it.</summary>
public sealed class RelayedConnection
{
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private long _allowedToClient = long.MaxValue;
    private long _allowedToPi = long.MaxValue;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Bytes that came from the Pi and were handed on.</summary>
    public long ToClient { get; private set; }

    /// <summary>Bytes that came from the client and were handed on.</summary>
    public long ToPi { get; private set; }

    /// <summary>From this byte on the Pi's side is silent: the connection stays open, nothing more comes.</summary>
    public void SilenceAfter(long bytesToClient) => Change(() => _allowedToClient = bytesToClient);

    /// <summary>From this byte on what the client says gets lost on the way.</summary>
    public void DeafAfter(long bytesToPi) => Change(() => _allowedToPi = bytesToPi);

    /// <summary>All that was held back goes on its way.</summary>
    public void Release() => Change(() => (_allowedToClient, _allowedToPi) = (long.MaxValue, long.MaxValue));

    /// <summary>Closes both sides.</summary>
    public void Close() => _released.TrySetResult();

    internal Task Closed => _released.Task;

    internal async Task CarryAsync(
        Socket from,
        Socket to,
        bool towardsClient,
        Func<RelayedConnection,
        bool,
        byte[],
        byte[]>? change,
        CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[64 * 1024];
        while (true)
        {
            int count = await from.ReceiveAsync(buffer, SocketFlags.None, cancellationToken);
            if (count == 0)
            {
                to.Shutdown(SocketShutdown.Send);
                return;
            }
            byte[] bytes = buffer[..count];
            if (change is not null) bytes = change(this, towardsClient, bytes);
            ReadOnlyMemory<byte> left = bytes;
            while (left.Length > 0)
            {
                int allowed = (int)Math.Min(left.Length, await AllowedAsync(towardsClient, cancellationToken));
                // Counted before it is sent: who has heard a byte must find it in the count.
                lock (_gate)
                {
                    if (towardsClient) ToClient += allowed;
                    else ToPi += allowed;
                }
                for (int sent = 0; sent < allowed;) sent += await to.SendAsync(left[sent..allowed], SocketFlags.None, cancellationToken);
                left = left[allowed..];
            }
        }
    }

    private async Task<long> AllowedAsync(bool towardsClient, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                long allowed = towardsClient ? _allowedToClient - ToClient : _allowedToPi - ToPi;
                if (allowed > 0) return allowed;
                changed = _changed.Task;
            }
            await changed.WaitAsync(cancellationToken);
        }
    }

    private void Change(Action change)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            change();
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        changed.SetResult();
    }
}

/// <summary>
/// A stand-in on the test machine for a Pi (or a broker): it hands TCP connections on to the real one, and falls silent, loses or
/// changes bytes where a test says. Hosts reach it at 10.0.2.2 and <see cref="Port"/>.
/// </summary>
public sealed class TcpRelay : IAsyncDisposable
{
    private readonly EndPoint _to;
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly List<RelayedConnection> _connections = [];
    private readonly List<Task> _tasks = [];
    private readonly Task _accepting;

    /// <param name="to">Where connections are handed on to, such as <c>pi.UsbIpFromTheTest</c>.</param>
    public TcpRelay(IPEndPoint to)
        : this(to, port: 0)
    {
    }

    /// <summary>Hands on to a machine by name.</summary>
    /// <param name="port">The port to listen on, for one that must come back where it was; 0 for any.</param>
    public TcpRelay(string host, int toPort, int port = 0)
        : this(IPAddress.TryParse(host, out IPAddress? address) ? new IPEndPoint(address, toPort) : new DnsEndPoint(host, toPort), port)
    {
    }

    private TcpRelay(EndPoint to, int port)
    {
        _to = to;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        _listener.Listen();
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>What a host's options name it.</summary>
    public string Address => $"10.0.2.2:{Port}";

    /// <summary>Called for each connection before anything is carried: here a test says where it falls silent.</summary>
    public Action<RelayedConnection> Accepted { get; set; } = _ => { };

    /// <summary>
    /// If set, called with every piece of bytes that comes through (true: towards the client), returns what goes on instead.
    /// </summary>
    public Func<RelayedConnection, bool, byte[], byte[]>? Change { get; set; }

    /// <summary>Connections so far, closed ones too.</summary>
    public IReadOnlyList<RelayedConnection> Connections
    {
        get { lock (_gate) return [.. _connections]; }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        Task[] tasks;
        lock (_gate) tasks = [.. _tasks];
        await Task.WhenAll(tasks);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptAsync(_stop.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
            var connection = new RelayedConnection();
            Accepted(connection);
            lock (_gate)
            {
                _connections.Add(connection);
                _tasks.Add(CarryAsync(connection, client));
            }
        }
    }

    private async Task CarryAsync(RelayedConnection connection, Socket client)
    {
        using var pi = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        using (client)
        using (var stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token))
        {
            try
            {
                await pi.ConnectAsync(_to, stop.Token);
                // CA2025: both are awaited below, before the sockets are disposed; the analyzer does not see through the first fault.
#pragma warning disable CA2025
                Task toPi = connection.CarryAsync(client, pi, towardsClient: false, Change, stop.Token);
                Task toClient = connection.CarryAsync(pi, client, towardsClient: true, Change, stop.Token);
#pragma warning restore CA2025
                await Task.WhenAny(Task.WhenAll(toPi, toClient), FirstFaultAsync(toPi, toClient), connection.Closed);
                await stop.CancelAsync();
                await Task.WhenAll(toPi, toClient);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The end of this connection, whoever ended it.
            }
        }
    }

    // A side that was reset does not end the other by itself: there is nobody left who would close it.
    private static async Task FirstFaultAsync(Task one, Task other)
    {
        Task first = await Task.WhenAny(one, other);
        if (first.IsCompletedSuccessfully) await (first == one ? other : one);
        await first;
    }
}
