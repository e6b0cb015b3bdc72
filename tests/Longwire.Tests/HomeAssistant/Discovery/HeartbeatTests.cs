using System.Diagnostics;
using System.Text.Json;
using Longwire.HomeAssistant.Broker;
using Longwire.State;
using Longwire.Tests.HomeAssistant.Brokers;
using Longwire.UsbIp.Proxy;
using Xunit;

namespace Longwire.Tests.HomeAssistant.Discovery;

/// <summary>When something is published and when not, with the long timers wound by hand.</summary>
[Trait("needs", "mosquitto")]
public sealed class HeartbeatTests
{
    private const string State = $"longwire/radio/{Some.RadioId}/state";
    private const string Event = $"longwire/radio/{Some.RadioId}/event";
    private const string Config = $"homeassistant/device/longwire_radio_{Some.RadioId}/config";

    [Fact]
    public async Task The_heartbeat_publishes_states_and_online_again_but_not_discovery()
    {
        var time = new HandWoundTime();
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await StartAsync(mosquitto, observer, time);
        for (int beat = 0; beat < 2; beat++)
        {
            int from = observer.Count;
            await BeatAsync(time);
            await observer.WaitForAsync("longwire/bridge/state", seen => seen.Payload == "online", from);
            await observer.FenceAsync();
            Assert.Single(observer.On(State, from));
            Assert.Single(observer.On("longwire/pi/attic/state", from));
            Assert.Single(observer.On("longwire/bridge/info", from));
            Assert.Empty(observer.On(Config, from));
        }
    }

    [Fact]
    public async Task Figures_wait_for_the_heartbeat_and_are_rounded()
    {
        var time = new HandWoundTime();
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await StartAsync(mosquitto, observer, time);
        int from = observer.Count;
        for (int i = 1; i <= 20; i++) bridge.Publish(Some.Snapshot(Some.Radio with { RoundTrip = TimeSpan.FromMilliseconds(5.4321 * i) }));
        // The status is a change of its own, and comes after all of those.
        bridge.Publish(Some.Snapshot(Some.Radio with { Status = RadioStatus.Held, RoundTrip = TimeSpan.FromMilliseconds(7.7777) }));
        Seen held = await observer.WaitForAsync(State, from: from);
        Assert.Equal("held", held.Json.GetProperty("status").GetString());
        Assert.Equal(2.3, held.Json.GetProperty("round_trip_ms").GetDouble());

        from = observer.Count;
        await BeatAsync(time);
        Seen beaten = await observer.WaitForAsync(State, from: from);
        Assert.Equal(7.8, beaten.Json.GetProperty("round_trip_ms").GetDouble());
    }

    [Fact]
    public async Task What_passes_through_waits_for_the_heartbeat_and_is_told_key_by_key()
    {
        var time = new HandWoundTime();
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await StartAsync(mosquitto, observer, time);
        JsonElement unknown = observer.On(State).Last().Json.GetProperty("urbs");
        Assert.Equal(11, unknown.EnumerateObject().Count());
        Assert.All(unknown.EnumerateObject(), figure => Assert.Equal(JsonValueKind.Null, figure.Value.ValueKind));

        // Known for the first time, it is told at once; what it is later, with the heartbeat.
        int from = observer.Count;
        bridge.Publish(Some.Snapshot(Passed(10.06)));
        JsonElement urbs = (await observer.WaitForAsync(State, from: from)).Json.GetProperty("urbs");
        Assert.Equal((0, 5, 10.1), (
            urbs.GetProperty("submits").GetInt64(), urbs.GetProperty("answer_ms").GetDouble(),
            urbs.GetProperty("slowest_answer_ms").GetDouble()));
        from = observer.Count;
        for (int i = 1; i <= 20; i++) bridge.Publish(Some.Snapshot(Passed(20 + i)));
        bridge.Publish(Some.Snapshot(Passed(7) with { Outages = 1 }));
        Seen outage = await observer.WaitForAsync(State, from: from);
        Assert.Equal((1, 10.1), (outage.Json.GetProperty("outages").GetInt64(), Slowest(outage)));
        from = observer.Count;
        await BeatAsync(time);
        Assert.Equal(7, Slowest(await observer.WaitForAsync(State, from: from)));

        static RadioSnapshot Passed(double slowest) => Some.Radio with
        {
            Urbs = new UrbFigures(
                default, new AnswerTimes(2, TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(slowest)), IsRead: true),
        };

        static double Slowest(Seen seen) => seen.Json.GetProperty("urbs").GetProperty("slowest_answer_ms").GetDouble();
    }

    [Fact]
    public async Task A_figure_that_is_no_longer_known_goes_at_once()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await StartAsync(mosquitto, observer, new HandWoundTime());
        int from = observer.Count;
        bridge.Publish(Some.Snapshot(Some.Radio with { RoundTrip = null }));
        Assert.Equal(
            JsonValueKind.Null,
            (await observer.WaitForAsync(State, from: from)).Json.GetProperty("round_trip_ms").ValueKind);
    }

    [Fact]
    public async Task A_snapshot_that_changes_nothing_publishes_nothing()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await StartAsync(mosquitto, observer, new HandWoundTime());
        int from = observer.Count;
        bridge.Publish(Some.Snapshot(Some.Radio));
        bridge.Publish(Some.Snapshot(Some.Radio with { Disconnects = 4 }));
        await observer.WaitForAsync(State, from: from);
        await observer.FenceAsync();
        Assert.Equal([State], observer.All.Skip(from).Select(seen => seen.Topic).Where(topic => topic != "fence"));
    }

    [Fact]
    public async Task A_clock_that_jumps_an_hour_publishes_nothing_and_moves_no_time()
    {
        var time = new HandWoundTime();
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await StartAsync(mosquitto, observer, time);
        string? since = observer.On(State).Last().Json.GetProperty("since").GetString();
        int from = observer.Count;
        time.Jump(TimeSpan.FromHours(1));
        bridge.Publish(Some.Snapshot(Some.Radio with { Disconnects = 4 }));
        Seen next = await observer.WaitForAsync(State, from: from);
        await observer.FenceAsync();
        Assert.Equal([State], observer.All.Skip(from).Select(seen => seen.Topic).Where(topic => topic != "fence"));
        Assert.Equal(since, next.Json.GetProperty("since").GetString());
        Assert.Equal("2026-11-22T11:00:00+00:00", since);
    }

    [Fact]
    public async Task Events_of_a_radio_just_discovered_wait_a_moment_and_keep_their_order()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await StartAsync(mosquitto, observer, new HandWoundTime());
        RadioSnapshot fresh = Some.Radio with { Id = "fresh" };
        // Before its discovery goes out: the moment at which that arrives here may be late.
        TimeSpan published = Stopwatch.GetElapsedTime(0);
        bridge.Publish(
            Some.Snapshot(Some.Radio, fresh), new RadioEvent("fresh", RadioEventType.Plugged, null),
            new RadioEvent("fresh", RadioEventType.Attached, null));
        Seen second = await observer.WaitForAsync(
            "longwire/radio/fresh/event", seen => seen.Json.GetProperty("event_type").GetString() == "attached");
        Seen first = observer.On("longwire/radio/fresh/event").First();
        Assert.Equal("plugged", first.Json.GetProperty("event_type").GetString());
        Seen discovered = observer.On("homeassistant/device/longwire_radio_fresh/config").Single();
        Assert.True(observer.All.IndexOf(discovered) < observer.All.IndexOf(first));
        Assert.True(first.At - published >= BrokerTimers.EventsAfterDiscovery, $"{first.At - published}");

        // From now on nothing waits.
        bridge.Publish(bridge.Feed.Current, new RadioEvent("fresh", RadioEventType.Lost, "pulled"));
        Seen third = await observer.WaitForAsync(
            "longwire/radio/fresh/event", seen => seen.Json.GetProperty("event_type").GetString() == "lost");
        Assert.True(third.At > second.At);
    }

    [Fact]
    public async Task What_happens_while_a_heartbeat_is_under_way_follows_its_own_state()
    {
        var time = new HandWoundTime();
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await StartAsync(mosquitto, observer, time);
        bridge.Publish(Some.Snapshot(Some.Radio), new RadioEvent(Some.RadioId, RadioEventType.Attached, null));
        await observer.WaitForAsync(Event);
        await mosquitto.StallAsync();
        int from = observer.Count, started = time.ShortTimersStarted;
        await BeatAsync(time);
        // The first publish of this heartbeat waits for the broker's answer.
        await Eventually.IsTrueAsync(() => time.ShortTimersStarted > started, () => "the heartbeat's first publish");
        bridge.Publish(
            Some.Snapshot(Some.Radio with { Status = RadioStatus.Unplugged }, Some.Radio with { Id = "fresh" }),
            new RadioEvent(Some.RadioId, RadioEventType.Lost, "pulled"),
            new RadioEvent("fresh", RadioEventType.Plugged, null));
        await mosquitto.ContinueAsync();

        await observer.WaitForAsync("longwire/radio/fresh/event", from: from);
        List<Seen> told = [.. observer.All.Skip(from)];
        int lost = told.FindIndex(seen => seen.Topic == Event);
        int state = told.FindIndex(seen => seen.Topic == State && seen.Json.GetProperty("status").GetString() == "unplugged");
        Assert.True(state >= 0 && state < lost, observer.Tell(from));
    }

    [Fact]
    public async Task Without_a_broker_in_the_options_there_is_one_line_and_nothing_else()
    {
        var time = new HandWoundTime(BrokerTimers.AskForBrokerSoon);
        await using Bridge bridge = await Bridge.StartAsync(
            0, Some.Snapshot(Some.Radio), options: new Longwire.Options.MqttOptions(), time: time);
        for (int i = 0; i < 5; i++) await BeatAsync(time, i);
        Assert.Single(bridge.Logger.Lines);
        Assert.Contains("Set mqtt.host", bridge.Logger.Lines.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_said_before_the_first_snapshot()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, snapshot: null);
        await observer.FenceAsync();
        Assert.DoesNotContain(observer.All, seen => seen.Topic != "fence");
        bridge.Publish(Some.Snapshot(Some.Radio));
        await observer.WaitForAsync(Config);
    }

    private static async Task<Bridge> StartAsync(Mosquitto mosquitto, Observer observer, HandWoundTime time)
    {
        Bridge bridge = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot(Some.Radio), time: time);
        await bridge.SaysAsync("connected to");
        await observer.SettledAsync(Some.RadioId);
        return bridge;
    }

    /// <summary>Winds on by one heartbeat once somebody waits for it.</summary>
    private static async Task BeatAsync(HandWoundTime time, int startedBefore = 0)
    {
        await Eventually.IsTrueAsync(() => time.LongTimersStarted > startedBefore, () => "the heartbeat's timer");
        time.Advance(BrokerTimers.Heartbeat);
    }
}
