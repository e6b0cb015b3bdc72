using System.Net;
using System.Net.Sockets;
using Longwire.HomeAssistant.Broker;
using Longwire.Testing;
using Longwire.Testing.Usbipd;
using Longwire.Tests.HomeAssistant.Brokers;
using Xunit;

namespace Longwire.Tests.HomeAssistant.Broker;

/// <summary>A broker's name with several addresses, of which some are dead.</summary>
public sealed class ParallelConnectTests
{
    private readonly SteppedClock _clock = new();

    private static CancellationToken TestEnds => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public async Task Addresses_that_swallow_every_packet_cost_a_quarter_of_a_second_each(int dead)
    {
        using var first = BlackHole.Dig();
        BlackHole[] others = [.. Enumerable.Range(2, dead - 1).Select(host => BlackHole.Dig(Host(host), first.Port))];
        using Socket broker = Listen(Host(dead + 1), first.Port);
        Task<Socket> connecting = ConnectAsync(first.Port, [.. Enumerable.Range(1, dead + 1).Select(Host)]);
        for (int i = 0; i < dead; i++)
        {
            Assert.False(connecting.IsCompleted);
            await _clock.ExpireAsync(TimeSpan.FromMilliseconds(250));
        }
        using (Socket socket = await connecting.WaitAsync(Eventually.Deadline, TestEnds))
        {
            Assert.Equal(new IPEndPoint(Host(dead + 1), first.Port), socket.RemoteEndPoint);
            Assert.True(socket.NoDelay);
        }
        foreach (BlackHole other in others) other.Dispose();
    }

    [Fact]
    public async Task An_address_where_nothing_listens_costs_no_time()
    {
        using Socket broker = Listen(Host(3), 0);
        int port = ((IPEndPoint)broker.LocalEndPoint!).Port;
        using Socket socket = await ConnectAsync(port, Host(1), Host(2), Host(3)).WaitAsync(Eventually.Deadline, TestEnds);
        Assert.Equal(Host(3), ((IPEndPoint)socket.RemoteEndPoint!).Address);
    }

    [Fact]
    public async Task The_first_that_answers_is_taken_and_no_other_stays_connected()
    {
        using var hole = BlackHole.Dig();
        using Socket one = Listen(Host(2), hole.Port);
        using Socket other = Listen(Host(3), hole.Port);
        Task<Socket> connecting = ConnectAsync(hole.Port, Host(1), Host(2), Host(3));
        await _clock.ExpireAsync(BrokerTimers.NextAddress);
        using Socket socket = await connecting.WaitAsync(Eventually.Deadline, TestEnds);
        Assert.Equal(Host(2), ((IPEndPoint)socket.RemoteEndPoint!).Address);
        Assert.False(other.Poll(0, SelectMode.SelectRead));
    }

    [Fact]
    public async Task Where_none_takes_it_the_reason_is_told()
    {
        using Socket broker = Listen(Host(1), 0);
        int port = ((IPEndPoint)broker.LocalEndPoint!).Port;
        broker.Dispose();
        SocketException e = await Assert.ThrowsAsync<SocketException>(
            () => ConnectAsync(port, Host(1), Host(2)).WaitAsync(Eventually.Deadline, TestEnds));
        Assert.Equal(SocketError.ConnectionRefused, e.SocketErrorCode);
        await Assert.ThrowsAsync<SocketException>(() => ConnectAsync(port));
    }

    [Fact]
    public async Task It_ends_with_the_deadline_of_who_asked()
    {
        using var hole = BlackHole.Dig();
        using var deadline = new CancellationTokenSource();
        Task<Socket> connecting = ParallelConnect.ToAsync([Host(1)], hole.Port, _clock, deadline.Token);
        await deadline.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting.WaitAsync(Eventually.Deadline, TestEnds));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("::1 10.0.0.1", "::1 10.0.0.1")]
    [InlineData("10.0.0.1 10.0.0.2 ::1", "10.0.0.1 ::1 10.0.0.2")]
    [InlineData("::1 ::2 ::3 10.0.0.1 10.0.0.2", "::1 10.0.0.1 ::2 10.0.0.2 ::3")]
    [InlineData("::1 10.0.0.1 ::2 ::3", "::1 10.0.0.1 ::2 ::3")]
    public void A_family_that_is_dead_as_a_whole_holds_up_the_other_by_one_address(string found, string tried) =>
        Assert.Equal(tried, string.Join(' ', ParallelConnect.InTurns(
            found.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(IPAddress.Parse))));

    private Task<Socket> ConnectAsync(int port, params IPAddress[] addresses) =>
        ParallelConnect.ToAsync(addresses, port, _clock, TestEnds);

    private static IPAddress Host(int number) => new([127, 0, 0, (byte)number]);

    private static Socket Listen(IPAddress address, int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(address, port));
        socket.Listen();
        return socket;
    }
}
