using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Longwire.Tests.HomeAssistant.Brokers;

/// <summary>The way to a broker, which can be cut: from the broker's side that is how a program dies.</summary>
internal sealed class Way : IAsyncDisposable
{
    private readonly int _to;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly Task _carrying;

    public Way(int to)
    {
        _to = to;
        _listener.Start();
        _carrying = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>For good: every connection ends, and nothing listens any more.</summary>
    public async Task CutAsync()
    {
        _listener.Stop();
        foreach (Socket socket in _sockets) socket.Dispose();
        await _carrying;
    }

    public async ValueTask DisposeAsync()
    {
        await CutAsync();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> carried = [];
        try
        {
            while (true)
            {
                Socket client = await _listener.AcceptSocketAsync();
                var broker = new Socket(SocketType.Stream, ProtocolType.Tcp);
                _sockets.Add(client);
                _sockets.Add(broker);
#pragma warning disable CA2025 // They end because their sockets are disposed, and are awaited then.
                carried.Add(CarryBothWaysAsync(client, broker));
#pragma warning restore CA2025
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Cut.
        }
        // What was accepted while it was cut.
        foreach (Socket socket in _sockets) socket.Dispose();
        await Task.WhenAll(carried);
    }

    private async Task CarryBothWaysAsync(Socket client, Socket broker)
    {
        try
        {
            await broker.ConnectAsync(IPAddress.Loopback, _to);
            Task there = CarryAsync(client, broker), back = CarryAsync(broker, client);
            await Task.WhenAny(there, back);
            client.Dispose();
            broker.Dispose();
            await Task.WhenAll(there, back);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The broker is away.
        }
        client.Dispose();
        broker.Dispose();
    }

    private static async Task CarryAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[64 * 1024];
        try
        {
            for (int count; (count = await from.ReceiveAsync(buffer)) > 0;)
            {
                for (int sent = 0; sent < count;) sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // One of the two has gone, or the way was cut.
        }
    }
}
