using System.Net;
using System.Net.Sockets;

namespace Longwire.Testing.Usbipd;

/// <summary>A port of loopback that answers no SYN: its listener's queue is full and nobody accepts.</summary>
internal sealed class BlackHole : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _queued = [];

    private BlackHole(IPAddress address, int port)
    {
        _listener.Bind(new IPEndPoint(address, port));
        _listener.Listen(0);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public DnsEndPoint EndPoint => new("127.0.0.1", Port);

    public static BlackHole Dig() => Dig(IPAddress.Loopback, 0);

    /// <param name="address">One of loopback's.</param>
    /// <param name="port">0: any.</param>
    public static BlackHole Dig(IPAddress address, int port)
    {
        var hole = new BlackHole(address, port);
        // A queue of length 0 holds one connection on Linux (sk_acceptq_is_full).
        var first = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        first.Connect(address, hole.Port);
        hole._queued.Add(first);
        return hole;
    }

    public void Dispose()
    {
        foreach (Socket socket in _queued) socket.Dispose();
        _listener.Dispose();
    }
}
