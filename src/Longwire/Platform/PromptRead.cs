using System.Net;
using System.Net.Sockets;
using Longwire.Link.Tls;
using Longwire.UsbIp.Linux;

namespace Longwire.Platform;

/// <summary>
/// A connection of the link is waited for by the <see cref="ReadThread"/> from its beginning: of a socket for which .NET has waited once,
/// it wakes two threads with everything that comes.
/// </summary>
internal sealed class PromptRead : IReadWait
{
    private readonly ReadableSocket _socket;

    private PromptRead(ReadableSocket socket) => _socket = socket;

    /// <returns>Null: it cannot be, and .NET has to wait for it.</returns>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public static PromptRead? TryOf(Socket socket)
    {
        socket.Blocking = false;
        if (ReadThread.Shared?.TryAdd(socket.SafeHandle) is { } readable) return new PromptRead(readable);
        socket.Blocking = true;
        return null;
    }

    /// <exception cref="SocketException">It does not answer, or refuses.</exception>
    public async Task ConnectAsync(Socket socket, IPEndPoint to, CancellationToken cancellationToken)
    {
        try
        {
            socket.Connect(to);
            return;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            // As it should be.
        }
        await OnPoolAsync(_socket.WaitForConnectAsync(), cancellationToken);
        var error = (SocketError)(int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
        if (error != SocketError.Success) throw new SocketException((int)error);
    }

    public ValueTask WaitAsync() => _socket.WaitAsync();

    public Task WaitOnPoolAsync(CancellationToken cancellationToken) => OnPoolAsync(_socket.WaitAsync(), cancellationToken);

    public void Dispose() => _socket.Dispose();

    private async Task OnPoolAsync(ValueTask wait, CancellationToken cancellationToken)
    {
        using (cancellationToken.UnsafeRegister(static read => ((PromptRead)read!).Dispose(), this)) await wait;
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
    }
}
