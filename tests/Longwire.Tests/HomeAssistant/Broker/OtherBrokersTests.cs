using Longwire.State;
using Longwire.Tests.HomeAssistant.Brokers;
using MQTTnet.Formatter;
using Xunit;

namespace Longwire.Tests.HomeAssistant.Broker;

/// <summary>
/// The brokers that people have instead of mosquitto 2.0, the real ones: whatever they speak, Home Assistant is told the same. With --long.
/// </summary>
public sealed class OtherBrokersTests
{
    private const string BridgeState = "longwire/bridge/state";
    private const string State = $"longwire/radio/{Some.RadioId}/state";
    private const string Config = $"homeassistant/device/longwire_radio_{Some.RadioId}/config";
    private const string Attach = $"longwire/radio/{Some.RadioId}/attach/set";

    public static TheoryData<string> Names => [.. BrokerRecipe.All.Select(recipe => recipe.Name)];

    [Theory(Explicit = true)]
    [MemberData(nameof(Names))]
    public async Task What_we_publish_is_there_for_a_newcomer_births_are_answered_commands_arrive_and_a_stop_says_offline(string name)
    {
        await using OtherBroker broker = await StartAsync(name);
        await using Observer observer = await broker.ObserveAsync();
        await using (Bridge bridge = await StartAsync(broker, broker.Port))
        {
            await observer.WaitForAsync(Config);
            Assert.Contains("\"cmps\"", await broker.RetainedAsync(Config), StringComparison.Ordinal);
            Assert.Contains("\"status\":\"attached\"", await broker.RetainedAsync(State), StringComparison.Ordinal);
            Assert.Equal("online", await broker.RetainedAsync(BridgeState));

            int from = observer.Count;
            await observer.SayAsync("homeassistant/status", "online");
            await observer.WaitForAsync(Config, from: from);
            await observer.WaitForAsync(State, from: from);

            await observer.SayAsync(Attach, "OFF");
            Assert.Equal(new RadioCommand.SetWanted(Some.RadioId, false), await bridge.Commands.NextAsync());

            from = observer.Count;
            bridge.Publish(
                Some.Snapshot(Some.Radio with { Status = RadioStatus.Unplugged }),
                new RadioEvent(Some.RadioId, RadioEventType.Lost, "pulled"));
            await observer.WaitForAsync(
                $"longwire/radio/{Some.RadioId}/event", seen => seen.Json.GetProperty("event_type").GetString() == "lost", from);
            Assert.Contains("\"status\":\"unplugged\"", await broker.RetainedAsync(State), StringComparison.Ordinal);
            Assert.Null(await broker.RetainedAsync($"longwire/radio/{Some.RadioId}/event"));
        }
        Assert.Equal("offline", await broker.RetainedAsync(BridgeState));
    }

    [Theory(Explicit = true)]
    [MemberData(nameof(Names))]
    public async Task One_that_dies_is_offline_by_its_will(string name)
    {
        await using OtherBroker broker = await StartAsync(name);
        await using Observer observer = await broker.ObserveAsync();
        await using var way = new Way(broker.Port);
        await using Bridge bridge = await StartAsync(broker, way.Port);
        bridge.Logger.Expect("Trying on");
        await observer.WaitForAsync(BridgeState, seen => seen.Payload == "online");
        int from = observer.Count;
        await way.CutAsync();
        await observer.WaitForAsync(BridgeState, seen => seen.Payload == "offline", from);
        Assert.Equal("offline", await broker.RetainedAsync(BridgeState));
    }

    [Theory(Explicit = true)]
    [MemberData(nameof(Names))]
    public async Task After_a_restart_that_forgot_everything_all_is_there_again_and_commands_arrive(string name)
    {
        await using OtherBroker broker = await StartAsync(name);
        await using Bridge bridge = await StartAsync(broker, broker.Port);
        bridge.Logger.Expect("Trying on");
        await bridge.SaysAsync("connected to");
        await broker.KillAsync();
        await broker.StartAsync();
        await using Observer observer = await broker.ObserveAsync();
        // A broker that listens is not one that answers: how soon it does is its own affair.
        await Eventually.IsTrueAsync(
            async () => await broker.RetainedAsync(Config) is not null, () => $"discovery again\n{broker.Said}", TimeSpan.FromSeconds(60));
        Assert.NotNull(await broker.RetainedAsync(State));
        Assert.Equal("online", await broker.RetainedAsync(BridgeState));
        await observer.SayAsync(Attach, "ON");
        Assert.Equal(new RadioCommand.SetWanted(Some.RadioId, true), await bridge.Commands.NextAsync());
    }

    private static async Task<OtherBroker> StartAsync(string name)
    {
        var broker = new OtherBroker(BrokerRecipe.All.Single(recipe => recipe.Name == name));
        await broker.StartAsync();
        return broker;
    }

    private static async Task<Bridge> StartAsync(OtherBroker broker, int reachedAt)
    {
        Bridge bridge = await Bridge.StartAsync(reachedAt, Some.Snapshot(Some.Radio));
        if (broker.Recipe.Speaks != MqttProtocolVersion.V500) bridge.Logger.Expect("3.1.1");
        return bridge;
    }
}
