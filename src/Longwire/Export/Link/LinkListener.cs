using System.Net;
using System.Net.Sockets;
using Longwire.Platform;
using Microsoft.Extensions.Logging;

namespace Longwire.Export.Link;

/// <summary>Accepts whoever connects to the link's port. What each may do is seen when it has shown its key.</summary>
internal sealed class LinkListener(int first, ServerPort ports, HostConnections hosts, TimeProvider time, ILogger logger)
{
    private const string Remedy = "stop that, or set listen to another one, and run longwire pair again for the hosts";
    private const int Backlog = 64;

    private readonly Lock _gate = new();
    private int _port = first;
    private CancellationTokenSource? _round;

    /// <summary>Set once it listens: the port, which differs from the options' only where that is 0.</summary>
    public TaskCompletionSource<int> Listening { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Another port. Who is connected stays so.</summary>
    public void Use(int port)
    {
        CancellationTokenSource? over;
        lock (_gate)
        {
            if (port == _port) return;
            (_port, over) = (port, _round);
        }
        // One that has just ended by itself is followed by one with the new port.
        over?.TryCancel();
    }

    public Task RunAsync(CancellationToken cancellationToken) => ListeningRounds.RunAsync(RunRoundAsync, cancellationToken);

    private async Task RunRoundAsync(List<Task> connections, CancellationToken cancellationToken)
    {
        using var round = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        int wanted;
        lock (_gate) (wanted, _round) = (_port, round);
        try
        {
            using Socket listener = await ports.ListenAsync(wanted, Backlog, Remedy, round.Token);
            int port = ((IPEndPoint)listener.LocalEndPoint!).Port;
            HostLog.Listening(logger, port);
            Listening.TrySetResult(port);
            var acceptor = new Acceptor(listener, time, SayUnacceptable);
            while (true)
            {
                Socket host = await acceptor.AcceptAsync(round.Token);
                connections.RemoveAll(task => task.IsCompleted);
#pragma warning disable CA2025 // It is the connection's to dispose.
                connections.Add(hosts.ServeAsync(host, cancellationToken));
#pragma warning restore CA2025
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Another port.
        }
        finally
        {
            lock (_gate) _round = null;
        }
    }

    private void SayUnacceptable(string? reason)
    {
        if (reason is null) ExportLog.AcceptsAgain(logger.About("link"));
        else ExportLog.AcceptFailed(logger.About("link"), reason);
    }
}
