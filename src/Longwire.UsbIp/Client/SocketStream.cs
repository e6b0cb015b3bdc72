using System.Net.Sockets;

namespace Longwire.UsbIp.Client;

/// <summary>The stream of a socket, whose errors stay what they are: they tell in which way it was lost.</summary>
internal sealed class SocketStream(Socket socket) : IPeerStream
{
    public ValueTask<int> SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        socket.SendAsync(bytes, SocketFlags.None, cancellationToken);

    public ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken);
}
