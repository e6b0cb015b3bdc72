using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Longwire.HomeAssistant.Broker;
using Longwire.Tests.HomeAssistant.Brokers;
using Xunit;

namespace Longwire.Tests.HomeAssistant.Broker;

/// <summary>The way to the broker, where it ends before it stands; what stands is the other tests' matter.</summary>
public sealed class BrokerChannelTests : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public BrokerChannelTests() => _listener.Start();

    private static CancellationToken TestEnds => TestContext.Current.CancellationToken;

    private DnsEndPoint Name => new("localhost", ((IPEndPoint)_listener.LocalEndpoint).Port);

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task A_name_with_addresses_of_both_families_is_reached_at_the_one_where_something_listens()
    {
        using var channel = new BrokerChannel(Name, tls: null, TimeProvider.System);
        await channel.ConnectAsync(TestEnds);
        using Socket broker = await _listener.AcceptSocketAsync(TestEnds);
        await broker.SendAsync("x"u8.ToArray(), TestEnds);
        Assert.Equal(1, await channel.ReadAsync(new byte[8], 0, 8, TestEnds));
    }

    [Fact]
    public async Task One_that_is_disposed_before_it_connects_does_not_connect_any_more()
    {
        using var channel = new BrokerChannel(Name, tls: null, TimeProvider.System);
        channel.Dispose();
        await Assert.ThrowsAnyAsync<Exception>(() => channel.ConnectAsync(TestEnds));
        Assert.False(_listener.Pending());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_handshake_that_nobody_answers_ends_with_its_connection_when_it_is_cancelled_and_when_it_is_disposed(bool cancelled)
    {
        using var cancel = new CancellationTokenSource();
        using var channel = new BrokerChannel(Name, new SslClientAuthenticationOptions { TargetHost = "localhost" }, TimeProvider.System);
        Task connecting = channel.ConnectAsync(cancel.Token);
        using Socket broker = await _listener.AcceptSocketAsync(TestEnds);
        // Its hello is here: it waits for ours.
        Assert.NotEqual(0, await broker.ReceiveAsync(new byte[16 * 1024], TestEnds));
        if (cancelled) await cancel.CancelAsync();
        else channel.Dispose();
        await Assert.ThrowsAnyAsync<Exception>(() => connecting.WaitAsync(Eventually.Deadline, TestEnds));
        Assert.Equal(0, await EndAsync(broker).WaitAsync(Eventually.Deadline, TestEnds));
    }

    [Fact]
    public async Task A_read_ends_when_the_broker_ends_the_stream_and_when_it_is_cancelled_and_nothing_can_be_read_once_it_is_disposed()
    {
        using var channel = new BrokerChannel(Name, tls: null, TimeProvider.System);
        await channel.ConnectAsync(TestEnds);
        using Socket broker = await _listener.AcceptSocketAsync(TestEnds);
        using (var cancel = new CancellationTokenSource())
        {
            Task<int> reading = channel.ReadAsync(new byte[8], 0, 8, cancel.Token);
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(Eventually.Deadline, TestEnds));
        }
        Task<int> last = channel.ReadAsync(new byte[8], 0, 8, TestEnds);
        broker.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await last.WaitAsync(Eventually.Deadline, TestEnds));
        channel.Dispose();
        await Assert.ThrowsAnyAsync<Exception>(() => channel.ReadAsync(new byte[8], 0, 8, TestEnds));
        Assert.Equal(0, await EndAsync(broker).WaitAsync(Eventually.Deadline, TestEnds));
    }

    /// <returns>0, however the connection ends.</returns>
    private static async Task<int> EndAsync(Socket broker)
    {
        try
        {
            while (await broker.ReceiveAsync(new byte[1024], CancellationToken.None) > 0) { }
        }
        catch (SocketException)
        {
            // A reset ends it as well.
        }
        return 0;
    }
}
