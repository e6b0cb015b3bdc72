using System.Net;
using System.Net.Sockets;
using Longwire.Platform;
using Longwire.UsbIp.Linux;
using Microsoft.Extensions.Logging;

namespace Longwire.Export;

/// <summary>Listens on a TCP port, however long somebody else has it.</summary>
internal sealed class ServerPort(SysfsRoot root, TimeProvider time, Random random, ILogger logger)
{
    private const int SolSocket = 1;
    private const int SoReuseAddr = 2;

    /// <param name="backlog">So many may wait to be accepted.</param>
    /// <param name="remedy">What a person can do about somebody else who has it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Socket> ListenAsync(int port, int backlog, string remedy, CancellationToken cancellationToken)
    {
        var backoff = new Backoff(ExportTimers.ListenFirst, ExportTimers.ListenCap, random);
        string? said = null;
        while (true)
        {
            try
            {
                return Open(port, backlog);
            }
            catch (SocketException e)
            {
                bool taken = e.SocketErrorCode == SocketError.AddressAlreadyInUse;
                string? owner = taken ? TcpListeners.OwnerOf(root, port)?.ToString() : null;
                // One that is just ending is no longer seen, and would be said to be somebody else.
                if (said is null || (owner is not null && owner != said)) SayTaken(port, taken, owner, remedy, e);
                said = owner ?? said ?? "";
            }
            await Task.Delay(backoff.Next(), time, cancellationToken);
        }
    }

    private void SayTaken(int port, bool taken, string? owner, string remedy, SocketException e) => ExportLog.PortTaken(
        logger.About("port"),
        port,
        taken
            ? $"is taken by {owner ?? "somebody who cannot be seen from here"}: {remedy}"
            : $"cannot be listened on ({e.Message}): {remedy[remedy.LastIndexOf("set ", StringComparison.Ordinal)..]}");

    private static Socket Open(int port, int backlog)
    {
        Socket socket = Socket.OSSupportsIPv6
            ? new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true }
            : new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // Sessions of our former life still have this local port; SO_REUSEADDR lets us listen beside them, and never beside another
            // listener. Raw, because .NET's ReuseAddress also sets SO_REUSEPORT, which would allow just that.
            socket.SetRawSocketOption(SolSocket, SoReuseAddr, BitConverter.GetBytes(1));
            socket.Bind(new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, port));
            socket.Listen(backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
