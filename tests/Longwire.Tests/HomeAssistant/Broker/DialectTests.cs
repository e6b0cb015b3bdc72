using Longwire.HomeAssistant.Broker;
using Longwire.State;
using Longwire.Tests.HomeAssistant.Brokers;
using Microsoft.Extensions.Time.Testing;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using MQTTnet.Server;
using Xunit;

namespace Longwire.Tests.HomeAssistant.Broker;

/// <summary>Brokers that speak only MQTT 3.1.1, or less of MQTT 5 than we ask for.</summary>
public sealed class DialectTests
{
    private const string Config = $"homeassistant/device/longwire_radio_{Some.RadioId}/config";
    private static readonly Dialect Old = Dialect.Full with { Version = MqttProtocolVersion.V311 };

    private const string SpeaksOld = "speaks MQTT 3.1.1, which works";

    /// <summary>What brokers that know only 3.1.1 do when they are spoken to in MQTT 5.</summary>
    public static TheoryData<string> Ways { get; } = ["CONNACK 1", "CONNACK 0x84", "end of stream", "reset"];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_broker_that_speaks_only_3_1_1_is_told_everything_in_it_and_that_is_said_once(string refusal)
    {
        await using var broker = new ScriptedBroker { OnConnect = OnlyOld(refusal), Resets = refusal == "reset" };
        await using Bridge bridge = await Bridge.StartAsync(broker.Port, Some.Snapshot(Some.Radio));
        await broker.HasAsync(Config);
        await bridge.SaysAsync("connected to");
        Assert.Equal([5, 4], broker.Connects.Select(connect => connect.Version));
        Assert.True(broker.Connects.Last().WillRetain);
        Assert.All(broker.Publishes, publish => Assert.Equal(1, publish.QoS));
        string said = Assert.Single(bridge.Logger.Lines, line => line.Contains(SpeaksOld, StringComparison.Ordinal));
        Assert.EndsWith("send commands without retain", said, StringComparison.Ordinal);
        await bridge.StopAsync();
        Assert.Equal("offline", broker.Publishes.Last(publish => publish.Topic == "longwire/bridge/state").Payload);
        await Eventually.IsTrueAsync(() => broker.Disconnects == 1, () => "a goodbye");
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task What_was_accepted_is_remembered_for_an_hour_and_said_once_in_a_life(string refusal)
    {
        var time = new FakeTimeProvider();
        var log = new RecordingLogger<KnownBrokers>();
        await using var broker = new ScriptedBroker { OnConnect = OnlyOld(refusal), Resets = refusal == "reset" };
        var connector = new BrokerConnector(new KnownBrokers(time, log), time);
        foreach ((int minutesLater, int[] spoken) in new[] { (0, new[] { 5, 4 }), (59, [4]), (2, [5, 4]), (0, [4]) })
        {
            time.Advance(TimeSpan.FromMinutes(minutesLater));
            int before = broker.Connects.Count;
            await (await broker.OpenAsync(connector, willTopic: "longwire/bridge/state")).DisposeAsync();
            Assert.Equal(spoken, broker.Connects.Skip(before).Select(connect => connect.Version));
        }
        Assert.Single(log.Lines);

        // Updated meanwhile: found out within the hour, and told.
        broker.OnConnect = _ => Answer.Connack(0);
        time.Advance(TimeSpan.FromHours(1));
        await (await broker.OpenAsync(connector, willTopic: "longwire/bridge/state")).DisposeAsync();
        Assert.Equal(5, broker.Connects.Last().Version);
        Assert.Contains("speaks MQTT 5 now", log.Lines.Last(), StringComparison.Ordinal);
        Assert.Equal(2, log.Lines.Count());
    }

    [Fact]
    public async Task One_that_now_refuses_3_1_1_is_asked_in_5_at_once()
    {
        var time = new FakeTimeProvider();
        await using var broker = new ScriptedBroker { OnConnect = OnlyOld("CONNACK 1") };
        var connector = new BrokerConnector(new KnownBrokers(time, new RecordingLogger<KnownBrokers>()), time);
        await (await broker.OpenAsync(connector, willTopic: "longwire/bridge/state")).DisposeAsync();
        broker.OnConnect = connect => connect.Version == 5 ? Answer.Connack(0) : Answer.OldConnack(1);
        await (await broker.OpenAsync(connector, willTopic: "longwire/bridge/state")).DisposeAsync();
        Assert.Equal([5, 4, 4, 5], broker.Connects.Select(connect => connect.Version));
    }

    [Fact]
    public async Task A_broker_that_closed_because_it_was_starting_is_spoken_to_in_5_when_it_has()
    {
        var time = new FakeTimeProvider();
        var log = new RecordingLogger<KnownBrokers>();
        await using var broker = new ScriptedBroker { OnConnect = _ => Answer.Close };
        var connector = new BrokerConnector(new KnownBrokers(time, log), time);
        BrokerException closed = await Assert.ThrowsAsync<BrokerException>(
            () => broker.OpenAsync(connector, willTopic: "longwire/bridge/state"));
        Assert.Equal(BrokerFailure.Closed, closed.Failure);
        broker.OnConnect = connect => connect.Version == 5 ? Answer.Connack(0) : Answer.OldConnack(0);
        await (await broker.OpenAsync(connector, willTopic: "longwire/bridge/state")).DisposeAsync();
        Assert.Equal([5, 4, 5], broker.Connects.Select(connect => connect.Version));
        Assert.Empty(log.Lines);
    }

    [Fact]
    public async Task A_broker_that_closes_every_connection_is_asked_twice_quickly_and_then_never_within_30_seconds()
    {
        var time = new HandWoundTime();
        await using var broker = new ScriptedBroker { OnConnect = _ => Answer.Close };
        await using Bridge bridge = await Bridge.StartAsync(broker.Port, Some.Snapshot(Some.Radio), time: time);
        bridge.Logger.Expect("closes the connection at once, in MQTT 5 and in 3.1.1: check mqtt.port and mqtt.tls");
        for (int round = 1; round <= 3; round++)
        {
            // The pause is a timer that only we can let pass: once it is there, nothing else connects.
            await Eventually.IsTrueAsync(
                () => time.LongTimersStarted >= round, () => $"a long pause, after {broker.Connects.Count} connections");
            Assert.Equal((BrokerTimers.QuickTriesWhenClosed + round) * 2, broker.Connects.Count);
            time.Advance(TimeSpan.FromSeconds(45));
        }
        Assert.All(time.LongTimers, pause => Assert.InRange(pause, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(45)));
        Assert.Single(bridge.Logger.Lines);
    }

    [Fact]
    public async Task Another_program_reads_all_of_it_in_3_1_1_and_its_commands_arrive()
    {
        int port = Mosquitto.FreePort();
        using MqttServer server = await LibraryBroker.StartAsync(port);
        server.ValidatingConnectionAsync += args =>
        {
            if (args.ProtocolVersion == MqttProtocolVersion.V500) args.ReasonCode = MqttConnectReasonCode.UnsupportedProtocolVersion;
            return Task.CompletedTask;
        };
        await using (Bridge bridge = await Bridge.StartAsync(port, Some.Snapshot(Some.Radio)))
        {
            await using Observer observer = await Observer.ConnectAsync(port, client => client.WithProtocolVersion(Old.Version));
            await observer.WaitForAsync(Config);
            await bridge.SaysAsync(SpeaksOld);
            await observer.SayAsync($"longwire/radio/{Some.RadioId}/attach/set", "OFF");
            Assert.Equal(new RadioCommand.SetWanted(Some.RadioId, false), await bridge.Commands.NextAsync());
            int from = observer.Count;
            await bridge.StopAsync();
            await observer.WaitForAsync("longwire/bridge/state", seen => seen.Payload == "offline", from);
        }
        await server.StopAsync();
    }

    [Fact]
    public async Task A_retained_command_is_known_as_such_in_3_1_1_too_where_the_broker_sends_it_unasked()
    {
        const string topic = $"longwire/radio/{Some.RadioId}/attach/set";
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await observer.SayAsync(topic, "OFF", retain: true);
        await observer.SayAsync("homeassistant/status", "online", retain: true);
        var inbox = new IncomingMessages(new Topics("longwire", "homeassistant"));
        var address = new BrokerAddress("127.0.0.1", mosquitto.Port);
        CancellationToken none = CancellationToken.None;
        await using BrokerConnection connection = await BrokerConnection.OpenAsync(
            address, "longwire-a1", "longwire/bridge/state", Old, inbox, refused: null, TimeProvider.System, none);
        await connection.SubscribeAsync(
            ["longwire/radio/+/attach/set", "homeassistant/status"], withRetained: false, retainAsPublished: true, none);
        await observer.SayAsync(topic, "ON");
        IncomingMessage first = await inbox.Commands.ReadAsync(TestContext.Current.CancellationToken);
        IncomingMessage second = await inbox.Commands.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Equal(("OFF", true), (System.Text.Encoding.UTF8.GetString(first.Payload), first.Retained));
        Assert.Equal(("ON", false), (System.Text.Encoding.UTF8.GetString(second.Payload), second.Retained));
        Assert.False(inbox.Births.TryRead(out _));
        // A goodbye is one there as well: the broker drops the will.
        await connection.CloseAsync(none);
        await observer.FenceAsync();
        Assert.Empty(observer.On("longwire/bridge/state"));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task A_will_that_the_broker_cannot_keep_is_asked_for_in_less_and_that_is_remembered(bool noRetain, bool noQoS)
    {
        var time = new FakeTimeProvider();
        await using var broker = new ScriptedBroker();
        broker.OnConnect = connect =>
            noRetain && connect.WillRetain ? Answer.Connack(ReasonCode.RetainNotSupported)
            : noQoS && connect.WillQoS > 0 ? Answer.Connack(ReasonCode.QoSNotSupported)
            : Answer.Connack(0);
        var connector = new BrokerConnector(new KnownBrokers(time, new RecordingLogger<KnownBrokers>()), time);
        for (int i = 0; i < 2; i++)
        {
            await (await broker.OpenAsync(connector, willTopic: "longwire/bridge/state")).DisposeAsync();
            Assert.Equal(new ConnectPacket(5, !noRetain, noQoS ? 0 : 1), broker.Connects.Last());
        }
        Assert.Equal(2 + (noRetain ? 1 : 0) + (noQoS ? 1 : 0), broker.Connects.Count);
    }

    private static Func<ConnectPacket, Answer> OnlyOld(string refusal) => connect => (connect.Version, refusal) switch
    {
        (4, _) => Answer.OldConnack(0),
        (_, "CONNACK 1") => Answer.OldConnack(1),
        (_, "CONNACK 0x84") => Answer.Connack(ReasonCode.UnsupportedProtocolVersion),
        _ => Answer.Close,
    };
}
