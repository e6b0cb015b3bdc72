using System.Net;
using System.Net.Sockets;
using Longwire.Platform;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longwire.Web.Http;

/// <summary>Hands Kestrel the connections of a socket that listens already.</summary>
/// <remarks>
/// Kestrel's own accepts again at once where accept(2) fails: without a file left to open, which is a matter of time, it would keep a
/// processor busy and say nothing.
/// </remarks>
internal sealed class WebListener(Socket listener, Acceptor acceptor) : IConnectionListenerFactory, IConnectionListener
{
    private readonly CancellationTokenSource _unbound = new();
    private readonly SocketConnectionContextFactory _connections = new(new SocketConnectionFactoryOptions(), NullLogger.Instance);
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public EndPoint EndPoint { get; } = listener.LocalEndPoint!;

    /// <summary>Never completes but with what ended the accepting, which Kestrel would keep to itself.</summary>
    public Task Failed => _failed.Task;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => new(this);

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _unbound.Token);
            return _connections.Create(await acceptor.AcceptAsync(either.Token));
        }
        catch (OperationCanceledException) when (_unbound.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception e)
        {
            _failed.TrySetException(e);
            throw;
        }
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => new(_unbound.CancelAsync());

    public ValueTask DisposeAsync()
    {
        _connections.Dispose();
        _unbound.Dispose();
        return ValueTask.CompletedTask;
    }
}
