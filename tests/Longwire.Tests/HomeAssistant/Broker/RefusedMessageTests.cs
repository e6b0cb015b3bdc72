using System.Collections.Immutable;
using Longwire.HomeAssistant.Broker;
using Longwire.HomeAssistant.Discovery;
using Longwire.HomeAssistant.Ownership;
using Longwire.Tests.HomeAssistant.Brokers;
using Microsoft.Extensions.Time.Testing;
using MQTTnet.Protocol;
using Xunit;

namespace Longwire.Tests.HomeAssistant.Broker;

/// <summary>A message that the broker does not take costs the others nothing.</summary>
public sealed class RefusedMessageTests
{
    private const string State = $"longwire/radio/{Some.RadioId}/state";
    private const string Config = $"homeassistant/device/longwire_radio_{Some.RadioId}/config";
    private const string BridgeConfig = "homeassistant/device/longwire_bridge/config";
    private const string PiConfig = "homeassistant/device/longwire_pi_attic/config";

    public static TheoryData<int> PublishCodes { get; } =
        [.. Enum.GetValues<MqttPubAckReasonCode>().Select(code => (int)code).Where(code => code >= 0x80), ReasonCode.PacketTooLarge, 0xFF];

    public static TheoryData<int> SubscribeCodes { get; } =
        [.. Enum.GetValues<MqttSubscribeReasonCode>().Select(code => (int)code).Where(code => code >= 0x80)];

    public static TheoryData<int> DisconnectCodes { get; } =
        [.. Enum.GetValues<MqttDisconnectReasonCode>().Select(code => (int)code).Where(code => code >= 0x80)];

    [Theory]
    [MemberData(nameof(PublishCodes))]
    public async Task A_refused_publish_is_named_with_its_remedy_and_the_others_are_published(int code)
    {
        MessageRefusal why = RefusalText.OfPublish(code);
        await using var broker = new ScriptedBroker { OnPublish = publish => Answer.Puback(publish, publish.Topic == State ? code : 0) };
        await using Bridge bridge = await Bridge.StartAsync(broker.Port, Some.Snapshot(Some.Radio));
        string sentence = $" ({why.What}): {why.Remedy}.";
        bridge.Logger.Expect(sentence);
        await broker.HasAsync(Config);
        await bridge.SaysAsync("connected to");
        Assert.Contains($"our message to {State}", bridge.Problems.Last, StringComparison.Ordinal);
        Assert.Contains(sentence, bridge.Problems.Last, StringComparison.Ordinal);
        Assert.Single(bridge.Logger.Lines, line => line.Contains(sentence, StringComparison.Ordinal));
        Assert.Single(broker.Connects);

        // Other content is another chance; the problem ends with what it was about.
        broker.OnPublish = publish => Answer.Puback(publish);
        bridge.Publish(Some.Snapshot(Some.Radio with { Disconnects = 4 }));
        await bridge.SaysAsync("the broker refuses nothing of ours any more");
        Assert.Null(bridge.Problems.Last);
    }

    [Theory]
    [MemberData(nameof(SubscribeCodes))]
    public async Task A_refused_subscription_is_named_with_its_remedy_and_everything_is_published(int code)
    {
        await using var broker = new ScriptedBroker { OnSubscribe = filter => filter == "longwire/radio/+/attach/set" ? code : 1 };
        await using Bridge bridge = await Bridge.StartAsync(broker.Port, Some.Snapshot(Some.Radio));
        string sentence = RefusalText.Sentence("longwire/radio/+/attach/set", plural: false, RefusalText.OfSubscribe(code));
        bridge.Logger.Expect(sentence);
        await broker.HasAsync(Config);
        await bridge.SaysAsync("connected to");
        Assert.Equal(sentence, bridge.Problems.Last);
    }

    [Theory]
    [Trait("takes", "long")]
    [MemberData(nameof(DisconnectCodes))]
    public async Task A_message_for_which_the_broker_ends_the_connection_is_left_out_of_the_next(int code)
    {
        bool first = true;
        await using var broker = new ScriptedBroker();
        bool byMessage = ReasonText.Of(code).ByMessage;
        broker.OnPublish = publish =>
        {
            if (publish.Topic != State || (!byMessage && !first)) return Answer.Puback(publish);
            first = false;
            return Answer.Disconnect(code);
        };
        await using Bridge bridge = await Bridge.StartAsync(broker.Port, Some.Snapshot(Some.Radio));
        string end = RefusalText.OfEnd(code, null).Message;
        bridge.Logger.Expect(end);
        if (byMessage) bridge.Logger.Expect(State);
        await broker.HasAsync(Config);
        await bridge.SaysAsync("connected to");
        // An end that has nothing to do with a message blames none.
        string? told = byMessage ? RefusalText.Sentence(State, plural: false, RefusalText.OfCostly(RefusalText.OfEnd(code, null))) : null;
        Assert.Equal(told, bridge.Problems.Last);
        Assert.Equal(2, broker.Connects.Count);
        int states = broker.Publishes.Count(publish => publish.Topic == State);
        if (byMessage) Assert.Equal(1, states);
        else Assert.InRange(states, 2, int.MaxValue);
        Assert.Single(bridge.Logger.Lines, line => line.Contains(end, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_message_at_which_the_connection_ends_again_and_again_without_a_word_is_left_out_too()
    {
        await using var broker = new ScriptedBroker();
        broker.OnPublish = publish => publish.Topic == State ? Answer.Close : Answer.Puback(publish);
        await using Bridge bridge = await Bridge.StartAsync(broker.Port, Some.Snapshot(Some.Radio));
        bridge.Logger.Expect("the connection ended");
        bridge.Logger.Expect($"our message to {State} (it ends the connection for that: it does not say why): let this user write there");
        await broker.HasAsync(Config);
        await bridge.SaysAsync("connected to");
        Assert.Equal(3, broker.Publishes.Count(publish => publish.Topic == State));
        Assert.Contains(State, bridge.Problems.Last, StringComparison.Ordinal);
        // Whatever it says: each try takes every radio offline.
        bridge.Publish(Some.Snapshot(Some.Radio with { Disconnects = 4 }, Some.Radio with { Id = "other" }));
        await broker.HasAsync("longwire/radio/other/state");
        Assert.Equal(3, broker.Publishes.Count(publish => publish.Topic == State));
    }

    [Fact]
    public async Task A_broker_that_does_not_take_online_is_a_refusal_of_everything()
    {
        await using var broker = new ScriptedBroker();
        broker.OnPublish = publish => Answer.Puback(publish, publish.Topic == "longwire/bridge/state" ? ReasonCode.NotAuthorized : 0);
        await using Bridge bridge = await Bridge.StartAsync(broker.Port, Some.Snapshot(Some.Radio));
        const string sentence = "not our message to longwire/bridge/state (not authorized): let this user write there.";
        bridge.Logger.Expect(sentence);
        await bridge.SaysAsync(sentence);
        Assert.DoesNotContain(broker.Publishes, publish => publish.Topic == Config);
    }

    [Fact]
    public async Task What_the_broker_does_not_let_us_clear_stays_remembered_for_the_next_connection()
    {
        string data = Directory.CreateTempSubdirectory("longwire-mqtt-").FullName;
        string memory = Path.Combine(data, PublishedTopics.FileName);
        await using var broker = new ScriptedBroker();
        await using (Bridge bridge = await Bridge.StartAsync(broker.Port, Some.Snapshot(Some.Radio), data))
        {
            await bridge.SaysAsync("connected to");
            broker.OnPublish = publish => Answer.Puback(publish, publish.Topic == Config ? ReasonCode.NotAuthorized : 0);
            bridge.Logger.Expect("let this user write there");
            bridge.Publish(Some.Snapshot());
            await IsNamedAsync(Config, bridge);
            // Once a connection, or every snapshot would send it.
            bridge.Publish(Some.Snapshot(Some.Radio with { Id = "other" }));
            await broker.HasAsync("longwire/radio/other/state");
            Assert.Equal(2, broker.Publishes.Count(publish => publish.Topic == Config));
        }
        Assert.Contains(Config, await File.ReadAllTextAsync(memory, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        broker.OnPublish = publish => Answer.Puback(publish);
        await using (Bridge bridge = await Bridge.StartAsync(broker.Port, Some.Snapshot(), data)) await bridge.SaysAsync("connected to");
        Assert.Equal("", broker.Publishes.Last(publish => publish.Topic == Config).Payload);
        Assert.DoesNotContain(Config, await File.ReadAllTextAsync(memory, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task Forgetting_what_the_broker_does_not_let_us_clear_is_not_done()
    {
        string data = Directory.CreateTempSubdirectory("longwire-mqtt-").FullName;
        await using var broker = new ScriptedBroker();
        await using (Bridge bridge = await Bridge.StartAsync(broker.Port, Some.Snapshot(Some.Radio), data))
        {
            await bridge.SaysAsync("connected to");
        }
        broker.OnPublish = publish => Answer.Puback(publish, publish.Topic == Config ? ReasonCode.NotAuthorized : 0);
        var topics = new ForgottenTopics(data, TimeProvider.System, new RecordingLogger<ForgottenTopics>());
        var address = new BrokerAddress("127.0.0.1", broker.Port);
        BrokerException e = await Assert.ThrowsAsync<BrokerException>(
            () => topics.ClearAsync(topics.Find(null), address, new OwnInstance("a1", "n1", "1.2.3"), CancellationToken.None));
        Assert.Contains($"our message to {Config} (not authorized): let this user write there.", e.Message, StringComparison.Ordinal);
        string memory = await File.ReadAllTextAsync(Path.Combine(data, PublishedTopics.FileName), TestContext.Current.CancellationToken);
        Assert.Contains(Config, memory, StringComparison.Ordinal);
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public void A_refused_message_is_sent_again_when_it_changes_on_the_next_connection_and_after_ten_minutes()
    {
        var time = new FakeTimeProvider();
        var problems = new ProblemRecorder();
        var refused = new RefusedMessages(problems, time, new RecordingLogger<RefusedMessages>());
        byte[] same = [1], other = [2];
        refused.Refused("a", same, RefusalText.OfPublish(ReasonCode.QuotaExceeded));
        Assert.True(refused.Holds("a", same));
        Assert.False(refused.Holds("a", other));
        Assert.False(refused.Holds("b", same));
        time.Advance(BrokerTimers.RefusedAgainAfter);
        Assert.False(refused.Holds("a", same));
        refused.Refused("a", same, RefusalText.OfPublish(ReasonCode.QuotaExceeded));
        refused.Connected(null);
        Assert.False(refused.Holds("a", same));
        // Told anew if it is refused anew: what is said seldom, or never again, would be a problem for ever.
        Assert.Null(problems.Last);
        refused.Refused("a", same, RefusalText.OfPublish(ReasonCode.QuotaExceeded));
        Assert.NotNull(problems.Last);
        refused.Taken("a", reading: false);
        Assert.Null(problems.Last);
    }

    [Fact]
    public void A_message_that_cost_the_connection_is_not_sent_for_an_hour_whatever_happens()
    {
        var time = new FakeTimeProvider();
        var refused = new RefusedMessages(new ProblemRecorder(), time, new RecordingLogger<RefusedMessages>());
        Assert.True(refused.IsBlamed("a", new byte[] { 1 }, RefusalText.OfEnd(ReasonCode.NotAuthorized, null)));
        refused.Connected(null);
        Assert.True(refused.Holds("a", new byte[] { 2 }));
        time.Advance(BrokerTimers.CostlyAgainAfter);
        Assert.False(refused.Holds("a", new byte[] { 2 }));
    }

    [Fact]
    public void The_problem_names_a_few_and_stays_as_it_is_while_more_are_refused_or_grow()
    {
        var problems = new ProblemRecorder();
        var log = new RecordingLogger<RefusedMessages>();
        var refused = new RefusedMessages(problems, new FakeTimeProvider(), log);
        string? said = null;
        for (int i = 0; i < 100; i++)
        {
            refused.Refused($"t{i}", new byte[] { 1 }, RefusalText.TooLarge(1024), $"{2000 + i} bytes");
            if (i == 3) said = problems.Last;
        }
        refused.Refused("t0", new byte[] { 2 }, RefusalText.TooLarge(1024), "3000 bytes");
        Assert.Equal(
            "The broker takes our connection but not our messages to t0 (2000 bytes), t1 (2001 bytes), t2 (2002 bytes) and others "
                + "(it takes no packet above 1024 bytes): raise that limit (max_packet_size is mosquitto's).",
            problems.Last);
        Assert.Equal(said, problems.Last);
        Assert.Single(log.Lines);
    }

    [Fact]
    [Trait("needs", "mosquitto")]
    public async Task An_acl_that_lets_us_write_all_but_one_topic_costs_that_topic_only()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await mosquitto.StopAsync();
        string acl = Path.Combine(mosquitto.Folder, "acl");
        string[] written = ["longwire/#", BridgeConfig, PiConfig, "fence"];
        string[] rules = ["topic read #", .. written.Select(topic => $"topic write {topic}")];
        await File.WriteAllLinesAsync(acl, rules, TestContext.Current.CancellationToken);
        await mosquitto.ConfigureAsync($"allow_anonymous true\nacl_file {acl}");
        await mosquitto.StartAgainAsync();
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot(Some.Radio));
        string sentence = $"The broker takes our connection but not our message to {Config} (not authorized): let this user write there.";
        bridge.Logger.Expect(sentence);
        await bridge.SaysAsync("connected to");
        Assert.Equal(sentence, bridge.Problems.Last);
        ImmutableDictionary<string, string> retained = await Observer.RetainedAsync(mosquitto.Port);
        Assert.Subset(retained.Keys.ToHashSet(), new HashSet<string> { State, PiConfig, BridgeConfig, "longwire/bridge/state" });
    }

    private static Task IsNamedAsync(string topic, Bridge bridge) => Eventually.IsTrueAsync(
        () => bridge.Problems.Last?.Contains(topic, StringComparison.Ordinal) == true, () => $"{topic} in: {bridge.Problems.Last}");
}
