using System.Net;
using System.Net.Sockets;
using Longwire.Link.Errors;
using Longwire.Link.Tls;
using Longwire.Link.Wire;
using Longwire.Platform;
using Longwire.UsbIp.Net;
using Microsoft.Extensions.Logging;

namespace Longwire.Export.Link;

/// <summary>
/// The connections of hosts, from accept to end: TLS, hello, verdict, and what the hello asked for. What one of them does wrong is its own
/// affair.
/// </summary>
#pragma warning disable CA1001 // A semaphore that nobody asks for a handle holds nothing to dispose of.
internal sealed class HostConnections(
    LinkKey own, Enrolment enrolment, HostControls controls, HostSessions sessions, TimeProvider time, ILogger logger)
#pragma warning restore CA1001
{
    private const int UnprovenInAll = 32;
    private const int UnprovenPerNetwork = 4;

    // A handshake costs a Pi some milliseconds of computing: a flood of them must leave the radios their processor.
    private const int HandshakesAtOnce = 2;

    private readonly UnprovenConnections _unproven = new(UnprovenInAll, UnprovenPerNetwork);
    private readonly SemaphoreSlim _computing = new(HandshakesAtOnce);

    /// <summary>Until it has ended. Never throws.</summary>
    public async Task ServeAsync(Socket socket, CancellationToken cancellationToken)
    {
        string who = "a host";
        try
        {
            if (socket.RemoteEndPoint is not IPEndPoint remote) return;
            // A host that is quiet over its control connection may have vanished.
            DeadPeerDetection.Apply(socket);
            who = new Client.Address(remote.Address).ToString();
            (LinkConnection? connection, Hello? hello) = await ProveAsync(socket, remote.Address, who, cancellationToken);
            if (connection is null || hello is null) return;
            await using (connection)
            {
                var client = new Client.Host(
                    connection.Peer, hello.Name, remote.Address, new HostRun(hello.Instance, hello.StartCounter));
                switch (hello.Purpose)
                {
                    case HelloPurpose.Control: await controls.ServeAsync(connection, hello, client, cancellationToken); break;
                    case HelloPurpose.Session: await sessions.ServeAsync(connection, hello, client, cancellationToken); break;
                    default: await RefuseAsync(connection, RefusalReason.UnknownPurpose, who, cancellationToken); break;
                }
            }
        }
        catch (OperationCanceledException)
        {
            if (!cancellationToken.IsCancellationRequested) HostLog.TooSlow(logger.About("hosts", who), who);
        }
        catch (LinkException e)
        {
            HostLog.Confused(logger.About("hosts", who), who, e.Message);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // It left, which costs nobody anything.
        }
#pragma warning disable CA1031 // A fault of ours that one host can provoke must not end the service of the others.
        catch (Exception e)
#pragma warning restore CA1031
        {
            HostLog.Fault(logger.About("hosts", who), e, who);
        }
        finally
        {
            socket.Dispose();
        }
    }

    /// <returns>Nothing for one that was refused, or that had to make way.</returns>
    private async Task<(LinkConnection? Connection, Hello? Hello)> ProveAsync(
        Socket socket, IPAddress address, string who, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(ExportTimers.Handshake, time, cancellationToken);
        using var displaced = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token);
        // Whoever waits for its turn to compute leaves the queue: behind thousands that are gone the owner would wait as long as they.
        // Nobody but who reads the socket closes it: its number may be the next one's, which would then not be waited for any more.
        using IDisposable place = _unproven.Enter(address, () => displaced.TryCancel());
        LinkConnection? connection = null;
        try
        {
            connection = await AcceptAsync(socket, displaced.Token);
            Hello? hello = await Handshake.ReadHelloAsync(connection, displaced.Token);
            RefusalReason no = hello is null ? RefusalReason.OtherMajor : enrolment.Judge(connection.Peer, hello.Token, hello.Name);
            if (no != RefusalReason.None)
            {
                await RefuseAsync(connection, no, who, deadline.Token);
                return default;
            }
            LinkConnection proven = connection;
            connection = null;
            return (proven, hello);
        }
        catch (OperationCanceledException) when (!deadline.Token.IsCancellationRequested)
        {
            // A later one has its place.
            return default;
        }
        finally
        {
            if (connection is not null) await connection.DisposeAsync();
        }
    }

    // Who connects and says nothing takes no place among those that compute; who stops in the middle keeps it for a moment.
    private async Task<LinkConnection> AcceptAsync(Socket socket, CancellationToken cancellationToken)
    {
        PromptRead? wait = PromptRead.TryOf(socket);
        Task<LinkConnection> accepting;
        try
        {
            if (wait is null) await socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, cancellationToken);
            else await wait.WaitOnPoolAsync(cancellationToken);
            await _computing.WaitAsync(cancellationToken);
            accepting = LinkTls.AcceptAsync(socket, own, cancellationToken, wait);
            wait = null;
        }
        finally
        {
            wait?.Dispose();
        }
        try
        {
            await ((Task)accepting).WaitAsync(ExportTimers.HandshakeComputes, time, CancellationToken.None)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            _computing.Release();
        }
        return await accepting;
    }

    private async Task RefuseAsync(LinkConnection connection, RefusalReason no, string who, CancellationToken cancellationToken)
    {
        HostLog.Refused(logger.About("hosts", $"{who} {connection.Peer}"), who, connection.Peer.ToString(), no);
        await HostRefusal.SayAsync(connection, no, time, cancellationToken);
    }
}
