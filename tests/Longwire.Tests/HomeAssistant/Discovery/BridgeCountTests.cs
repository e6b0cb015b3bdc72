using Longwire.HomeAssistant.Broker;
using Longwire.HomeAssistant.Discovery;
using Longwire.State;
using Longwire.Tests.HomeAssistant.Brokers;
using Xunit;

namespace Longwire.Tests.HomeAssistant.Discovery;

/// <summary>How many of how many radios are attached, as the bridge's own figures.</summary>
public sealed class BridgeCountTests
{
    [Fact]
    [Trait("needs", "mosquitto")]
    public async Task The_bridge_counts_its_radios_and_those_that_should_be_there()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        Snapshot ten = Some.Snapshot(Some.Radio) with { Bridge = new BridgeSnapshot("a1", []) { RadiosExpected = 10, RadiosAttached = 9 } };
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, ten);
        await observer.SettledAsync(Some.RadioId);
        Assert.Equal(("9", "10"), Counts(observer));
        int from = observer.Count;
        bridge.Publish(ten with { Bridge = ten.Bridge with { RadiosAttached = 8 } });
        await observer.WaitForAsync("longwire/bridge/info", from: from);
        Assert.Equal(("8", "10"), Counts(observer));
        await bridge.StopAsync();
        await observer.WaitForAsync("longwire/bridge/state", seen => seen.Payload == "offline", from);
        Assert.Equal(("unavailable", "unavailable"), Counts(observer));
    }

    [Theory]
    [InlineData("radios_attached")]
    [InlineData("radios_expected")]
    public void A_count_is_a_measurement_with_an_icon_and_a_unique_id_of_the_bridge(string key)
    {
        Component count = BridgeDevice.Of(new Topics("longwire", "homeassistant"), "1").Message.Components[key];
        Assert.Equal(("sensor", "measurement", $"longwire_bridge_{key}"), (count.Platform, count.StateClass, count.UniqueId));
        Assert.StartsWith("mdi:", count.Icon, StringComparison.Ordinal);
        Assert.Equal("longwire/bridge/state", Assert.Single(count.Availability!).Topic);
    }

    private static (string Attached, string Expected) Counts(Observer observer) =>
        (observer.Shown().State("longwire_bridge", "radios_attached"), observer.Shown().State("longwire_bridge", "radios_expected"));
}
