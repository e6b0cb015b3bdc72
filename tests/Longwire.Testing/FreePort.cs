using System.Net;
using System.Net.Sockets;

namespace Longwire.Testing;

/// <summary>Loopback ports that nobody holds at the moment, for programs that cannot choose one themselves.</summary>
internal static class FreePort
{
    // Nobody can hold a port for another program. Ports that we once gave are not given again, which leaves only strangers to collide with.
    private static readonly HashSet<int> Given = [];
    private static readonly Lock Gate = new();

    public static IPEndPoint Udp() => Find(SocketType.Dgram, ProtocolType.Udp);

    public static IPEndPoint Tcp() => Find(SocketType.Stream, ProtocolType.Tcp);

    private static IPEndPoint Find(SocketType type, ProtocolType protocol)
    {
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, type, protocol);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            var found = (IPEndPoint)socket.LocalEndPoint!;
            lock (Gate)
            {
                if (Given.Add(found.Port)) return found;
            }
        }
    }
}
