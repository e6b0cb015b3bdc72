using System.Collections.Concurrent;
using Longwire.Options;
using Longwire.Tests.HomeAssistant.Brokers;
using MQTTnet;
using MQTTnet.Protocol;
using MQTTnet.Server;
using Xunit;

namespace Longwire.Tests.HomeAssistant.Broker;

/// <summary>Brokers that say things mosquitto hardly ever says: one inside the process.</summary>
public sealed class RefusalTests
{
    [Theory]
    [InlineData(MqttConnectReasonCode.UnsupportedProtocolVersion, "speaks neither MQTT 5 nor 3.1.1: update that broker")]
    [InlineData(MqttConnectReasonCode.NotAuthorized, "wants a user name and a password: set mqtt.username and mqtt.password")]
    [InlineData(MqttConnectReasonCode.ClientIdentifierNotValid, "allow client ids that begin with \"longwire\"")]
    [InlineData(MqttConnectReasonCode.Banned, "has banned us")]
    [InlineData(
        MqttConnectReasonCode.ServerBusy,
        "refuses the connection (it is busy): if that does not pass, look into its log. It says: \"come?back\".")]
    public async Task A_refusal_is_a_sentence_with_a_remedy_and_said_once(MqttConnectReasonCode code, string sentence)
    {
        int port = Mosquitto.FreePort();
        using MqttServer server = await LibraryBroker.StartAsync(port);
        int asked = 0;
        server.ValidatingConnectionAsync += args =>
        {
            Interlocked.Increment(ref asked);
            args.ReasonCode = code;
            if (code == MqttConnectReasonCode.ServerBusy) args.ReasonString = "come\nback";
            return Task.CompletedTask;
        };
        await using Bridge bridge = await Bridge.StartAsync(port, Some.Snapshot(Some.Radio));
        bridge.Logger.Expect(sentence);
        await Eventually.IsTrueAsync(() => Volatile.Read(ref asked) >= 3, () => "three attempts");
        await bridge.SaysAsync(sentence);
        Assert.Single(bridge.Logger.Lines);
        await server.StopAsync();
    }

    [Fact]
    public async Task Somebody_else_under_our_client_id_is_named_instead_of_a_duel_without_end()
    {
        int port = Mosquitto.FreePort();
        using MqttServer server = await LibraryBroker.StartAsync(port);
        var ours = new ConcurrentQueue<string>();
        // Not when it connects: this broker ends without a word who is thrown out before it is served.
        server.ClientSubscribedTopicAsync += args =>
        {
            if (args.TopicFilter.Topic == "longwire/bridge/claim") ours.Enqueue(args.ClientId);
            return Task.CompletedTask;
        };
        await using Bridge bridge = await Bridge.StartAsync(port, Some.Snapshot(Some.Radio));
        bridge.Logger.Expect("somebody else connected with our client id");
        bridge.Logger.Expect("the connection ended");
        // No copy of ours: its client id would differ. Once and twice may be an accident. A broker that closes while our bytes are still
        // unread resets the connection, and its DISCONNECT may be lost with it: then it takes one time more until the third is told.
        for (int times = 1; bridge.Problems.Last is null; times++)
        {
            Assert.True(times <= 10, "thrown out ten times, and no duel reported");
            await Eventually.IsTrueAsync(() => ours.Count == times, () => $"connection {times} of {ours.Count}");
            Assert.True(times > 2 || bridge.Problems.Last is null, $"reported at connection {times}");
            using IMqttClient rival = await RivalAsync(port, ours.First());
            // Until it is thrown out itself: this broker forgets the session of one that leaves a moment late, and if we have that id again
            // by then, it ends our connection, as if we had asked for it.
            await Eventually.IsTrueAsync(
                () => ours.Count > times || (times > 2 && bridge.Problems.Last is not null),
                () => $"connection {times + 1} of {ours.Count}");
        }
        await bridge.SaysAsync("somebody else connected with our client id");
        Assert.Contains("give Longwire a user of its own", bridge.Problems.Last, StringComparison.Ordinal);
        Assert.Single(ours.Distinct());
        await server.StopAsync();
    }

    [Fact]
    public async Task A_broker_that_changes_in_the_options_is_followed_at_once()
    {
        int port = Mosquitto.FreePort();
        using MqttServer server = await LibraryBroker.StartAsync(port);
        await using Bridge bridge = await Bridge.StartAsync(
            port, Some.Snapshot(Some.Radio), options: new MqttOptions { Host = "no-such-host.invalid" });
        bridge.Logger.Expect("there is no host \"no-such-host.invalid\": check mqtt.host");
        bridge.Logger.Expect("no-such-host.invalid:1883");
        await Eventually.IsTrueAsync(() => bridge.Logger.Lines.Any(), () => "a line");
        bridge.Apply(bridge.Settings with { Broker = new MqttOptions() });
        await bridge.SaysAsync("No MQTT broker is named");
        bridge.Apply(bridge.Settings with { Broker = new MqttOptions { Host = "127.0.0.1", Port = port } });
        await bridge.SaysAsync($"connected to 127.0.0.1:{port}");
    }

    /// <summary>Connects once and does nothing else: it may be thrown out at any moment.</summary>
    private static async Task<IMqttClient> RivalAsync(int port, string clientId)
    {
        IMqttClient rival = new MqttClientFactory().CreateMqttClient();
        await rival.ConnectAsync(
            new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", port)
                .WithProtocolVersion(MQTTnet.Formatter.MqttProtocolVersion.V500)
                .WithClientId(clientId)
                .Build());
        return rival;
    }
}
