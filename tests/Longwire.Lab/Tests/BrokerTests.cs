using Longwire.Lab.Sticks;
using Longwire.Testing.Brokers;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>A broker that goes, comes, and forgets.</summary>
[Collection(FirstHouse.Name)]
public sealed class BrokerTests(Home home) : RadioTest(home)
{
    [Fact]
    public async Task After_a_broker_s_restart_without_memory_everything_is_published_again()
    {
        await BringUpAsync(PiSide.Longwire, host: HostSide.AddOn);
        await Home.Broker.StopAsync();
        // From here: a heartbeat before the stop says the same.
        int from = Watch.Count;
        TimeSpan back = Home.Host.Now;
        await Home.Broker.StartAsync();
        Message online = await Watch.WaitForAsync(
            message => message is { Topic: "longwire/bridge/state", Payload: "online" }, Patience, "online", from, Cancelled);
        string[] topics =
        [
            $"longwire/radio/{ZWave}/state", "longwire/pi/attic/state", "longwire/bridge/info",
            $"homeassistant/device/{DeviceId(ZWave)}/config", "homeassistant/device/longwire_pi_attic/config",
            "homeassistant/device/longwire_bridge/config",
        ];
        Message[] again = await Task.WhenAll(
            topics.Select(topic => Watch.WaitForAsync(message => message.Topic == topic, Patience, topic, from, Cancelled)));
        TimeSpan took = Home.Host.ClockAt(again.Append(online).Max(message => message.Timestamp)) - back;
        Say($"everything published again {took} after the broker was started");
        await KeepsPromiseAsync(took, TimeSpan.FromSeconds(5), Home.Host);
        // A true state stands there before anybody is told that we are.
        Assert.True(again[0].Timestamp <= online.Timestamp);
        Assert.Contains("\"connected\":true", again[0].Payload, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_is_away_at_the_start_keeps_no_radio_waiting_and_is_told_everything_when_it_comes()
    {
        await Home.StartAsync(Home.Attic, Home.Host);
        await Home.Attic.PlugAsync(StickModel.ZWave);
        await ExportAsync(Home.Attic, PiSide.Longwire, StickModel.ZWave);
        await Home.Host.StartAttachAsync(Home.Options([Home.Attic]));
        await Home.Host.WaitForDeviceAsync(ZWavePath, Patience);
        TimeSpan started = Home.Host.Now;
        await Home.Broker.StartAsync();
        Message state = await Watch.WaitForAsync(
            message => message.Topic == $"longwire/radio/{ZWave}/state", Patience, "the radio's state", cancellationToken: Cancelled);
        Assert.Contains("\"connected\":true", state.Payload, StringComparison.Ordinal);
        await UntilConnectedAsync(ZWave);
        await KeepsPromiseAsync(Home.Host.ClockAt(state.Timestamp) - started, TimeSpan.FromSeconds(5), Home.Host);
    }

    [Fact]
    public async Task While_the_broker_stands_still_radios_come_and_go_and_afterwards_it_is_told()
    {
        LabStick stick = await BringUpAsync(PiSide.Longwire);
        Home.Broker.Stall();
        await stick.PullAsync();
        await Home.Host.WaitUntilNothingIsAttachedAsync(Patience);
        await stick.PlugAsync();
        await Home.Host.WaitForDeviceAsync(ZWavePath, Patience);
        Home.Broker.Resume();
        await Watch.WaitUntilAsync(
            house => Connected(house, ZWave) == "on" && house.State(DeviceId(ZWave), "disconnects") == "1", Patience,
            "what happened meanwhile is told", Cancelled);
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
}
