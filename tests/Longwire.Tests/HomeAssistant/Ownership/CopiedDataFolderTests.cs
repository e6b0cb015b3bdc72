using System.Text.Json;
using Longwire.HomeAssistant.Broker;
using Longwire.HomeAssistant.Discovery;
using Longwire.HomeAssistant.Ownership;
using Longwire.Tests.HomeAssistant.Brokers;
using MQTTnet.Server;
using Xunit;

namespace Longwire.Tests.HomeAssistant.Ownership;

/// <summary>
/// Two that run from copies of one data folder, and so have one instance id: on mosquitto, which throws out the older of two
/// connections with one client id without a word, and on a broker that gives the reason (0x8E).
/// </summary>
public sealed class CopiedDataFolderTests
{
    private const string State = "longwire/bridge/state";
    private const string Info = "longwire/bridge/info";
    private const string Standby = "Another Longwire with this one's identity publishes under the base topic \"longwire\"";

    [Theory]
    [Trait("needs", "mosquitto")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_one_that_started_later_stands_by_and_says_so_and_nothing_flips(bool mosquitto)
    {
        await using var broker = await SomeBroker.StartAsync(mosquitto);
        await using Observer observer = await Observer.ConnectAsync(broker.Port);
        await using Bridge first = await StartAsync(broker.Port);
        await first.SaysAsync("connected to");
        int from = observer.Count;
        await using Bridge second = await StartAsync(broker.Port);
        await second.SaysAsync(Standby);
        await second.SaysAsync("connected to");
        Assert.Contains("If the data folder was copied, empty it on one of the two", second.Problems.Last, StringComparison.Ordinal);
        await first.SaysAsync("another Longwire with this one's identity (same) asks for the base topic longwire; we keep it");
        await observer.FenceAsync();
        Assert.Null(first.Problems.Last);
        Assert.Empty(observer.On(State, from));

        // It goes on being the standby, and takes over when the other one goes.
        await first.StopAsync();
        await observer.WaitForAsync(State, seen => seen.Payload == "online", from);
        await second.SaysAsync("is ours now");
        Assert.Null(second.Problems.Last);
        string[] states = [.. observer.On(State, from).Select(seen => seen.Payload)];
        Assert.Equal("offline", states[0]);
        Assert.All(states[1..], state => Assert.Equal("online", state));
    }

    [Theory]
    [Trait("needs", "mosquitto")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Two_that_start_at_the_same_moment_agree_on_one(bool mosquitto)
    {
        await using var broker = await SomeBroker.StartAsync(mosquitto);
        await using Observer observer = await Observer.ConnectAsync(broker.Port);
        for (int round = 0; round < 5; round++)
        {
            // The owner's goodbye of the round before is over.
            await observer.FenceAsync();
            int from = observer.Count;
            await using Bridge one = New(broker.Port), two = New(broker.Port);
            await Task.WhenAll(one.StartAsync(), two.StartAsync());
            await one.SaysAsync("connected to");
            await two.SaysAsync("connected to");
            await observer.FenceAsync();
            Assert.True(one.Problems.Last is null ^ two.Problems.Last is null, observer.Tell(from));
            Assert.Single(observer.On(Info, from).Select(seen => seen.Json.GetProperty("nonce").GetString()).Distinct());
            Assert.True(observer.On(State, from).All(seen => seen.Retained || seen.Payload == "online"), observer.Tell(from));
            // Whoever waits first: the other's end would make it connect as the owner, and its will would come in the round after.
            Bridge waits = one.Problems.Last is null ? two : one;
            await waits.StopAsync();
        }
    }

    [Theory]
    [Trait("needs", "mosquitto")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_that_is_killed_and_started_again_is_not_taken_for_two(bool mosquitto)
    {
        await using var broker = await SomeBroker.StartAsync(mosquitto);
        await using Observer observer = await Observer.ConnectAsync(broker.Port);
        // As a crash leaves it when the broker has not yet noticed: everything retained says that it lives.
        await observer.SayAsync(State, "online", retain: true);
        await observer.SayAsync(
            Info, """{"version":"1","instance_id":"same","problem":false,"problems":[],"nonce":"0000dead"}""", retain: true);
        int from = observer.Count;
        await using Bridge bridge = await StartAsync(broker.Port);
        await observer.WaitForAsync(Info, seen => seen.Json.GetProperty("nonce").GetString() != "0000dead", from);
        await bridge.SaysAsync("connected to");
        Assert.Null(bridge.Problems.Last);
        // And the dead one's will, when it comes at last.
        await observer.SayAsync(State, "offline", retain: true);
        await observer.WaitForAsync(State, seen => seen.Payload == "online", observer.Count - 1);
    }

    [Fact]
    [Trait("needs", "mosquitto")]
    public async Task A_restart_of_the_broker_changes_nothing()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Bridge first = await StartAsync(mosquitto.Port);
        await first.SaysAsync("connected to");
        await using Bridge second = await StartAsync(mosquitto.Port);
        foreach (Bridge bridge in new[] { first, second })
        {
            bridge.Logger.Expect("lost 127.0.0.1");
            bridge.Logger.Expect("nothing listens");
        }
        await second.SaysAsync(Standby);
        await second.SaysAsync("connected to");
        await mosquitto.KillAsync();
        await mosquitto.StartAgainAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await Eventually.IsTrueAsync(
            () => new[] { first, second }.All(
                bridge => bridge.Logger.Lines.Count(line => line.Contains("connected to", StringComparison.Ordinal)) == 2),
            () => $"both are back:\n{observer.Tell()}");
        await observer.FenceAsync();
        Assert.Null(first.Problems.Last);
        Assert.Contains(Standby, second.Problems.Last, StringComparison.Ordinal);
        Assert.DoesNotContain(observer.On(State), seen => seen.Payload == "offline");
        Assert.Single(observer.On(Info).Select(seen => seen.Json.GetProperty("nonce").GetString()).Distinct());
    }

    [Fact]
    [Trait("needs", "mosquitto")]
    public async Task A_former_release_with_a_copy_cannot_be_asked_and_keeps_the_topic()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer former = await Observer.ConnectAsync(mosquitto.Port);
        var time = new HandWoundTime();
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot("same", Some.Radio), time: time);
        bridge.Logger.Expect("nother Longwire with this one's identity");
        await bridge.SaysAsync("connected to");
        // It starts: claims, and takes our answer for its own words.
        await former.SayAsync("longwire/bridge/claim", """{"instance_id":"same","incumbent":false}""");
        await bridge.SaysAsync(Standby);
        // After a while it is looked for again, and heard by its heartbeat alone.
        for (int round = 0; round < 2; round++)
        {
            int from = former.Count;
            await Eventually.IsTrueAsync(
                () =>
                {
                    time.Advance(BrokerTimers.ClaimAgainEvery / 10);
                    return former.On("longwire/bridge/claim", from).Any();
                },
                () => former.Tell(from));
            await former.SayAsync(Info, """{"version":"1","instance_id":"same","problem":false,"problems":[]}""", retain: true);
            await former.FenceAsync();
            Assert.DoesNotContain(former.On(State, from), seen => seen.Payload == "online");
        }
        Assert.Contains(Standby, bridge.Problems.Last, StringComparison.Ordinal);
    }

    [Fact]
    public void Former_releases_read_what_is_added_and_lack_it_themselves()
    {
        // Their records, and their reader: the same options, without the new keys.
        byte[] info = RetainedSnapshot.BridgeInfo(Some.Snapshot("same", Some.Radio).Bridge, "1.2.3", "0000beef", "0000dead-1");
        JsonElement json = JsonSerializer.Deserialize<JsonElement>(info);
        string[] keys =
            ["version", "instance_id", "problem", "problems", "radios_attached", "radios_expected", "log_level", "nonce", "answers"];
        Assert.Equal(keys, json.EnumerateObject().Select(member => member.Name));
        byte[] retained = RetainedSnapshot.BridgeInfo(Some.Snapshot("same", Some.Radio).Bridge, "1.2.3", "0000beef");
        Assert.DoesNotContain("answers", JsonSerializer.Deserialize<JsonElement>(retained).EnumerateObject().Select(member => member.Name));
        ClaimMessage? former = Payload.TryRead("""{"instance_id":"a","incumbent":true}"""u8, ClaimJson.Default.ClaimMessage);
        Assert.Equal(new Instance("a", null), former!.Sender);
        Assert.Equal(
            new Instance("a", null),
            Payload.TryRead(
            """{"version":"1","instance_id":"a","problem":false,"problems":[]}"""u8, BridgeInfoJson.Default.BridgeInfoMessage)!.Sender);
    }

    private static Bridge New(int port)
    {
        var bridge = new Bridge(port, Some.Snapshot("same", Some.Radio));
        bridge.Logger.Expect("nother Longwire with this one's identity");
        return bridge;
    }

    private static async Task<Bridge> StartAsync(int port)
    {
        Bridge bridge = New(port);
        await bridge.StartAsync();
        return bridge;
    }

    /// <summary>A broker of one of two makes.</summary>
    private sealed class SomeBroker : IAsyncDisposable
    {
        private Mosquitto? _mosquitto;
        private MqttServer? _server;

        public int Port { get; private set; }

        public static async Task<SomeBroker> StartAsync(bool mosquitto)
        {
            var broker = new SomeBroker();
            if (mosquitto)
            {
                broker._mosquitto = await Mosquitto.StartAsync();
                broker.Port = broker._mosquitto.Port;
            }
            else
            {
                broker.Port = Mosquitto.FreePort();
                broker._server = await LibraryBroker.StartAsync(broker.Port);
            }
            return broker;
        }

        public async ValueTask DisposeAsync()
        {
            if (_mosquitto is not null) await _mosquitto.DisposeAsync();
            _server?.Dispose();
        }
    }
}
