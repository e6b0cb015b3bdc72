using System.Collections.Immutable;
using Longwire.HomeAssistant.Broker;
using Longwire.HomeAssistant.Discovery;
using Longwire.State;
using Longwire.Tests.HomeAssistant.Brokers;
using Longwire.Tests.HomeAssistant.Discovery;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Longwire.Tests.HomeAssistant.Ownership;

[Trait("needs", "mosquitto")]
public sealed class RemovalTests : IDisposable
{
    private const string OtherState = "longwire/radio/other/state";
    private const string OtherConfig = "homeassistant/device/longwire_radio_other/config";
    private const string Config = $"homeassistant/device/longwire_radio_{Some.RadioId}/config";

    private static readonly RadioSnapshot Other = Some.Radio with { Id = "other" };

    private readonly string _data = Directory.CreateTempSubdirectory("longwire-mqtt-").FullName;

    [Fact]
    public async Task A_radio_that_leaves_while_running_is_removed_with_its_state()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot(Some.Radio, Other), _data);
        await observer.WaitForAsync(OtherConfig);
        bridge.Publish(Some.Snapshot(Some.Radio));
        await observer.WaitForAsync(OtherConfig, seen => seen.Payload.Length == 0);
        await observer.WaitForAsync(OtherState, seen => seen.Payload.Length == 0);
        ImmutableDictionary<string, string> retained = await Observer.RetainedAsync(mosquitto.Port);
        Assert.DoesNotContain(OtherState, retained.Keys);
        Assert.DoesNotContain(OtherConfig, retained.Keys);
        Assert.Contains(Config, retained.Keys);

        // And it may come back.
        int from = observer.Count;
        bridge.Publish(Some.Snapshot(Some.Radio, Other));
        await observer.WaitForAsync(OtherState, seen => seen.Payload.Length > 0, from);
        await observer.WaitForAsync(OtherConfig, seen => seen.Payload.Length > 0, from);
    }

    [Fact]
    public async Task A_radio_and_a_Pi_that_leave_while_we_are_stopped_are_removed_at_the_next_start()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using (Bridge before = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot(Some.Radio, Other), _data))
        {
            await observer.WaitForAsync(OtherConfig);
            await before.SaysAsync("connected to");
        }
        int from = observer.Count;
        Snapshot now = Some.Snapshot(Some.Radio) with { Pis = [Some.Pi with { Id = "cellar", Name = "cellar" }] };
        await using Bridge after = await Bridge.StartAsync(mosquitto.Port, now, _data);
        await after.SaysAsync("connected to");
        ImmutableDictionary<string, string> retained = await Observer.RetainedAsync(mosquitto.Port);
        Assert.DoesNotContain(
            retained.Keys, topic => topic.Contains("other", StringComparison.Ordinal) || topic.Contains("attic", StringComparison.Ordinal));
        Assert.Contains("longwire/pi/cellar/state", retained.Keys);
        // The device first: its emptied state would be shown otherwise.
        Assert.True(
            observer.All.IndexOf(observer.On(OtherConfig, from).First()) < observer.All.IndexOf(observer.On(OtherState, from).First()));
    }

    [Fact]
    public async Task A_new_base_topic_clears_the_old_one_first()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot(Some.Radio), _data);
        await bridge.SaysAsync("connected to");
        int from = observer.Count;
        bridge.Apply(bridge.Settings with { BaseTopic = "attic" });
        Seen online = await observer.WaitForAsync("attic/bridge/state", seen => seen.Payload == "online", from);
        await observer.WaitForAsync($"homeassistant/device/attic_radio_{Some.RadioId}/config", from: from);
        ImmutableDictionary<string, string> retained = await Observer.RetainedAsync(mosquitto.Port);
        Assert.DoesNotContain(retained.Keys, topic => topic.Contains("longwire", StringComparison.Ordinal));
        Assert.True(observer.All.IndexOf(observer.On(Config, from).Single()) < observer.All.IndexOf(online));
        Assert.Equal("offline", observer.On("longwire/bridge/state", from).First().Payload);
    }

    [Fact]
    public async Task A_new_prefix_clears_the_old_discovery_and_keeps_the_states()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot(Some.Radio), _data);
        await bridge.SaysAsync("connected to");
        int from = observer.Count;
        bridge.Apply(bridge.Settings with { DiscoveryPrefix = "ha" });
        await observer.WaitForAsync($"ha/device/longwire_radio_{Some.RadioId}/config", from: from);
        ImmutableDictionary<string, string> retained = await Observer.RetainedAsync(mosquitto.Port);
        Assert.DoesNotContain(retained.Keys, topic => topic.StartsWith("homeassistant/", StringComparison.Ordinal));
        Assert.Contains($"longwire/radio/{Some.RadioId}/state", retained.Keys);
        Assert.DoesNotContain(
            observer.All.Skip(from), seen => seen.Topic.EndsWith("/state", StringComparison.Ordinal) && seen.Payload.Length == 0);
    }

    [Fact]
    public async Task A_component_of_an_older_version_is_sent_once_as_a_removal()
    {
        var published = new PublishedTopics(_data, NullLogger.Instance);
        Device device = RadioDevice.Of(Some.Radio, Some.Snapshot(Some.Radio), new Topics("longwire", "homeassistant"), "0.0.1");
        PublishedRecord record = published.Current.With([device], "longwire", keepComponents: false);
        record.Devices[Config].Components.Add("old_one", "sensor");
        await published.SaveAsync(record, CancellationToken.None);

        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using (Bridge bridge = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot(Some.Radio), _data))
        {
            await bridge.SaysAsync("connected to");
            await observer.FenceAsync();
            Seen[] configs = [.. observer.On(Config)];
            Assert.Equal(2, configs.Length);
            Assert.Equal("{\"p\":\"sensor\"}", configs[0].Json.GetProperty("cmps").GetProperty("old_one").GetRawText());
            Assert.False(configs[1].Json.GetProperty("cmps").TryGetProperty("old_one", out _));
            await DiscoveryTests.AssertLintAsync(observer.All);
        }
        int from = observer.Count;
        await using Bridge again = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot(Some.Radio), _data);
        await again.SaysAsync("connected to");
        await observer.FenceAsync();
        Assert.DoesNotContain("old_one", Assert.Single(observer.On(Config, from)).Payload, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{\"devices\":null}")]
    [InlineData("{\"devices\":{\"x\":null}}")]
    [InlineData("{\"devices\":{\"x\":{\"base_topic\":\"longwire\"}}}")]
    public async Task A_memory_that_cannot_be_read_is_named_and_replaced(string content)
    {
        string path = Path.Combine(_data, PublishedTopics.FileName);
        await File.WriteAllTextAsync(path, content, TestContext.Current.CancellationToken);
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot(Some.Radio), _data);
        bridge.Logger.Expect("mqtt.json cannot be read");
        await bridge.SaysAsync("mqtt.json cannot be read");
        await bridge.SaysAsync("connected to");
        Assert.Contains(Config, await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_memory_that_cannot_be_written_is_said_once_and_stops_nothing()
    {
        string notAFolder = Path.Combine(_data, "file");
        await File.WriteAllTextAsync(notAFolder, "", TestContext.Current.CancellationToken);
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot(Some.Radio), notAFolder);
        bridge.Logger.Expect("cannot be written");
        bridge.Logger.Expect("cannot be read");
        await observer.WaitForAsync(Config);
        bridge.Publish(Some.Snapshot(Some.Radio, Other));
        await observer.WaitForAsync(OtherConfig);
        bridge.Publish(Some.Snapshot(Some.Radio));
        await observer.WaitForAsync(OtherConfig, seen => seen.Payload.Length == 0);
        Assert.Single(bridge.Logger.Lines, line => line.Contains("cannot be written", StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);
}
