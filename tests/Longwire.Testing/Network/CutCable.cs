using System.Net;
using System.Net.Sockets;

namespace Longwire.Testing.Network;

/// <summary>
/// A way to a TCP port of this machine that can be cut as a cable is: what is said into it is lost, connections in it neither end nor go
/// on, and new ones are not answered. When it is mended, what was cut stays dead, for whoever is at its ends has given it up.
/// </summary>
internal sealed class CutCable : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _connections = [];
    private readonly Func<int> _port;
    private readonly Task _accepting;
    private volatile CancellationTokenSource _whole = new();

    /// <param name="port">Where it leads, asked at each connection.</param>
    public CutCable(Func<int> port)
    {
        _port = port;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>How many connections were begun, into the dead cable too.</summary>
    public int Connections { get; private set; }

    public void Cut() => _whole.Cancel();

    public void Mend()
    {
        if (_whole.IsCancellationRequested) _whole = new CancellationTokenSource();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections);
        _stop.Dispose();
        _whole.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket client = await _listener.AcceptAsync(_stop.Token);
                Connections++;
                _connections.Add(CarryAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task CarryAsync(Socket client)
    {
        using Socket near = client;
        using var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        CancellationTokenSource whole = _whole;
        using var until = CancellationTokenSource.CreateLinkedTokenSource(whole.Token, _stop.Token);
        try
        {
            near.NoDelay = true;
            await far.ConnectAsync(new IPEndPoint(IPAddress.Loopback, _port()), until.Token);
            await Task.WhenAll(PassAsync(near, far, until.Token), PassAsync(far, near, until.Token));
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // Cut, or one of its ends has reset it.
        }
        // Neither end learns of it.
        if (whole.IsCancellationRequested)
            await Task.Delay(Timeout.Infinite, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (Socket end in new[] { near, far }) end.LingerState = new LingerOption(true, 0);
    }

    private static async Task PassAsync(Socket from, Socket to, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[16 * 1024];
        while (await from.ReceiveAsync(buffer, cancellationToken) is var read and > 0)
        {
            for (int sent = 0; sent < read;) sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), cancellationToken);
        }
        to.Shutdown(SocketShutdown.Send);
    }
}
