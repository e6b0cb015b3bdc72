using Longwire.HomeAssistant.Broker;
using Longwire.Tests.HomeAssistant.Brokers;
using Xunit;

namespace Longwire.Tests.HomeAssistant.Broker;

/// <summary>Brokers that keep nothing, take QoS 0 only, or leave us without an answer.</summary>
public sealed class LesserBrokerTests
{
    private const string State = $"longwire/radio/{Some.RadioId}/state";
    private const string Config = $"homeassistant/device/longwire_radio_{Some.RadioId}/config";

    // Longer than any answer takes on a busy machine, shorter than what is guarded here.
    private static readonly TimeSpan Hand = TimeSpan.FromSeconds(2);

    [Fact]
    [Trait("needs", "mosquitto")]
    public async Task Mosquitto_without_retained_messages_is_used_all_the_same_and_the_remedy_is_said()
    {
        var time = new HandWoundTime();
        await using Mosquitto mosquitto = await Mosquitto.StartAsync("allow_anonymous true\nretain_available false");
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot(Some.Radio), time: time);
        bridge.Logger.Expect("allow them (retain_available is mosquitto's)");
        await observer.WaitForAsync(Config);
        await bridge.SaysAsync("connected to");
        Assert.Contains("The broker keeps no retained messages", bridge.Problems.Last, StringComparison.Ordinal);
        Assert.Single(bridge.Logger.Lines, line => line.Contains("retain_available", StringComparison.Ordinal));

        // Home Assistant, started later, is told all of it when it says so, and the states with each heartbeat.
        int from = observer.Count;
        await observer.SayAsync("homeassistant/status", "online");
        await observer.WaitForAsync(Config, from: from);
        from = observer.Count;
        await Eventually.IsTrueAsync(() => time.LongTimersStarted > 0, () => "the heartbeat's timer");
        time.Advance(BrokerTimers.Heartbeat);
        await observer.WaitForAsync(State, from: from);
        // The will works too, for those who listen.
        from = observer.Count;
        await bridge.StopAsync();
        await observer.WaitForAsync("longwire/bridge/state", seen => seen.Payload == "offline", from);
    }

    [Fact]
    [Trait("needs", "mosquitto")]
    public async Task Mosquitto_that_takes_QoS_0_only_is_told_everything()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync("max_qos 0\nallow_anonymous true");
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot(Some.Radio));
        await bridge.SaysAsync("connected to");
        Assert.Single(bridge.Logger.Lines, line => line.Contains("allow QoS 1 (max_qos is mosquitto's)", StringComparison.Ordinal));
        Assert.Null(bridge.Problems.Last);
        await observer.WaitForAsync(Config);
        await bridge.StopAsync();
        await observer.WaitForAsync("longwire/bridge/state", seen => seen.Payload == "offline");
        // Retained all the same.
        await using Observer newcomer = await Observer.ConnectAsync(mosquitto.Port);
        await newcomer.WaitForAsync(Config, seen => seen.Retained);
    }

    [Theory]
    [InlineData(1, 0.5)]
    [InlineData(4, 2)]
    [InlineData(60, 3)]
    public async Task A_broker_that_wants_to_hear_of_us_more_often_does(int serverKeepAlive, double every)
    {
        var time = new HandWoundTime(TimeSpan.FromSeconds(0.4));
        await using var broker = new ScriptedBroker { OnConnect = _ => Answer.Connack(0, 0x13, 0, (byte)serverKeepAlive) };
        int pings = 0;
        broker.OnPing = () =>
        {
            Interlocked.Increment(ref pings);
            return new Answer([0xD0, 0]);
        };
        await using BrokerConnection connection = await broker.OpenAsync(time);
        time.Advance(TimeSpan.FromSeconds(every) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, Volatile.Read(ref pings));
        time.Advance(TimeSpan.FromMilliseconds(1));
        await Eventually.IsTrueAsync(() => Volatile.Read(ref pings) == 1, () => "a ping");
    }

    public static TheoryData<string> Questions { get; } = ["retain", "say", "subscribe", "ping"];

    [Theory]
    [MemberData(nameof(Questions))]
    public async Task Whatever_the_broker_never_answers_ends_after_the_deadline(string question)
    {
        var time = new HandWoundTime(Hand);
        await using var broker = new ScriptedBroker { AnswersSubscribe = false };
        broker.OnPublish = _ => Answer.Silence;
        broker.OnPing = () => Answer.Silence;
        await using BrokerConnection connection = await broker.OpenAsync(time);
        int before = time.LongTimersStarted;
        Task asked = question switch
        {
            "retain" => connection.RetainAsync("a", "b", CancellationToken.None),
            "say" => connection.SayAsync("a", new byte[] { 1 }, CancellationToken.None),
            "subscribe" => connection.SubscribeAsync(["a"], withRetained: true, retainAsPublished: false, CancellationToken.None),
            _ => connection.Lost,
        };
        if (question == "ping") time.Advance(BrokerTimers.PingEvery);
        await Eventually.IsTrueAsync(() => time.LongTimersStarted > before, () => "the deadline");
        Assert.False(asked.IsCompleted);
        time.Advance(BrokerTimers.AnswerDeadline);
        BrokerException e = question == "ping" ? await connection.Lost : await Assert.ThrowsAsync<BrokerException>(() => asked);
        Assert.Equal("it did not answer for 5 s.", e.Message);
        Assert.Equal(BrokerFailure.Away, e.Failure);
    }

    [Fact]
    public async Task A_second_message_does_not_wait_longer_than_its_own_deadline_for_the_first()
    {
        var time = new HandWoundTime(Hand);
        await using var broker = new ScriptedBroker { OnPublish = _ => Answer.Silence };
        await using BrokerConnection connection = await broker.OpenAsync(time);
        int before = time.LongTimersStarted;
        Task<bool> one = connection.RetainAsync("a", "b", CancellationToken.None);
        Task<bool> two = connection.RetainAsync("c", "d", CancellationToken.None);
        await Eventually.IsTrueAsync(() => time.LongTimersStarted >= before + 2, () => "both deadlines");
        await broker.HasAsync("a");
        time.Advance(BrokerTimers.AnswerDeadline);
        foreach (Task<bool> asked in new[] { one, two }) await Assert.ThrowsAsync<BrokerException>(() => asked);
        Assert.Single(broker.Publishes);
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_a_broker_that_has_gone_quiet()
    {
        await using var broker = new ScriptedBroker();
        await using Bridge bridge = await Bridge.StartAsync(broker.Port, Some.Snapshot(Some.Radio));
        await broker.HasAsync(Config);
        await bridge.SaysAsync("connected to");
        broker.OnPublish = _ => Answer.Silence;
        var watch = System.Diagnostics.Stopwatch.StartNew();
        await bridge.StopAsync();
        Assert.InRange(watch.Elapsed, BrokerTimers.Goodbye - TimeSpan.FromMilliseconds(100), BrokerTimers.AnswerDeadline);
    }
}
