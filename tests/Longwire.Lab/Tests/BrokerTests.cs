using Longwire.Lab.Brokers;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>A broker that goes, comes, and forgets.</summary>
[Collection(FirstHouse.Name)]
public sealed class BrokerTests(Home home) : RadioTest(home)
{
    [Fact]
    public async Task After_a_broker_s_restart_without_memory_everything_is_published_again()
    {
        await BringUpAsync(PiSide.Longwire);
        int from = Watch.Count;
        await Home.Broker.StopAsync();
        TimeSpan back = Home.Host.Now;
        await Home.Broker.StartAsync();
        Message online = await Watch.WaitForAsync(message => message is { Topic: "longwire/bridge/state", Payload: "online" }, Patience, "online", from, Cancelled);
        string[] topics =
        [
            $"longwire/radio/{ZWave}/state", "longwire/pi/attic/state", "longwire/bridge/info",
            $"homeassistant/device/{DeviceId(ZWave)}/config", "homeassistant/device/longwire_pi_attic/config", "homeassistant/device/longwire_bridge/config",
        ];
        Message[] again = await Task.WhenAll(topics.Select(topic => Watch.WaitForAsync(message => message.Topic == topic, Patience, topic, from, Cancelled)));
        TimeSpan took = Home.Host.ClockAt(again.Append(online).Max(message => message.Timestamp)) - back;
        Say($"everything published again {took} after the broker was started");
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        // A true state stands there before anybody is told that we are.
        Assert.True(again[0].Timestamp <= online.Timestamp);
        Assert.Contains("\"connected\":true", again[0].Payload, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Home_Assistant_s_birth_is_answered_once_with_everything()
    {
        await BringUpAsync(PiSide.Longwire);
        int from = Watch.Count;
        await Watch.HomeAssistantStartsAsync();
        string config = $"homeassistant/device/{DeviceId(ZWave)}/config";
        await Watch.WaitForAsync(message => message.Topic == config, Patience, "discovery again", from, Cancelled);
        await Watch.WaitForAsync(message => message.Topic == $"longwire/radio/{ZWave}/state", Patience, "state again", from, Cancelled);
        // A second answer would come right behind the first; a command that travels behind both shows that there is none.
        await Watch.PublishAsync($"longwire/radio/{ZWave}/attach/set", "OFF");
        await UntilStatusAsync(ZWave, "detached");
        Assert.Single(Watch.Messages.Skip(from), message => message.Topic == config);
    }

    [Fact]
    public async Task Changed_options_touch_only_what_changed()
    {
        await BringUpAsync(PiSide.Longwire);
        await Home.Host.WriteOptionsAsync(Home.Options([Home.Attic], "radios:\n  - match: \"0658:0200\"\n    name: Heating\n"));
        await Watch.WaitUntilAsync(house => house.Find("Heating", "connected") is { State: "on" }, Patience, "the new name is shown", Cancelled);
        Assert.Equal("0", Watch.Entities().State(DeviceId(ZWave), "disconnects"));
        await Home.Host.WriteOptionsAsync(Home.Options([Home.Attic], "radios:\n  - match: \"1cf1:0030\"\n"));
        await Home.Host.WaitUntilNothingIsAttachedAsync(Patience);
        await Watch.WaitUntilAsync(house => house.Find("Heating", "connected") is null, Patience, "the radio that left the options is removed", Cancelled);
    }
}
