using System.Collections.Immutable;
using Longwire.HomeAssistant.Ownership;
using Longwire.State;
using Longwire.Tests.HomeAssistant.Brokers;
using Xunit;

namespace Longwire.Tests.HomeAssistant.Ownership;

[Trait("needs", "mosquitto")]
public sealed class TwoInstancesTests
{
    private const string Info = "longwire/bridge/info";

    private static readonly string[] s_ids = ["a", "b", "B"];
    private static readonly bool[] s_either = [false, true];
    private static readonly string?[] s_nonces = [null, "1", "2"];

    private static readonly RadioSnapshot First = Some.Radio with { Id = "first" };
    private static readonly RadioSnapshot Second = Some.Radio with { Id = "second" };

    [Fact]
    public async Task The_newcomer_stands_by_publishes_nothing_and_takes_over_when_the_owner_goes()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        // The lower id comes second: who is there goes first.
        await using Bridge owner = await StartAsync(mosquitto, "zz", First);
        await owner.SaysAsync("connected to");
        await using Bridge newcomer = await StartAsync(mosquitto, "aa", Second);
        newcomer.Logger.Expect("Another Longwire (zz) publishes under the base topic \"longwire\"");
        owner.Logger.Expect("another Longwire (aa) asks for the base topic");
        await newcomer.SaysAsync("Another Longwire (zz) publishes");
        Assert.Contains("Give one of the two a base_topic of its own", newcomer.Problems.Last, StringComparison.Ordinal);
        newcomer.Publish(Some.Snapshot("aa", Second with { Disconnects = 7 }), new RadioEvent("second", RadioEventType.Lost, "pulled"));
        await observer.FenceAsync();
        Assert.DoesNotContain(observer.All, seen => seen.Topic.Contains("second", StringComparison.Ordinal));
        Assert.Equal("online", (await Observer.RetainedAsync(mosquitto.Port))["longwire/bridge/state"]);
        Assert.Null(owner.Problems.Last);

        int from = observer.Count;
        await owner.StopAsync();
        await observer.WaitForAsync("longwire/bridge/state", seen => seen.Payload == "online", from);
        Assert.Equal("aa", observer.On(Info, from).Last().Json.GetProperty("instance_id").GetString());
        await newcomer.SaysAsync("is ours now");
        Assert.Null(newcomer.Problems.Last);
        Assert.Equal(7, observer.On("longwire/radio/second/state", from).First().Json.GetProperty("disconnects").GetInt32());
    }

    [Fact]
    public async Task Two_that_start_at_the_same_moment_agree_on_one()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        for (int round = 0; round < 5; round++)
        {
            await using Bridge one = new(mosquitto.Port, Some.Snapshot("aa", First));
            await using Bridge two = new(mosquitto.Port, Some.Snapshot("bb", Second));
            foreach (Bridge bridge in new[] { one, two })
            {
                bridge.Logger.Expect("Another Longwire");
                bridge.Logger.Expect("another Longwire");
            }
            int from = observer.Count;
            await Task.WhenAll(one.StartAsync(), two.StartAsync());
            await one.SaysAsync("connected to");
            await two.SaysAsync("connected to");
            await Eventually.IsTrueAsync(
                () => one.Problems.Last is null ^ two.Problems.Last is null, () => $"one of the two stands by\n{observer.Tell(from)}");
            await observer.FenceAsync();
            string winner = one.Problems.Last is null ? "aa" : "bb";
            ImmutableDictionary<string, string> retained = await Observer.RetainedAsync(mosquitto.Port);
            Assert.Equal("online", retained["longwire/bridge/state"]);
            Assert.Contains($"\"instance_id\":\"{winner}\"", retained[Info], StringComparison.Ordinal);
            Assert.All(observer.On(Info, from), seen => Assert.Equal(winner, seen.Json.GetProperty("instance_id").GetString()));
        }
    }

    [Fact]
    public async Task What_a_dead_instance_left_retained_stops_nobody()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        // As after a power cut: the broker kept "online" on disk, and no will was ever published.
        await observer.SayAsync("longwire/bridge/state", "online", retain: true);
        await observer.SayAsync(Info, "{\"version\":\"1\",\"instance_id\":\"dead\",\"problem\":false,\"problems\":[]}", retain: true);
        int from = observer.Count;
        await using Bridge bridge = await StartAsync(mosquitto, "aa", First);
        await observer.WaitForAsync(Info, seen => seen.Json.GetProperty("instance_id").GetString() == "aa", from);
        Assert.Null(bridge.Problems.Last);
    }

    [Fact]
    public async Task The_owner_stays_owner_over_a_restart_of_the_broker()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Bridge owner = await StartAsync(mosquitto, "zz", First);
        await owner.SaysAsync("connected to");
        await using Bridge newcomer = await StartAsync(mosquitto, "aa", Second);
        foreach (Bridge bridge in new[] { owner, newcomer })
        {
            bridge.Logger.Expect("lost 127.0.0.1");
            bridge.Logger.Expect("nothing listens");
        }
        newcomer.Logger.Expect("Another Longwire (zz)");
        owner.Logger.Expect("another Longwire (aa)");
        await newcomer.SaysAsync("Another Longwire (zz)");
        await newcomer.SaysAsync("connected to");
        await mosquitto.StopAsync();
        await mosquitto.StartAgainAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await observer.WaitForAsync("homeassistant/device/longwire_radio_first/config", within: TimeSpan.FromSeconds(5));
        await Eventually.IsTrueAsync(
            () => newcomer.Logger.Lines.Count(line => line.Contains("connected to", StringComparison.Ordinal)) == 2,
            () => "the newcomer is back, too");
        Assert.All(observer.On(Info), seen => Assert.Equal("zz", seen.Json.GetProperty("instance_id").GetString()));
        Assert.DoesNotContain(observer.All, seen => seen.Topic.Contains("second", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Giving_one_of_two_a_base_topic_of_its_own_leaves_the_others_topics_alone()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Bridge owner = await StartAsync(mosquitto, "aa", First);
        await owner.SaysAsync("connected to");
        await using Bridge newcomer = await StartAsync(mosquitto, "bb", Second);
        newcomer.Logger.Expect("Another Longwire (aa)");
        owner.Logger.Expect("another Longwire (bb)");
        await newcomer.SaysAsync("Another Longwire (aa)");
        newcomer.Apply(newcomer.Settings with { BaseTopic = "cellar" });
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await observer.WaitForAsync("homeassistant/device/cellar_radio_second/config");
        Assert.Null(newcomer.Problems.Last);
        ImmutableDictionary<string, string> retained = await Observer.RetainedAsync(mosquitto.Port);
        Assert.Equal("online", retained["longwire/bridge/state"]);
        Assert.Contains("homeassistant/device/longwire_radio_first/config", retained.Keys);
    }

    [Fact]
    public async Task An_owner_that_moves_away_makes_room_for_the_one_that_waits()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge owner = await StartAsync(mosquitto, "aa", First);
        await owner.SaysAsync("connected to");
        await using Bridge newcomer = await StartAsync(mosquitto, "bb", Second);
        foreach (Bridge bridge in new[] { owner, newcomer })
        {
            bridge.Logger.Expect("nother Longwire");
        }
        await newcomer.SaysAsync("Another Longwire (aa)");
        await newcomer.SaysAsync("connected to");
        int from = observer.Count;
        owner.Apply(owner.Settings with { BaseTopic = "attic" });
        await observer.WaitForAsync("homeassistant/device/attic_radio_first/config", from: from);
        await observer.WaitForAsync("homeassistant/device/longwire_radio_second/config", from: from);
        await Eventually.IsTrueAsync(
            async () =>
            {
                ImmutableDictionary<string, string> retained = await Observer.RetainedAsync(mosquitto.Port);
                return retained.GetValueOrDefault("longwire/bridge/state") == "online"
                    && retained.GetValueOrDefault("attic/bridge/state") == "online"
                    && !retained.ContainsKey("homeassistant/device/longwire_radio_first/config");
            },
            () => observer.Tell(from));
    }

    [Fact]
    public async Task One_that_comes_back_under_another_base_topic_leaves_alone_what_its_successor_publishes()
    {
        string data = Directory.CreateTempSubdirectory("longwire-mqtt-").FullName;
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using (Bridge before = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot("aa", First), data))
        {
            await before.SaysAsync("connected to");
        }
        // The same radio by the same name, on another machine.
        await using Bridge successor = await StartAsync(mosquitto, "bb", First);
        successor.Logger.Expect("another Longwire (aa) asks for the base topic longwire");
        await successor.SaysAsync("connected to");
        await using (Bridge moved = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot("aa", First), data, baseTopic: "attic"))
        {
            moved.Logger.Expect("the topics under longwire are left as they are, because another Longwire (bb) uses them now");
            await moved.SaysAsync("are left as they are");
            await moved.SaysAsync("connected to");
        }
        ImmutableDictionary<string, string> retained = await Observer.RetainedAsync(mosquitto.Port);
        Assert.Contains("homeassistant/device/longwire_radio_first/config", retained.Keys);
        Assert.Contains("longwire/radio/first/state", retained.Keys);
        Assert.Equal("online", retained["longwire/bridge/state"]);
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public void Of_two_claims_both_sides_choose_the_same()
    {
        ClaimMessage[] all =
        [
            .. from id in s_ids
               from incumbent in s_either
               from nonce in s_nonces
               select new ClaimMessage(id, incumbent) { Nonce = nonce },
        ];
        foreach (ClaimMessage one in all)
        {
            foreach (ClaimMessage other in all.Where(other => other.Sender != one.Sender))
            {
                Assert.NotEqual(TopicClaim.GoesBefore(one, other), TopicClaim.GoesBefore(other, one));
            }
        }
        Assert.True(TopicClaim.GoesBefore(new("z", true), new("a", false)));
        Assert.True(TopicClaim.GoesBefore(new("a", true), new("z", true)));
        // One that cannot know of copies of itself would never yield to one.
        Assert.True(TopicClaim.GoesBefore(new("a", false), new("a", true) { Nonce = "1" }));
        Assert.True(TopicClaim.GoesBefore(new("a", true) { Nonce = "2" }, new("a", false) { Nonce = "1" }));
    }

    private static Task<Bridge> StartAsync(Mosquitto mosquitto, string instanceId, RadioSnapshot radio) =>
        Bridge.StartAsync(mosquitto.Port, Some.Snapshot(instanceId, radio));
}
