using System.Net;
using System.Net.Sockets;
using Longwire.UsbIp.Errors;

namespace Longwire.UsbIp.Client;

/// <summary>
/// Asks a server that may have several addresses. It may know us by one of ours and not by another: where its list of allowed addresses has
/// none of IPv6, and IPv6 is what both machines prefer, it takes the connection and closes it unread.
/// </summary>
public static class UsbIpClient
{
    /// <summary>
    /// Connects and asks. Where the server closes the connection without an answer, an address of the other family is asked.
    /// </summary>
    /// <param name="endpoint">A name or a literal address, and the port.</param>
    /// <param name="options">How to connect.</param>
    /// <param name="question">
    /// Asked on each connection. Its connection is the caller's once it has an answer, and is disposed where it fails.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="UsbIpConnectException">Unknown name, or no address answered; the last address's reason.</exception>
    /// <exception cref="UsbIpClosedException">
    /// Turned away, where it is <see cref="UsbIpClosedException.Unanswered"/>: the message names the addresses that we came from. Else what
    /// the question says.
    /// </exception>
    /// <exception cref="TimeoutException">No answer within <see cref="ConnectOptions.Timeout"/>, or what the question says.</exception>
    public static Task<T> AskAsync<T>(
        DnsEndPoint endpoint, ConnectOptions options, Func<UsbIpConnection, Task<T>> question, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(question);
        return AskAsync(new Connector(endpoint, options), options, question, cancellationToken);
    }

    internal static async Task<T> AskAsync<T>(
        Connector connector, ConnectOptions options, Func<UsbIpConnection, Task<T>> question, CancellationToken cancellationToken)
    {
        IPAddress[] addresses = await connector.ResolveAsync(cancellationToken);
        var from = new List<IPAddress>();
        UsbIpClosedException? turnedAway = null;
        while (true)
        {
            UsbIpConnection connection;
            try
            {
#pragma warning disable CA2000 // Whoever asks keeps it; where he does not come to that it is disposed of below.
                connection = await UsbIpConnection.ConnectAsync(connector, addresses, options, cancellationToken);
#pragma warning restore CA2000
            }
            catch (Exception e) when (turnedAway is not null && e is (UsbIpConnectException or TimeoutException))
            {
                throw TurnedAway(connector, from, turnedAway);
            }
            try
            {
                return await question(connection);
            }
            catch (UsbIpClosedException e) when (e.Unanswered)
            {
                connection.Dispose();
                turnedAway = e;
                from.Add(connection.LocalEndPoint.Address);
                AddressFamily known = connection.RemoteEndPoint.AddressFamily;
                addresses = [.. addresses.Where(address => address.AddressFamily != known)];
                if (addresses.Length == 0) throw TurnedAway(connector, from, e);
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }
    }

    private static UsbIpClosedException TurnedAway(Connector server, List<IPAddress> from, UsbIpClosedException cause) =>
        new($"{server} takes the connection from {string.Join(" and from ", from)} and closes it without an answer", cause)
        {
            Unanswered = true,
        };
}
