using System.Buffers.Binary;
using System.Net.Sockets;

namespace Longwire.UsbIp.Net;

/// <summary>
/// What the kernel knows of a TCP connection (struct tcp_info, include/uapi/linux/tcp.h), readable also while vhci_hcd or usbip-host uses
/// the socket, as long as we keep our copy of its descriptor.
/// </summary>
/// <remarks>
/// Each kernel knows more fields than the one before and returns as many bytes as it has; a field that this kernel lacks is null.
/// </remarks>
public readonly record struct TcpInfo
{
    // Offsets by the compiler from <linux/tcp.h>; checked against it in the tests.
    internal const int StateAt = 0;
    internal const int UnackedAt = 24;
    internal const int LastDataRecvAt = 52;
    internal const int LastAckRecvAt = 56;
    internal const int RttAt = 68;
    internal const int BytesReceivedAt = 128;

    private const int IpProtoTcp = 6;
    private const int TcpInfoOption = 11;

    /// <summary>TCP_ESTABLISHED and so on (include/net/tcp_states.h).</summary>
    public required TcpState State { get; init; }

    /// <summary>Smoothed round-trip time, in microseconds on the wire (tcpi_rtt).</summary>
    public required TimeSpan? RoundTripTime { get; init; }

    /// <summary>Segments sent and not yet acknowledged (tcpi_unacked).</summary>
    public required uint? Unacked { get; init; }

    /// <summary>Since the peer last sent data, in milliseconds on the wire (tcpi_last_data_recv).</summary>
    public required TimeSpan? LastDataReceived { get; init; }

    /// <summary>Since the peer last acknowledged anything, keepalive probes included (tcpi_last_ack_recv).</summary>
    public required TimeSpan? LastAckReceived { get; init; }

    /// <summary>All that the peer has sent on this connection (tcpi_bytes_received, since Linux 4.1).</summary>
    public ulong? BytesReceived { get; init; }

    /// <summary>Asks the kernel. It never waits for the peer.</summary>
    /// <exception cref="SocketException">Not a TCP socket.</exception>
    /// <exception cref="ObjectDisposedException">Our copy is closed.</exception>
    public static TcpInfo Read(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        Span<byte> bytes = stackalloc byte[512];
        int length = socket.GetRawSocketOption(IpProtoTcp, TcpInfoOption, bytes);
        return Parse(bytes[..length]);
    }

    internal static TcpInfo Parse(ReadOnlySpan<byte> bytes) => new()
    {
        State = bytes.IsEmpty ? TcpState.Unknown : (TcpState)bytes[StateAt],
        Unacked = ReadUInt32(bytes, UnackedAt),
        LastDataReceived = Milliseconds(ReadUInt32(bytes, LastDataRecvAt)),
        LastAckReceived = Milliseconds(ReadUInt32(bytes, LastAckRecvAt)),
        RoundTripTime = ReadUInt32(bytes, RttAt) is uint rtt ? TimeSpan.FromMicroseconds(rtt) : null,
        BytesReceived = bytes.Length < BytesReceivedAt + sizeof(ulong) ? null : BitConverter.ToUInt64(bytes[BytesReceivedAt..]),
    };

    private static TimeSpan? Milliseconds(uint? value) => value is uint number ? TimeSpan.FromMilliseconds(number) : null;

    // The kernel's own byte order: the struct never leaves this machine.
    private static uint? ReadUInt32(ReadOnlySpan<byte> bytes, int at)
    {
        if (bytes.Length < at + sizeof(uint)) return null;
        ReadOnlySpan<byte> field = bytes.Slice(at, sizeof(uint));
        return BitConverter.IsLittleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(field) : BinaryPrimitives.ReadUInt32BigEndian(field);
    }
}
