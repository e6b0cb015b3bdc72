using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using Longwire.Attach;
using Longwire.Composition;
using Longwire.HomeAssistant.Broker;
using Longwire.State;
using Longwire.Tests.HomeAssistant.Brokers;
using Xunit;

namespace Longwire.Tests.HomeAssistant.Ownership;

/// <summary>An orderly stop, a start and an update, for a house that has a radio in each status there is.</summary>
[Trait("needs", "mosquitto")]
public sealed class StopAndStartTests : IDisposable
{
    private const string BridgeState = "longwire/bridge/state";
    private const string PiState = "longwire/pi/attic/state";

    private static readonly RadioStatus[] s_statuses = Enum.GetValues<RadioStatus>();
    private static readonly string s_last = s_statuses[^1].Name();

    private readonly string _data = Directory.CreateTempSubdirectory("longwire-mqtt-").FullName;

    [Fact]
    public async Task At_a_stop_offline_goes_first_then_nothing_until_the_radios_are_let_go_then_one_last_state_each()
    {
        await using Settled settled = await Settled.StartAsync(_data);
        (Mosquitto mosquitto, Observer observer, Bridge bridge, int from) = settled;

        Task stopped = bridge.BeginStop();
        await observer.WaitForAsync(BridgeState, from: from);
        bridge.Publish(LettingGo(House()));
        await observer.FenceAsync();
        Assert.Equal([$"{BridgeState} offline"], Since(observer, from).Select(seen => $"{seen.Topic} {seen.Payload}"));
        Assert.False(stopped.IsCompleted);

        bridge.LetGo();
        await stopped;
        await observer.FenceAsync();
        Seen[] rest = [.. Since(observer, from).Skip(1)];
        Assert.Equal([PiState, .. s_statuses.Select(StateOf)], rest.Select(seen => seen.Topic));
        await Eventually.IsTrueAsync(
            () => mosquitto.Said.Contains("Received DISCONNECT from longwire-a1", StringComparison.Ordinal), () => mosquitto.Said);
        Assert.Equal("offline", (await Observer.RetainedAsync(mosquitto.Port))[BridgeState]);
    }

    [Fact]
    public async Task Radios_that_are_let_go_before_we_are_told_to_stop_are_not_told_of_before_offline()
    {
        await using Settled settled = await Settled.StartAsync(_data);
        (_, Observer observer, Bridge bridge, int from) = settled;
        bridge.LetGo();
        await observer.FenceAsync();
        Assert.Empty(Since(observer, from));
        await bridge.BeginStop();
        await observer.FenceAsync();
        Assert.Equal([BridgeState, PiState, .. s_statuses.Select(StateOf)], Since(observer, from).Select(seen => seen.Topic));
    }

    [Fact]
    public async Task What_stays_after_a_stop_promises_nothing_and_calls_no_radio_lost()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using (Bridge bridge = await Bridge.StartAsync(mosquitto.Port, House(), _data))
        {
            await bridge.SaysAsync("connected to");
            Task stopped = bridge.BeginStop();
            bridge.Publish(LettingGo(House()));
            bridge.LetGo();
            await stopped;
        }
        ImmutableDictionary<string, string> retained = await Observer.RetainedAsync(mosquitto.Port);
        foreach (RadioStatus status in s_statuses)
        {
            JsonElement state = JsonSerializer.Deserialize<JsonElement>(retained[StateOf(status)]);
            bool wanted = status != RadioStatus.Detached;
            Assert.Equal("detached", state.GetProperty("status").GetString());
            Assert.Equal(wanted ? JsonValueKind.Null : JsonValueKind.False, state.GetProperty("connected").ValueKind);
            string says = wanted ? "Longwire is stopped" : "Detached, because somebody asked for it";
            Assert.StartsWith(says, state.GetProperty("explanation").GetString(), StringComparison.Ordinal);
            Assert.InRange(state.GetProperty("explanation").GetString()!.Length, 1, StateText.Longest);
            Assert.Equal("[null]", state.GetProperty("serial_ports").GetRawText());
            Assert.Equal(JsonValueKind.Null, state.GetProperty("since").ValueKind);
        }
        foreach ((_, string payload) in retained.Where(one => one.Key.EndsWith("/state", StringComparison.Ordinal)))
        {
            Assert.DoesNotContain("attaching", payload, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("Nothing to do", payload, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("1.2.3")]
    [InlineData("1.2.4")]
    public async Task At_a_start_unknown_states_then_online_then_discovery_then_the_states_again(string version)
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using (Bridge before = await Bridge.StartAsync(mosquitto.Port, House(), _data)) await observer.SettledAsync(s_last);
        await observer.FenceAsync();
        int from = observer.Count;
        await using Bridge bridge = new(mosquitto.Port, Beginning(), _data, version: version);
        await bridge.StartAsync();
        await observer.SettledAsync(s_last, from);

        Seen online = observer.On(BridgeState, from).First();
        Assert.Equal("online", online.Payload);
        foreach (RadioStatus status in s_statuses)
        {
            string topic = StateOf(status), config = $"homeassistant/device/longwire_radio_{status.Name()}/config";
            string[] order = [.. Since(observer, from).Where(seen => seen == online || seen.Topic == topic || seen.Topic == config)
                .Select(seen => seen == online ? "online" : seen.Topic == topic ? "state" : "discovery")];
            Assert.Equal(["state", "online", "discovery", "state", "state"], order);
            JsonValueKind connected = status == RadioStatus.Detached ? JsonValueKind.False : JsonValueKind.Null;
            Assert.All(observer.On(topic, from), seen => Assert.Equal(connected, Connected(seen)));
        }
        Assert.DoesNotContain(observer.On(BridgeState, from), seen => seen.Payload != "online");
    }

    [Theory]
    [InlineData("1.2.3")]
    [InlineData("1.2.4")]
    public async Task No_radio_that_was_attached_is_shown_as_off_from_a_stop_to_its_return(string version)
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        int from;
        await using (Bridge before = await Bridge.StartAsync(mosquitto.Port, House(), _data))
        {
            await observer.SettledAsync(s_last);
            from = observer.Count;
            Task stopped = before.BeginStop();
            before.Publish(LettingGo(House()));
            before.LetGo();
            await stopped;
        }
        await using Bridge bridge = new(mosquitto.Port, Beginning(), _data, version: version);
        await bridge.StartAsync();
        await observer.WaitForAsync($"homeassistant/device/longwire_radio_{s_last}/config", from: from);
        bridge.Publish(House());
        await observer.WaitForAsync(StateOf(RadioStatus.Attached), seen => Connected(seen) == JsonValueKind.True, from);
        await observer.SettledAsync(s_last, from);
        foreach (string radio in new[] { "attached", "held" })
        {
            string[] shown =
            [
                .. Enumerable.Range(from, observer.Count - from + 1)
                    .Select(count => observer.ShownAt(count).State($"longwire_radio_{radio}", "connected")),
            ];
            Assert.DoesNotContain("off", shown);
            Assert.Equal("on", shown[0]);
            Assert.Contains("unavailable", shown);
            Assert.Equal("on", shown[^1]);
        }
    }

    [Fact]
    public async Task An_attach_side_that_does_not_let_go_holds_the_stop_up_for_so_long_and_no_longer()
    {
        var time = new HandWoundTime(BrokerTimers.LettingGo);
        await using Settled settled = await Settled.StartAsync(_data, time);
        (_, Observer observer, Bridge bridge, int from) = settled;
        int waiting = time.LongTimersStarted;
        Task stopped = bridge.BeginStop();
        await observer.WaitForAsync(BridgeState, from: from);
        await Eventually.IsTrueAsync(() => time.LongTimersStarted > waiting, () => "it waits for the attach side");
        time.Advance(BrokerTimers.LettingGo);
        await stopped;
        await observer.FenceAsync();
        Assert.Equal("offline", observer.On(BridgeState, from).Single().Payload);
        Assert.All(
            s_statuses.Where(status => status != RadioStatus.Detached),
            status => Assert.Contains("is stopped", observer.On(StateOf(status), from).Single().Payload, StringComparison.Ordinal));
    }

    [Fact]
    public void The_goodbye_fits_between_what_the_attach_side_takes_and_what_the_host_grants()
    {
        Assert.True(BrokerTimers.LettingGo > AttachTimers.Stop);
        Assert.True((BrokerTimers.Goodbye * 2) + BrokerTimers.LettingGo < ServiceHost.StopTimeout);
    }

    [Fact]
    public async Task Who_only_leaves_a_broker_says_offline_and_waits_for_nothing()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync(), other = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port), there = await Observer.ConnectAsync(other.Port);
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, House(), _data);
        await observer.SettledAsync(s_last);
        int from = observer.Count;
        var watch = Stopwatch.StartNew();
        bridge.Apply(bridge.Settings with { Broker = bridge.Settings.Broker with { Port = other.Port } });
        await there.WaitForAsync($"homeassistant/device/longwire_radio_{s_last}/config");
        Assert.True(watch.Elapsed < BrokerTimers.LettingGo, $"{watch.Elapsed}");
        await observer.FenceAsync();
        Assert.Equal([$"{BridgeState} offline"], Since(observer, from).Select(seen => $"{seen.Topic} {seen.Payload}"));
    }

    [Fact]
    public async Task Who_takes_the_base_topic_over_while_radios_are_let_go_keeps_its_states()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge owner = await Bridge.StartAsync(mosquitto.Port, House(), _data);
        await owner.SaysAsync("connected to");
        await using Bridge newcomer = await Bridge.StartAsync(mosquitto.Port, House() with { Bridge = new BridgeSnapshot("bb", []) });
        foreach (Bridge bridge in new[] { owner, newcomer }) bridge.Logger.Expect("nother Longwire");
        await newcomer.SaysAsync("Another Longwire (a1)");
        // Once to claim the topic, once to wait for it.
        await Eventually.IsTrueAsync(
            () => mosquitto.Said.Split("Sending SUBACK to longwire-bb", StringSplitOptions.None).Length > 2,
            () => "the newcomer waits for its turn");
        int from = observer.Count;
        Task stopped = owner.BeginStop();
        await observer.WaitForAsync($"homeassistant/device/longwire_radio_{s_last}/config", from: from);
        owner.LetGo();
        await stopped;
        await observer.FenceAsync();
        Assert.DoesNotContain(observer.All.Skip(from), seen => seen.Payload.Contains("Longwire is stopped", StringComparison.Ordinal));
        Assert.Equal("online", (await Observer.RetainedAsync(mosquitto.Port))[BridgeState]);
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    /// <summary>A radio in each status, called by it.</summary>
    private static Snapshot House() => Some.Snapshot([.. s_statuses.Select(Of)]);

    private static RadioSnapshot Of(RadioStatus status)
    {
        bool wanted = status != RadioStatus.Detached;
        RadioSnapshot radio = Some.Radio with { Id = status.Name(), Name = $"Radio {status}", Status = status, Wanted = wanted };
        if (status is RadioStatus.Attached or RadioStatus.Held) return radio;
        return radio with
        {
            Reason = status is RadioStatus.Refused or RadioStatus.Failed ? "why" : null, Since = null, SerialPorts = [], RoundTrip = null,
        };
    }

    private static string StateOf(RadioStatus status) => $"longwire/radio/{status.Name()}/state";

    private static JsonValueKind Connected(Seen state) => state.Json.GetProperty("connected").ValueKind;

    /// <summary>As the attach side sees what it lets go of, on the way.</summary>
    private static Snapshot LettingGo(Snapshot house) => house with
    {
        Radios =
        [
            .. house.Radios.Select(radio => radio.Status is RadioStatus.Attached or RadioStatus.Held
                ? radio with { Status = RadioStatus.Attaching, Since = null, SerialPorts = [], RoundTrip = null }
                : radio),
        ],
    };

    /// <summary>As a start sees them: of those that are wanted nothing is known yet.</summary>
    private static Snapshot Beginning() => House() with
    {
        Radios =
        [
            .. LettingGo(House()).Radios
                .Select(radio => radio.Wanted ? radio with { Status = RadioStatus.Attaching, Undecided = true, Reason = null } : radio),
        ],
    };

    private static IEnumerable<Seen> Since(Observer observer, int from) => observer.All.Skip(from).Where(seen => seen.Topic != "fence");

    /// <summary>A broker, who looks on, and a bridge that has told of the whole house. What comes later starts at From.</summary>
    private sealed record Settled(Mosquitto Mosquitto, Observer Observer, Bridge Bridge, int From) : IAsyncDisposable
    {
        public static async Task<Settled> StartAsync(string data, TimeProvider? time = null)
        {
#pragma warning disable CA2000 // Handed to the test, which disposes all three.
            Mosquitto mosquitto = await Mosquitto.StartAsync();
            Observer observer = await Observer.ConnectAsync(mosquitto.Port);
            Bridge bridge = await Bridge.StartAsync(mosquitto.Port, House(), data, time: time);
#pragma warning restore CA2000
            await observer.SettledAsync(s_last);
            return new Settled(mosquitto, observer, bridge, observer.Count);
        }

        public async ValueTask DisposeAsync()
        {
            await Bridge.DisposeAsync();
            await Observer.DisposeAsync();
            await Mosquitto.DisposeAsync();
        }
    }
}
