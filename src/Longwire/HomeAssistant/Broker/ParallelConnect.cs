using System.Net;
using System.Net.Sockets;

namespace Longwire.HomeAssistant.Broker;

/// <summary>
/// From a name to a connected socket, in the manner of RFC 8305: the families take turns, each address is tried a moment after the one
/// before it or as soon as that has failed, and the first that answers is taken. So a dead address costs that moment and not the whole
/// deadline.
/// </summary>
/// <remarks>.NET has this from version 11 on (ConnectAlgorithm.Parallel).</remarks>
internal static class ParallelConnect
{
    /// <exception cref="SocketException">There is no such name, or no address of it takes a connection: the last one's reason.</exception>
    public static async Task<Socket> ToAsync(EndPoint endpoint, TimeProvider time, CancellationToken cancellationToken)
    {
        (IPAddress[] addresses, int port) = endpoint switch
        {
            IPEndPoint one => ([one.Address], one.Port),
            // WaitAsync: a resolver that ignores cancellation must not hold us.
            DnsEndPoint name => (
                await Dns.GetHostAddressesAsync(name.Host, cancellationToken).WaitAsync(cancellationToken), name.Port),
            _ => throw new NotSupportedException($"{endpoint} is neither a name nor an address"),
        };
        return await ToAsync(addresses, port, time, cancellationToken);
    }

    /// <inheritdoc cref="ToAsync(EndPoint, TimeProvider, CancellationToken)"/>
    public static async Task<Socket> ToAsync(
        IEnumerable<IPAddress> addresses, int port, TimeProvider time, CancellationToken cancellationToken)
    {
        var untried = new Queue<IPAddress>(InTurns(addresses));
        if (untried.Count == 0) throw new SocketException((int)SocketError.NoData);
        List<Task<Socket>> trying = [];
        using var decided = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            while (true)
            {
                if (untried.TryDequeue(out IPAddress? next)) trying.Add(ConnectAsync(next, port, decided.Token));
                TimeSpan wait = untried.Count > 0 ? BrokerTimers.NextAddress : Timeout.InfiniteTimeSpan;
                Task<Socket> ended;
                try
                {
                    ended = await Task.WhenAny(trying).WaitAsync(wait, time, cancellationToken);
                }
                catch (TimeoutException)
                {
                    continue;
                }
                trying.Remove(ended);
                if (ended.IsCompletedSuccessfully || trying.Count + untried.Count == 0) return await ended;
            }
        }
        finally
        {
            await decided.CancelAsync();
            await ((Task)Task.WhenAll(trying)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (Task<Socket> late in trying.Where(attempt => attempt.IsCompletedSuccessfully)) (await late).Dispose();
        }
    }

    /// <summary>In the resolver's order within each family, and as for the family that comes first.</summary>
    public static IEnumerable<IPAddress> InTurns(IEnumerable<IPAddress> addresses) => addresses
        .GroupBy(address => address.AddressFamily)
        .SelectMany(family => family.Index())
        .OrderBy(place => place.Index)
        .Select(place => place.Item);

    private static async Task<Socket> ConnectAsync(IPAddress address, int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.NoDelay = true;
            await socket.ConnectAsync(new IPEndPoint(address, port), cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
