using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Net;

namespace Longwire.UsbIp.Client;

/// <summary>From a name and a port to a connected socket. What connecting may take runs from the first call on.</summary>
/// <param name="endpoint">A name or a literal address, and the port.</param>
/// <param name="options">How.</param>
/// <param name="resolve">What finds a name's addresses, in the order in which to try them; null for the system's resolver.</param>
internal sealed class Connector(
    DnsEndPoint endpoint, ConnectOptions options, Func<string, AddressFamily, CancellationToken, Task<IPAddress[]>>? resolve = null)
{
    // SO_REUSEADDR by itself (include/uapi/asm-generic/socket.h). .NET's ReuseAddress sets SO_REUSEPORT too, and with that two processes
    // could hold the port at once.
    private const int SolSocket = 1;
    private const int SoReuseAddr = 2;

    private readonly Func<string, AddressFamily, CancellationToken, Task<IPAddress[]>> _resolve = resolve ?? Dns.GetHostAddressesAsync;
    private readonly string _name = string.Create(CultureInfo.InvariantCulture, $"{endpoint.Host}:{endpoint.Port}");
    private TimeSpan _spent;

    /// <summary>The name as the caller wrote it.</summary>
    public override string ToString() => _name;

    public async Task<(Socket Socket, TimeSpan Time)> ConnectAsync(CancellationToken cancellationToken) =>
        await ConnectAsync(await ResolveAsync(cancellationToken), cancellationToken);

    /// <summary>Tries addresses in turn, within what is left of the time.</summary>
    public async Task<(Socket Socket, TimeSpan Time)> ConnectAsync(
        IReadOnlyList<IPAddress> addresses, CancellationToken cancellationToken)
    {
        long start = options.TimeProvider.GetTimestamp();
        try
        {
            return await ConnectAsync(addresses, options.Timeout - _spent, cancellationToken);
        }
        finally
        {
            _spent += options.TimeProvider.GetElapsedTime(start);
        }
    }

    /// <summary>All addresses of the name, at least one, in the order in which to try them.</summary>
    public async Task<IPAddress[]> ResolveAsync(CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(endpoint.Host, out IPAddress? literal)) return [literal];
        long start = options.TimeProvider.GetTimestamp();
        using var deadline = new StepDeadline($"resolving {endpoint.Host}", options.Timeout, options.TimeProvider, cancellationToken);
        try
        {
            // WaitAsync: a resolver that ignores cancellation must not hold us.
            IPAddress[] addresses = await deadline.RunAsync(
                () => _resolve(endpoint.Host, endpoint.AddressFamily, deadline.Token).WaitAsync(deadline.Token));
            _spent += options.TimeProvider.GetElapsedTime(start);
            return addresses.Length > 0 ? addresses : throw new UsbIpConnectException($"{endpoint.Host} has no address");
        }
        catch (SocketException e)
        {
            throw new UsbIpConnectException($"{endpoint.Host} cannot be resolved: {e.Message}", e);
        }
    }

    private async Task<(Socket Socket, TimeSpan Time)> ConnectAsync(
        IReadOnlyList<IPAddress> addresses, TimeSpan within, CancellationToken cancellationToken)
    {
        long start = options.TimeProvider.GetTimestamp();
        var failures = new List<(IPAddress Address, SocketException? Cause)>();
        for (int i = 0; i < addresses.Count; i++)
        {
            TimeSpan left = within - options.TimeProvider.GetElapsedTime(start);
            if (left <= TimeSpan.Zero) break;
            // An address that swallows SYNs (a stale AAAA record, say) must leave time for the next one.
            using var deadline = new StepDeadline(
                $"connecting to {_name}", left / (addresses.Count - i), options.TimeProvider, cancellationToken);
            try
            {
                return await ConnectAsync(new IPEndPoint(addresses[i], endpoint.Port), deadline.Token);
            }
            catch (SocketException e)
            {
                failures.Add((addresses[i], e));
            }
            catch (OperationCanceledException) when (deadline.Expired)
            {
                failures.Add((addresses[i], null));
            }
        }
        throw Failure(failures);
    }

    private async Task<(Socket Socket, TimeSpan Time)> ConnectAsync(IPEndPoint target, CancellationToken cancellationToken)
    {
        if (options.SourcePort != 0)
        {
            try
            {
                return await ConnectFromAsync(options.SourcePort, target, cancellationToken);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AddressNotAvailable)
            {
                // The old connection is not the dead one we take it for: this machine still has it, or somebody else has the port.
            }
        }
        return await ConnectFromAsync(0, target, cancellationToken);
    }

    private async Task<(Socket Socket, TimeSpan Time)> ConnectFromAsync(
        int sourcePort, IPEndPoint target, CancellationToken cancellationToken)
    {
        var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.NoDelay = true;
            DeadPeerDetection.Apply(socket);
            // On the first of two connections from one port as well, or the second finds the port taken while the first takes its leave.
            socket.SetRawSocketOption(SolSocket, SoReuseAddr, BitConverter.GetBytes(1));
            if (sourcePort != 0)
            {
                socket.Bind(
                    new IPEndPoint(target.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, sourcePort));
            }
            long start = options.TimeProvider.GetTimestamp();
            await socket.ConnectAsync(target, cancellationToken);
            // TCP can connect a socket to itself when the ephemeral port happens to be the one that nobody listens on.
            if (socket.LocalEndPoint!.Equals(socket.RemoteEndPoint)) throw new SocketException((int)SocketError.ConnectionRefused);
            return (socket, options.TimeProvider.GetElapsedTime(start));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private Exception Failure(List<(IPAddress Address, SocketException? Cause)> failures)
    {
        SocketException? cause = failures.Select(failure => failure.Cause).LastOrDefault(one => one is not null);
        if (cause is null)
        {
            string tried = string.Join(", ", failures.Select(failure => failure.Address));
            return new TimeoutException(string.Create(
                CultureInfo.InvariantCulture, $"connecting to {_name} ({tried}): no answer within {options.Timeout.TotalSeconds:0.###} s"));
        }
        string reasons = string.Join(
            "; ", failures.Select(failure => $"{failure.Address}: {failure.Cause?.Message ?? "no answer in time"}"));
        return new UsbIpConnectException($"cannot connect to {_name}: {reasons}", cause);
    }
}
