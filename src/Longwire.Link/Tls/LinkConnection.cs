using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Longwire.Link.Pairing;

namespace Longwire.Link.Tls;

/// <summary>
/// One TLS connection, after its handshake. It is over with the first read or write that fails or is cancelled, for nobody knows then how
/// much of a record has gone. Whoever holds it ends it with <see cref="Abort"/> or by disposing it.
/// </summary>
public sealed class LinkConnection : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly PromptStream? _below;
    private readonly SslStream _stream;
    private int _ended;

    internal LinkConnection(Socket socket, PromptStream? below, SslStream stream, KeyPin peer)
    {
        (_socket, _below, _stream) = (socket, below, stream);
        Peer = peer;
        RemoteEndPoint = (IPEndPoint)socket.RemoteEndPoint!;
        LocalEndPoint = (IPEndPoint)socket.LocalEndPoint!;
    }

    /// <summary>The other side's key. Whether it may do anything is not TLS's to say.</summary>
    public KeyPin Peer { get; }

    public IPEndPoint RemoteEndPoint { get; }

    public IPEndPoint LocalEndPoint { get; }

    /// <summary>Something has come that nobody has read: whoever has heard nothing may not have run. Never blocks.</summary>
    public bool HasUnread
    {
        get
        {
            try
            {
                return _socket.Available > 0;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return false;
            }
        }
    }

    /// <summary>
    /// From the next read on whoever reads goes on where it was noticed that something has come, and must not block there; unless .NET
    /// waits for this connection.
    /// </summary>
    public void BePrompt() => _below?.BePrompt();

    /// <returns>0 at its end, which means nothing: a bare FIN and close_notify look alike.</returns>
    /// <exception cref="IOException">It is lost.</exception>
    public ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        _stream.ReadAsync(buffer, cancellationToken);

    /// <summary>All of it, in as few records as can be.</summary>
    /// <exception cref="IOException">It is lost.</exception>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        _stream.WriteAsync(bytes, cancellationToken);

    /// <summary>Nothing more is sent. What was sent arrives.</summary>
    public async Task EndSendingAsync()
    {
        try
        {
            await _stream.ShutdownAsync();
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // It has ended, which is what was wanted.
        }
    }

    /// <summary>
    /// Ends it at once, with a reset: what the kernel has not delivered by now must not arrive late, behind the connection that follows.
    /// Reads and writes under way fail. From any thread, and more than once.
    /// </summary>
    public void Abort()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0) return;
        try
        {
            _socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The peer was faster.
        }
        if (_below is not null) _below.Dispose();
        else _socket.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        Abort();
        await _stream.DisposeAsync();
    }
}
