using System.Net;
using System.Net.Sockets;
using Longwire.Testing;
using Longwire.Testing.Usbipd;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Errors;
using Xunit;

namespace Longwire.UsbIp.Tests.Client;

public sealed class ConnectTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_connection_knows_its_ends_and_how_long_it_took()
    {
        await using FakeUsbipd server = FakeUsbipd.Start(client => client.StaySilentAsync());
        using UsbIpConnection connection = await UsbIpConnection.ConnectAsync(server.EndPoint, ConnectOptions.Default, Cancelled);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, server.Port), connection.Socket.RemoteEndPoint);
        Assert.NotEqual(0, connection.LocalEndPoint.Port);
        Assert.InRange(connection.ConnectTime, TimeSpan.FromTicks(1), ClientTimers.Connect);
    }

    [Fact]
    public async Task The_connect_time_is_taken_on_the_given_clock()
    {
        await using FakeUsbipd server = FakeUsbipd.Start(client => client.StaySilentAsync());
        using UsbIpConnection connection = await UsbIpConnection.ConnectAsync(
            server.EndPoint, new ConnectOptions { TimeProvider = new SteppedClock() }, Cancelled);
        Assert.Equal(TimeSpan.Zero, connection.ConnectTime);
    }

    [Fact]
    public async Task A_name_is_resolved()
    {
        await using FakeUsbipd server = FakeUsbipd.Start(client => client.StaySilentAsync());
        using UsbIpConnection connection = await UsbIpConnection.ConnectAsync(
            new DnsEndPoint("localhost", server.Port, AddressFamily.InterNetwork), ConnectOptions.Default, Cancelled);
        Assert.Equal(server.Port, Assert.IsType<IPEndPoint>(connection.Socket.RemoteEndPoint).Port);
    }

    [Fact]
    public async Task An_unknown_name_is_said_to_be_unknown()
    {
        var connector = new Connector(
            new DnsEndPoint("attic", 3240), ConnectOptions.Default, (_, _, _) => throw new SocketException((int)SocketError.HostNotFound));
        var e = await Assert.ThrowsAsync<UsbIpConnectException>(() => connector.ConnectAsync(Cancelled));
        Assert.Contains("attic cannot be resolved", e.Message, StringComparison.Ordinal);
        Assert.Equal(SocketError.HostNotFound, e.SocketErrorCode);
    }

    [Fact]
    public async Task A_port_nobody_listens_on_is_refused_at_once_with_the_address_in_the_message()
    {
        int port = FreePort();
        var e = await Assert.ThrowsAsync<UsbIpConnectException>(
            () => UsbIpConnection.ConnectAsync(new DnsEndPoint("127.0.0.1", port), ConnectOptions.Default, Cancelled));
        Assert.Equal(SocketError.ConnectionRefused, e.SocketErrorCode);
        Assert.Contains($"127.0.0.1:{port}", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_addresses_of_a_name_are_tried_in_turn()
    {
        await using FakeUsbipd server = FakeUsbipd.Start(client => client.StaySilentAsync());
        // Nobody listens on .2 of the loopback network.
        var connector = new Connector(
            new DnsEndPoint("attic", server.Port), ConnectOptions.Default, Addresses(IPAddress.Parse("127.0.0.2"), IPAddress.Loopback));
        (Socket socket, _) = await connector.ConnectAsync(Cancelled);
        using (socket) Assert.Equal(IPAddress.Loopback, ((IPEndPoint)socket.RemoteEndPoint!).Address);
    }

    [Fact]
    public async Task Every_address_that_failed_is_named()
    {
        int port = FreePort();
        var connector = new Connector(
            new DnsEndPoint("attic", port), ConnectOptions.Default, Addresses(IPAddress.Parse("127.0.0.2"), IPAddress.Parse("127.0.0.3")));
        var e = await Assert.ThrowsAsync<UsbIpConnectException>(() => connector.ConnectAsync(Cancelled));
        Assert.Contains("127.0.0.2: ", e.Message, StringComparison.Ordinal);
        Assert.Contains("127.0.0.3: ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_without_addresses_is_an_error()
    {
        var connector = new Connector(new DnsEndPoint("attic", 3240), ConnectOptions.Default, Addresses());
        await Assert.ThrowsAsync<UsbIpConnectException>(() => connector.ConnectAsync(Cancelled));
    }

    [Fact]
    public async Task A_resolver_that_hangs_meets_the_deadline()
    {
        var clock = new SteppedClock();
        var never = new TaskCompletionSource<IPAddress[]>();
        var connector = new Connector(new DnsEndPoint("attic", 3240), new ConnectOptions { TimeProvider = clock }, (_, _, _) => never.Task);
        Task<(Socket, TimeSpan)> connect = connector.ConnectAsync(Cancelled);
        await clock.ExpireAsync(ClientTimers.Connect);
        var e = await Assert.ThrowsAsync<TimeoutException>(() => connect);
        Assert.Contains("resolving attic", e.Message, StringComparison.Ordinal);
        Assert.Contains("2 s", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_swallows_every_packet_meets_the_deadline()
    {
        using var hole = BlackHole.Dig();
        var clock = new SteppedClock();
        Task<UsbIpConnection> connect = UsbIpConnection.ConnectAsync(hole.EndPoint, new ConnectOptions { TimeProvider = clock }, Cancelled);
        await clock.ExpireAsync(ClientTimers.Connect);
        var e = await Assert.ThrowsAsync<TimeoutException>(() => connect);
        Assert.Contains("connecting to 127.0.0.1:", e.Message, StringComparison.Ordinal);
        Assert.Contains("2 s", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_swallows_every_packet_leaves_time_for_the_next()
    {
        using var hole = BlackHole.Dig();
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        server.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.2"), hole.Port));
        server.Listen();
        var clock = new SteppedClock();
        var connector = new Connector(
            new DnsEndPoint("attic", hole.Port),
            new ConnectOptions { TimeProvider = clock },
            Addresses(IPAddress.Loopback, IPAddress.Parse("127.0.0.2")));
        Task<(Socket Socket, TimeSpan)> connect = connector.ConnectAsync(Cancelled);
        await clock.ExpireAsync(ClientTimers.Connect / 2);
        using Socket socket = (await connect).Socket;
        Assert.Equal(IPAddress.Parse("127.0.0.2"), ((IPEndPoint)socket.RemoteEndPoint!).Address);
    }

    [Fact]
    public async Task Cancelling_is_not_a_deadline()
    {
        using var hole = BlackHole.Dig();
        using var cancel = new CancellationTokenSource();
        var clock = new SteppedClock();
        Task<UsbIpConnection> connect = UsbIpConnection.ConnectAsync(
            hole.EndPoint, new ConnectOptions { TimeProvider = clock }, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connect);
    }

    [Fact]
    public async Task A_source_port_is_kept_to()
    {
        var seen = new TaskCompletionSource<int>();
        await using FakeUsbipd server = FakeUsbipd.Start(client =>
        {
            seen.TrySetResult(client.RemotePort);
            return client.StaySilentAsync();
        });
        int port = FreePort();
        using UsbIpConnection connection = await UsbIpConnection.ConnectAsync(
            server.EndPoint, new ConnectOptions { SourcePort = port }, Cancelled);
        Assert.Equal(port, connection.LocalEndPoint.Port);
        Assert.Equal(port, await seen.Task);
    }

    [Fact]
    public async Task Two_servers_may_be_reached_from_one_source_port()
    {
        await using FakeUsbipd one = FakeUsbipd.Start(client => client.StaySilentAsync());
        await using FakeUsbipd other = FakeUsbipd.Start(client => client.StaySilentAsync());
        var options = new ConnectOptions { SourcePort = FreePort() };
        using UsbIpConnection first = await UsbIpConnection.ConnectAsync(one.EndPoint, options, Cancelled);
        using UsbIpConnection second = await UsbIpConnection.ConnectAsync(other.EndPoint, options, Cancelled);
        Assert.Equal(options.SourcePort, second.LocalEndPoint.Port);
    }

    [Fact]
    public async Task A_source_port_whose_connection_is_still_alive_here_is_replaced_by_another()
    {
        await using FakeUsbipd server = FakeUsbipd.Start(client => client.StaySilentAsync());
        var options = new ConnectOptions { SourcePort = FreePort() };
        using UsbIpConnection first = await UsbIpConnection.ConnectAsync(server.EndPoint, options, Cancelled);
        using UsbIpConnection second = await UsbIpConnection.ConnectAsync(server.EndPoint, options, Cancelled);
        Assert.NotEqual(first.LocalEndPoint.Port, second.LocalEndPoint.Port);
    }

    [Fact]
    public async Task A_source_port_that_somebody_listens_on_is_replaced_by_another()
    {
        await using FakeUsbipd server = FakeUsbipd.Start(client => client.StaySilentAsync());
        await using FakeUsbipd other = FakeUsbipd.Start(client => client.StaySilentAsync());
        using UsbIpConnection connection = await UsbIpConnection.ConnectAsync(
            server.EndPoint, new ConnectOptions { SourcePort = other.Port }, Cancelled);
        Assert.NotEqual(other.Port, connection.LocalEndPoint.Port);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(65536)]
    public async Task A_source_port_that_is_none_is_the_callers_error(int port) => await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
        () => UsbIpConnection.ConnectAsync(new DnsEndPoint("127.0.0.1", 1), new ConnectOptions { SourcePort = port }, Cancelled));

    private static Func<string, AddressFamily, CancellationToken, Task<IPAddress[]>> Addresses(params IPAddress[] addresses) =>
        (_, _, _) => Task.FromResult(addresses);

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
