using System.Collections.Immutable;
using System.Text.Json;
using Longwire.HomeAssistant.Broker;
using Longwire.State;
using Longwire.Testing.Brokers;
using Longwire.Tests.HomeAssistant.Brokers;
using Xunit;

namespace Longwire.Tests.HomeAssistant.Discovery;

/// <summary>
/// Home Assistant shows a device whose discovery message changes as unavailable until its next state: each cause of a change, through
/// its eyes.
/// </summary>
[Trait("needs", "mosquitto")]
public sealed class ChangedDiscoveryTests
{
    private const string Last = "last";

    private static readonly TimeSpan s_back = TimeSpan.FromSeconds(2.5);
    private static readonly PiSnapshot s_cellar = Some.Pi with { Id = "cellar", Name = "cellar", Version = "1.0.0" };

    // The one at the end hangs on another Pi and never changes.
    private static readonly Snapshot s_before = Of(
        [Some.Pi with { Version = "1.0.0" }, s_cellar],
        [Some.Radio with { Product = null, Serial = null }, Some.Radio with { Id = Last, Name = "Zigbee", PiId = "cellar" }]);

    private static readonly string[] s_attic = ["pi_attic"], s_radio = [$"radio_{Some.RadioId}"];

    /// <summary>What changes, and whose discovery messages change with it.</summary>
    private static readonly (string Cause, Func<Snapshot, Snapshot> Change, string[] Devices)[] s_causes =
    [
        ("a Pi was updated", Pi(pi => pi with { Version = "1.1.0" }), s_attic),
        ("a Pi answers with a stock usbipd now", Pi(pi => pi with { Version = null }), s_attic),
        ("a Pi was renamed", Pi(pi => pi with { Name = "Roof" }), s_attic),
        ("a radio was renamed", Radio(radio => radio with { Name = "Stick" }), s_radio),
        ("a radio's product was learnt", Radio(radio => radio with { Product = "UZB" }), s_radio),
        ("a radio's maker changed", Radio(radio => radio with { Manufacturer = "Silicon Labs" }), s_radio),
        ("a radio's serial number was learnt", Radio(radio => radio with { Serial = "ZW0001" }), s_radio),
        ("a radio moved to another Pi", Radio(radio => radio with { PiId = "cellar" }), s_radio),
        ("a radio has one more serial port", Radio(radio => radio with { SerialPortCount = 2 }), s_radio),
        ("a Pi left the options", snapshot => snapshot with { Pis = [s_cellar] }, s_radio),
        ("a Pi and its radio were renamed",
            Both(Pi(pi => pi with { Name = "Roof" }), Radio(radio => radio with { Name = "Stick" })),
            [.. s_attic, .. s_radio]),
    ];

    [Fact]
    public Task Whatever_changes_a_discovery_message_its_entities_are_available_again_within_moments() =>
        Task.WhenAll(s_causes.Select(cause => ChangesAsync(cause.Cause, cause.Change, cause.Devices)));

    [Fact]
    public async Task An_update_of_Longwire_changes_every_message_and_all_are_available_again_within_moments()
    {
        string data = Directory.CreateTempSubdirectory("longwire-mqtt-").FullName;
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using (Bridge before = new(mosquitto.Port, s_before, data))
        {
            await before.StartAsync();
            await observer.SettledAsync(Last);
        }
        int from = observer.Count;
        await using Bridge after = new(mosquitto.Port, s_before, data, version: "1.2.4");
        await after.StartAsync();
        await AvailableAgainAsync("update", observer, ["bridge", .. s_attic, "pi_cellar", .. s_radio, $"radio_{Last}"], from);
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task A_heartbeat_or_a_state_soon_after_the_change_does_not_take_the_place_of_the_repeated_state()
    {
        var time = new HandWoundTime();
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, s_before, time: time);
        await observer.SettledAsync(Last);
        int from = observer.Count;
        Snapshot renamed = Radio(radio => radio with { Name = "Stick" })(s_before);
        bridge.Publish(renamed);
        await observer.WaitForAsync(ConfigOf(s_radio[0]), from: from);
        time.Advance(BrokerTimers.Heartbeat);
        await observer.WaitForAsync("longwire/bridge/state", seen => seen.Payload == "online", from);
        bridge.Publish(Radio(radio => radio with { Disconnects = 99 })(renamed));
        await observer.WaitForAsync(StateOf(s_radio[0]), seen => seen.Json.GetProperty("disconnects").GetInt32() == 99, from);
        await AvailableAgainAsync("heartbeat", observer, s_radio, from);
        Assert.Equal(99, observer.On(StateOf(s_radio[0]), from).Last().Json.GetProperty("disconnects").GetInt32());
    }

    [Fact]
    public async Task Several_changes_within_the_wait_are_followed_by_one_state_after_the_last()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, s_before);
        await observer.SettledAsync(Last);
        int from = observer.Count;
        foreach (string name in new[] { "One", "Two", "Three" })
        {
            bridge.Publish(Radio(radio => radio with { Name = name })(s_before));
            await observer.WaitForAsync(ConfigOf(s_radio[0]), seen => Name(seen) == name, from);
        }
        await AvailableAgainAsync("three changes", observer, s_radio, from);
        Seen last = observer.On(ConfigOf(s_radio[0]), from).Last();
        // One at once, one after the wait; what the first two changes were owed is in that.
        Assert.Equal(2, observer.On(StateOf(s_radio[0]), from).Count(seen => seen.At > last.At));
    }

    [Fact]
    public async Task A_device_that_went_within_the_wait_gets_no_state_any_more()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, s_before);
        await observer.SettledAsync(Last);
        int from = observer.Count;
        Snapshot both = s_before with { Radios = [.. s_before.Radios.Select(radio => radio with { Name = $"{radio.Name} 2" })] };
        bridge.Publish(both);
        await observer.WaitForAsync(ConfigOf($"radio_{Last}"), from: from);
        bridge.Publish(both with { Radios = [both.Radios[1]] });
        Seen gone = await observer.WaitForAsync(StateOf(s_radio[0]), seen => seen.Payload.Length == 0, from);
        await AvailableAgainAsync("the one that stays", observer, [$"radio_{Last}"], from);
        await observer.FenceAsync();
        Assert.DoesNotContain(observer.On(StateOf(s_radio[0]), from), seen => seen.At > gone.At);
    }

    [Fact]
    public async Task An_event_that_comes_with_a_change_follows_its_state_and_does_not_wait()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, s_before);
        await observer.SettledAsync(Last);
        int from = observer.Count;
        bridge.Publish(
            Radio(radio => radio with { Name = "Stick", Status = RadioStatus.Unplugged })(s_before),
            new RadioEvent(Some.RadioId, RadioEventType.Lost, "pulled"));
        Seen told = await observer.WaitForAsync($"longwire/radio/{Some.RadioId}/event", from: from);
        Seen config = observer.On(ConfigOf(s_radio[0]), from).Single();
        Assert.True(told.At - config.At < BrokerTimers.EventsAfterDiscovery, $"{told.At - config.At}");
        Assert.Equal("unplugged", observer.All[observer.All.IndexOf(told) - 1].Json.GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_birth_publishes_the_same_messages_and_no_state_after_them()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, s_before);
        await observer.SettledAsync(Last);
        int from = observer.Count;
        await observer.SayAsync("homeassistant/status", "online");
        Seen config = await observer.WaitForAsync(ConfigOf($"radio_{Last}"), from: from);
        // What a change of another device is owed later than a birth's would be.
        bridge.Publish(Pi(pi => pi with { Name = "Roof" })(s_before));
        await AvailableAgainAsync("another device", observer, s_attic, from);
        Assert.DoesNotContain(observer.On(StateOf($"radio_{Last}"), from), seen => seen.At > config.At);
    }

    [Fact]
    public async Task Whatever_changes_parents_are_told_of_before_their_children()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, s_before);
        await observer.SettledAsync(Last);
        string[] devices = [.. s_attic, "pi_cellar", .. s_radio, $"radio_{Last}"];
        Snapshot now = s_before;
        for (int which = 1; which < 1 << devices.Length; which++)
        {
            // A person deletes all of it in Home Assistant.
            foreach (string device in devices.Append("bridge")) await observer.SayAsync(ConfigOf(device), "", retain: true);
            await observer.FenceAsync();
            int from = observer.Count;
            string[] changed = [.. devices.Where((_, i) => (which & (1 << i)) != 0)];
            string NameOf(string device, string id, string before) => changed.Contains(device) ? $"{id} {which}" : before;
            now = s_before with
            {
                Pis = [.. now.Pis.Select(pi => pi with { Name = NameOf($"pi_{pi.Id}", pi.Id, pi.Name) })],
                Radios = [.. now.Radios.Select(radio => radio with { Name = NameOf($"radio_{radio.Id}", radio.Id, radio.Name) })],
            };
            bridge.Publish(now);
            foreach (string device in changed) await observer.WaitForAsync(ConfigOf(device), from: from);
            await observer.FenceAsync();
            Seen[] told = [.. observer.All.Skip(from).Where(seen => seen.Topic.EndsWith("/config", StringComparison.Ordinal))];
            Assert.Equal(told.Length, told.Select(seen => seen.Topic).Distinct().Count());
            for (int i = 0; i < told.Length; i++)
            {
                if (!told[i].Json.GetProperty("dev").TryGetProperty("via_device", out JsonElement parent)) continue;
                Assert.Contains($"homeassistant/device/{parent.GetString()}/config", told.Take(i).Select(seen => seen.Topic));
            }
        }
    }

    private static async Task ChangesAsync(string cause, Func<Snapshot, Snapshot> change, string[] devices)
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, s_before);
        await observer.SettledAsync(Last);
        int from = observer.Count;
        bridge.Publish(change(s_before));
        await AvailableAgainAsync(cause, observer, devices, from);
        await DiscoveryTests.AssertLintAsync(observer.All.Skip(from));
        string[] changed = [.. observer.All.Skip(from).Where(IsNews(observer, from)).Select(seen => seen.Topic).Distinct()];
        Assert.True(changed.Order().SequenceEqual(devices.Select(ConfigOf).Order()), $"{cause}: {string.Join(' ', changed)}");
    }

    /// <summary>All entities of those devices, and soon enough after the message that changed.</summary>
    private static async Task AvailableAgainAsync(string cause, Observer observer, string[] devices, int from)
    {
        foreach (string device in devices)
        {
            await observer.WaitForAsync(ConfigOf(device), from: from);
            TimeSpan Since(Seen state) => state.At - observer.On(ConfigOf(device)).Last().At;
            Seen counts = await observer.WaitForAsync(StateOf(device), state => Since(state) >= Entities.CarriesOutWithin, from);
            Assert.True(Since(counts) < s_back, $"{cause}: {device} is back after {Since(counts)}");
            Assert.Contains(observer.On(StateOf(device), from),
                state => Since(state) is { Ticks: >= 0 } since && since < Entities.CarriesOutWithin);
        }
        await Eventually.IsTrueAsync(
            () => !observer.Shown().All.Any(one => one.State == "unavailable" && devices.Contains(one.DeviceId["longwire_".Length..])),
            () => $"{cause}: all are available\n{observer.Shown()}\n{observer.Tell(from)}",
            s_back);
    }

    /// <summary>A discovery message that says something else than the one before it.</summary>
    private static Func<Seen, bool> IsNews(Observer observer, int from) => seen =>
        seen.Topic.EndsWith("/config", StringComparison.Ordinal) && seen.Payload.Length > 0
        && observer.All.Take(from).Last(earlier => earlier.Topic == seen.Topic).Payload != seen.Payload;

    private static string ConfigOf(string device) => $"homeassistant/device/longwire_{device}/config";

    private static string StateOf(string device) =>
        device.Split('_', 2) is [{ } kind, { } id] ? $"longwire/{kind}/{id}/state" : "longwire/bridge/info";

    private static string? Name(Seen config) => config.Json.GetProperty("dev").GetProperty("name").GetString();

    private static Snapshot Of(ImmutableArray<PiSnapshot> pis, ImmutableArray<RadioSnapshot> radios) =>
        new(new BridgeSnapshot("a1", []), pis, radios);

    private static Func<Snapshot, Snapshot> Both(Func<Snapshot, Snapshot> one, Func<Snapshot, Snapshot> other) =>
        snapshot => other(one(snapshot));

    private static Func<Snapshot, Snapshot> Pi(Func<PiSnapshot, PiSnapshot> change) =>
        snapshot => snapshot with { Pis = snapshot.Pis.SetItem(0, change(snapshot.Pis[0])) };

    private static Func<Snapshot, Snapshot> Radio(Func<RadioSnapshot, RadioSnapshot> change) =>
        snapshot => snapshot with { Radios = snapshot.Radios.SetItem(0, change(snapshot.Radios[0])) };
}
