using Longwire.Tests.HomeAssistant.Brokers;
using Xunit;

namespace Longwire.Tests.HomeAssistant.Ownership;

/// <summary>Anybody may write to our topics: what is no message of a Longwire makes no Longwire yield, stop or wait.</summary>
[Trait("needs", "mosquitto")]
public sealed class StrangeMessageTests
{
    private static readonly string[] s_topics = ["longwire/bridge/claim", "longwire/bridge/info"];

    private static readonly string[] s_payloads =
    [
        "{}", "null", "[]", "5", "\"\"", "{\"instance_id\":null,\"incumbent\":true}", "{\"instance_id\":5,\"incumbent\":true}",
        "{\"instance_id\":\"0\"}",
        "{\"version\":\"x\",\"instance_id\":null,\"problem\":false,\"problems\":[]}",
        "{\"version\":\"x\",\"instance_id\":\"0\",\"problem\":false,\"problems\":null}",
        "{\"version\":null,\"instance_id\":\"0\",\"problem\":false,\"problems\":[]}",
    ];

    [Fact]
    public async Task An_owner_goes_on_publishing_whatever_is_said_on_the_topics_of_the_claim()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot(Some.Radio));
        await bridge.SaysAsync("connected to");
        await SayAllAsync(observer, retain: false);
        int from = observer.Count;
        bridge.Publish(Some.Snapshot(Some.Radio with { Disconnects = 9 }));
        string state = $"longwire/radio/{Some.RadioId}/state";
        await observer.WaitForAsync(state, seen => seen.Json.GetProperty("disconnects").GetInt32() == 9, from);
        Assert.Null(bridge.Problems.Last);
    }

    [Fact]
    public async Task A_claim_is_not_lost_to_what_lies_there_or_is_said_meanwhile()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await SayAllAsync(observer, retain: true);
        Task<Bridge> starting = Bridge.StartAsync(mosquitto.Port, Some.Snapshot(Some.Radio));
        await SayAllAsync(observer, retain: false);
        await using Bridge bridge = await starting;
        await bridge.SaysAsync("connected to");
        await observer.WaitForAsync("longwire/bridge/state", seen => seen.Payload == "online");
        Assert.Null(bridge.Problems.Last);
    }

    private static async Task SayAllAsync(Observer observer, bool retain)
    {
        foreach (string topic in s_topics)
        {
            foreach (string payload in s_payloads) await observer.SayAsync(topic, payload, retain);
        }
        await observer.FenceAsync();
    }
}
