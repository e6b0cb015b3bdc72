using System.Net;
using System.Net.Sockets;
using Longwire.Lab.Network;
using Longwire.Testing;
using Longwire.Testing.Brokers;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>The lab's broker and relay do to the program what tests say they do. No guest is needed to see that.</summary>
public sealed class BrokerSetupTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = Deadlines.Patience;

    private readonly string _folder = Directory.CreateTempSubdirectory("longwire-lab-").FullName;
    private Broker _broker = null!;

    public ValueTask InitializeAsync()
    {
        _broker = new Broker(_folder, TimeProvider.System);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_retained_outlives_a_restart_only_if_the_broker_is_persistent(bool persistent)
    {
        await _broker.StartAsync(new BrokerSetup(Persistent: persistent));
        await _broker.Watch.PublishAsync("kept", "yes", retain: true);
        await _broker.Watch.WaitForAsync(message => message.Topic == "kept", Soon, "our own message");
        int before = _broker.Watch.Count;
        await _broker.RestartAsync();
        await _broker.Watch.PublishAsync("last", "yes");
        await _broker.Watch.WaitForAsync(message => message.Topic == "last", Soon, "the message after", before);
        Assert.Equal(persistent, _broker.Watch.Messages.Skip(before).Any(message => message is { Topic: "kept", Retained: true }));
    }

    [Fact]
    public async Task It_speaks_TLS_under_an_authority_of_its_own_and_asks_for_a_password()
    {
        await _broker.StartAsync(new BrokerSetup(UserName: "longwire", Password: "secret", Tls: true));
        await _broker.Watch.PublishAsync("topic", "text");
        await _broker.Watch.WaitForAsync(message => message is { Topic: "topic", Payload: "text" }, Soon, "our own message");
        Assert.StartsWith("-----BEGIN CERTIFICATE-----", _broker.Authority, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stalled_broker_accepts_and_says_nothing_until_it_goes_on()
    {
        await _broker.StartAsync();
        _broker.Stall();
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(IPAddress.Loopback, _broker.Port, TestContext.Current.CancellationToken);
            Assert.True(client.Connected);
        }
        Task publishing = _broker.Watch.PublishAsync("topic", "text");
        _broker.Resume();
        await publishing.WaitAsync(Soon, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_relay_falls_silent_at_the_byte_it_is_told_and_goes_on_when_released()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        await using var relay = new TcpRelay((IPEndPoint)server.LocalEndpoint) { Accepted = connection => connection.SilenceAfter(3) };
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, relay.Port, TestContext.Current.CancellationToken);
        using TcpClient served = await server.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await served.GetStream().WriteAsync("abcdef"u8.ToArray(), TestContext.Current.CancellationToken);
        byte[] heard = new byte[6];
        await client.GetStream().ReadExactlyAsync(heard.AsMemory(0, 3), TestContext.Current.CancellationToken);
        Assert.Equal(3, relay.Connections[0].ToClient);
        relay.Connections[0].Release();
        await client.GetStream().ReadExactlyAsync(heard.AsMemory(3), TestContext.Current.CancellationToken);
        Assert.Equal("abcdef"u8.ToArray(), heard);
    }
}
