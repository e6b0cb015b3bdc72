using Longwire.HomeAssistant.Broker;
using Longwire.State;
using Longwire.Tests.HomeAssistant.Brokers;
using MQTTnet.Protocol;
using Xunit;

namespace Longwire.Tests.HomeAssistant.Broker;

/// <summary>Brokers that take only small messages; most of ours are.</summary>
public sealed class PacketSizeTests
{
    private const string State = $"longwire/radio/{Some.RadioId}/state";
    private const string Config = $"homeassistant/device/longwire_radio_{Some.RadioId}/config";

    [Fact]
    [Trait("needs", "mosquitto")]
    public async Task Mosquitto_with_a_small_max_packet_size_gets_all_that_fits_and_stays_connected()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync("allow_anonymous true\nmax_packet_size 1024");
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot(Some.Radio));
        bridge.Logger.Expect("it takes no packet above 1024 bytes");
        await bridge.SaysAsync("connected to");
        await IsNamedAsync(Config, bridge);
        Assert.Matches($"to .*{Config} \\(\\d+ bytes\\) \\(it takes no packet above 1024 bytes\\): raise that limit", bridge.Problems.Last);
        // The states are told, and a change of one too, on the same connection.
        await observer.WaitForAsync(State);
        bridge.Publish(Some.Snapshot(Some.Radio with { Status = RadioStatus.Unplugged }));
        await observer.WaitForAsync(State, seen => seen.Json.GetProperty("status").GetString() == "unplugged");
        Assert.DoesNotContain(bridge.Logger.Lines, line => line.Contains("lost", StringComparison.Ordinal));
        Assert.DoesNotContain(observer.On("longwire/bridge/state"), seen => seen.Payload == "offline");
    }

    [Fact]
    [Trait("needs", "mosquitto")]
    public async Task Mosquitto_with_a_small_message_size_limit_refuses_one_by_one_and_stays_connected()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync("allow_anonymous true\nmessage_size_limit 900");
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot(Some.Radio));
        bridge.Logger.Expect("message_size_limit");
        await bridge.SaysAsync("connected to");
        await observer.WaitForAsync(State);
        await IsNamedAsync(Config, bridge);
        Assert.Matches($"to .*{Config} \\(\\d+ bytes\\) \\(it is too large\\): raise the broker's limit", bridge.Problems.Last);
        Assert.DoesNotContain(bridge.Logger.Lines, line => line.Contains("lost", StringComparison.Ordinal));
        Assert.DoesNotContain(observer.All, seen => seen.Topic == Config);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_size_of_a_message_is_reckoned_as_it_is_sent(bool old)
    {
        await using var broker = new ScriptedBroker();
        Dialect dialect = old ? Dialect.Full with { Version = MQTTnet.Formatter.MqttProtocolVersion.V311 } : Dialect.Full;
        await using BrokerConnection open = await broker.OpenAsync(TimeProvider.System, dialect);
        // Where the length of the length changes, and a few beyond.
        foreach (int length in (int[])[0, .. Enumerable.Range(95, 25), .. Enumerable.Range(16_350, 25), 20_000])
        {
            await open.RetainAsync("topic/with/ü", new string('x', length), CancellationToken.None);
            await open.SayAsync("topic/with/ü", System.Text.Encoding.UTF8.GetBytes(new string('x', length)), CancellationToken.None);
        }
        foreach (PublishPacket sent in broker.Publishes)
        {
            var limits = new BrokerLimits(old, null, true, (MqttQualityOfServiceLevel)sent.QoS, BrokerTimers.PingEvery);
            var message = new MQTTnet.MqttApplicationMessage
            {
                Topic = sent.Topic,
                Payload = new System.Buffers.ReadOnlySequence<byte>(System.Text.Encoding.UTF8.GetBytes(sent.Payload)),
                QualityOfServiceLevel = (MqttQualityOfServiceLevel)sent.QoS,
                MessageExpiryInterval = sent.Retain || old ? 0u : 30u,
            };
            Assert.Equal(sent.Size, limits.SizeOf(message));
        }
        Assert.Equal(2 * 52, broker.Publishes.Count);
    }

    private static Task IsNamedAsync(string topic, Bridge bridge) => Eventually.IsTrueAsync(
        () => bridge.Problems.Last?.Contains(topic, StringComparison.Ordinal) == true, () => $"{topic} in: {bridge.Problems.Last}");
}
