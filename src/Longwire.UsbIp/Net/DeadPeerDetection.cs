using System.Net.Sockets;

namespace Longwire.UsbIp.Net;

/// <summary>
/// How TCP itself notices a peer that vanished without goodbye (power loss, cut cable, killed container), in 8 s at most.
/// <para>
/// USB/IP has no heartbeat, so the kernel's two timers must do it, and neither suffices alone. On an idle connection keepalive decides:
/// after 3 s without a segment a probe, then one per second, lost after three without an answer (measured: 4.9 s; with the kernel's
/// defaults 7,875 s). But keepalive does not run while data is unacknowledged, which on a radio is the usual case: then only
/// TCP_USER_TIMEOUT ends it, after 6 s (measured: 6.4 s; without it about 924 s).
/// </para>
/// <para>
/// Never SO_RCVTIMEO: the kernel's USB/IP threads take its expiry on a healthy, idle connection for the end of it. The options belong to
/// the socket, not to the descriptor, and so stay when the kernel takes it over. Both ends need them: the server's
/// to free the stick of a vanished host.
/// </para>
/// </summary>
public static class DeadPeerDetection
{
    /// <summary>Silence before the first probe, in seconds (TCP_KEEPIDLE).</summary>
    public const int IdleSeconds = 3;

    /// <summary>Between two probes, in seconds (TCP_KEEPINTVL).</summary>
    public const int IntervalSeconds = 1;

    /// <summary>Probes without an answer until the peer counts as lost (TCP_KEEPCNT).</summary>
    public const int Probes = 3;

    /// <summary>How long sent data may stay unacknowledged, in milliseconds (TCP_USER_TIMEOUT).</summary>
    public const int UserTimeoutMilliseconds = 6000;

    /// <summary>From the last segment of a peer that vanished, on an idle connection, to its end.</summary>
    public static readonly TimeSpan NoticedAfter = TimeSpan.FromMilliseconds(UserTimeoutMilliseconds);

    // include/uapi/linux/tcp.h; .NET has no name for it.
    private const int IpProtoTcp = 6;
    private const int TcpUserTimeout = 18;

    /// <summary>Sets both timers on a TCP socket of Linux, connected or not.</summary>
    /// <exception cref="SocketException">Not a TCP socket.</exception>
    public static void Apply(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, IdleSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, IntervalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Probes);
        socket.SetRawSocketOption(IpProtoTcp, TcpUserTimeout, BitConverter.GetBytes(UserTimeoutMilliseconds));
    }
}
