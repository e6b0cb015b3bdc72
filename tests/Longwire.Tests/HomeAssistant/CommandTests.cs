using System.Text.Json;
using Longwire.Options;
using Longwire.State;
using Longwire.Tests.HomeAssistant.Brokers;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Longwire.Tests.HomeAssistant;

[Trait("needs", "mosquitto")]
public sealed class CommandTests
{
    private const string Attach = $"longwire/radio/{Some.RadioId}/attach/set";
    private const string Reattach = $"longwire/radio/{Some.RadioId}/reattach/set";
    private const string TakeOver = $"longwire/radio/{Some.RadioId}/take_over/set";
    private const string Restart = "longwire/bridge/restart/set";
    private const string LogLevelTopic = "longwire/bridge/log_level/set";

    [Fact]
    public async Task Commands_reach_the_reconciler_in_order()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await StartAsync(mosquitto);
        await observer.SayAsync(Attach, "OFF");
        await observer.SayAsync(Attach, "ON");
        await observer.SayAsync(Reattach, "PRESS");
        await observer.SayAsync(TakeOver, "PRESS");
        Assert.Equal(new RadioCommand.SetWanted(Some.RadioId, false), await bridge.Commands.NextAsync());
        Assert.Equal(new RadioCommand.SetWanted(Some.RadioId, true), await bridge.Commands.NextAsync());
        Assert.Equal(new RadioCommand.Reattach(Some.RadioId), await bridge.Commands.NextAsync());
        Assert.Equal(new RadioCommand.TakeOver(Some.RadioId), await bridge.Commands.NextAsync());
    }

    [Fact]
    public async Task Silence_of_a_Pi_reaches_the_reconciler_and_of_nobody_does_not()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await observer.SayAsync("longwire/pi/attic/silence/set", "OFF", retain: true);
        await using Bridge bridge = await StartAsync(mosquitto);
        bridge.Logger.Expect("is no command");
        bridge.Logger.Expect("there is no Pi");
        for (int i = 0; i < 3; i++)
        {
            await observer.SayAsync("longwire/pi/nobody/silence/set", "ON");
            await observer.SayAsync("longwire/pi/attic/silence/set", "an hour");
        }
        await observer.SayAsync("longwire/pi/attic/silence/set", "ON");
        Assert.Equal(new PiCommand.Silence("attic", true), await bridge.Commands.NextOfPiAsync());
        await observer.SayAsync("longwire/pi/attic/silence/set", "OFF");
        Assert.Equal(new PiCommand.Silence("attic", false), await bridge.Commands.NextOfPiAsync());
        string[] complaints =
        [
            .. bridge.Logger.Lines.Where(
                line => line.Contains("silence/set", StringComparison.Ordinal) && !line.Contains("retained", StringComparison.Ordinal)),
        ];
        Assert.Equal(2, complaints.Length);
        Assert.Contains(complaints, line => line.Contains("\"nobody\"", StringComparison.Ordinal));
        Assert.Contains(complaints, line => line.Contains("send ON or OFF", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_asked_of_the_bridge_reaches_who_carries_it_out()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await StartAsync(mosquitto);
        foreach (string level in LogLevels.Names)
        {
            await observer.SayAsync(LogLevelTopic, level);
            Assert.Equal(new BridgeCommand.SetLogLevel(LogLevels.Parse(level)!.Value), await bridge.Control.NextAsync());
        }
        await observer.SayAsync(Restart, "PRESS");
        Assert.Equal(new BridgeCommand.Restart(), await bridge.Control.NextAsync());
    }

    [Fact]
    public async Task A_retained_restart_or_log_level_is_not_obeyed_at_every_connect()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await observer.SayAsync(Restart, "PRESS", retain: true);
        await observer.SayAsync(LogLevelTopic, "trace", retain: true);
        await using Bridge bridge = await StartAsync(mosquitto);
        await observer.SayAsync(LogLevelTopic, "error");
        Assert.Equal(new BridgeCommand.SetLogLevel(LogLevel.Error), await bridge.Control.NextAsync());
    }

    [Fact]
    public async Task What_is_no_command_to_the_bridge_is_named_once_with_the_remedy()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await StartAsync(mosquitto);
        bridge.Logger.Expect("is no command");
        for (int i = 0; i < 3; i++)
        {
            await observer.SayAsync(Restart, "press");
            await observer.SayAsync(LogLevelTopic, "loud\n\u001b[31m");
            await observer.SayAsync(LogLevelTopic, "");
        }
        await observer.SayAsync(LogLevelTopic, "debug");
        Assert.Equal(new BridgeCommand.SetLogLevel(LogLevel.Debug), await bridge.Control.NextAsync());
        string[] complaints = [.. bridge.Logger.Lines.Where(line => line.Contains("is no command", StringComparison.Ordinal))];
        Assert.Equal(2, complaints.Length);
        Assert.Contains("send PRESS", complaints[0], StringComparison.Ordinal);
        Assert.Contains("send trace, debug, info, warning or error", complaints[1], StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', complaints[1]);
    }

    [Fact]
    public async Task The_log_level_and_the_page_are_shown_as_soon_as_they_are_known()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await StartAsync(mosquitto);
        Assert.Equal(JsonValueKind.Null, (await observer.WaitForAsync("longwire/bridge/info")).Json.GetProperty("log_level").ValueKind);

        int from = observer.Count;
        bridge.Feed.Describe(details => details with { LogLevel = LogLevel.Debug });
        await observer.WaitForAsync("longwire/bridge/info", seen => seen.Json.GetProperty("log_level").GetString() == "debug", from);
        bridge.Feed.Describe(details => details with { Page = "homeassistant://app/a1b2c3d4_longwire" });
        Seen config = await observer.WaitForAsync("homeassistant/device/longwire_bridge/config", from: from);
        Assert.Equal("homeassistant://app/a1b2c3d4_longwire", config.Json.GetProperty("dev").GetProperty("cu").GetString());

        // A snapshot that knows nothing of either does not take them back.
        bridge.Publish(Some.Snapshot(Some.Radio with { Disconnects = 4 }));
        await observer.WaitForAsync(
            $"longwire/radio/{Some.RadioId}/state", seen => seen.Json.GetProperty("disconnects").GetInt32() == 4, from);
        Assert.Single(observer.On("homeassistant/device/longwire_bridge/config", from));
        // Once more after the changed discovery message, and always with the level.
        Assert.Single(observer.On("longwire/bridge/info", from).Select(seen => seen.Payload).Distinct());
    }

    [Fact]
    public async Task A_retained_command_is_not_obeyed_at_every_connect()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await observer.SayAsync(Attach, "OFF", retain: true);
        await observer.SayAsync("homeassistant/status", "online", retain: true);
        await using Bridge bridge = await StartAsync(mosquitto);
        await observer.SayAsync(Reattach, "PRESS");
        Assert.Equal(new RadioCommand.Reattach(Some.RadioId), await bridge.Commands.NextAsync());
        Assert.DoesNotContain(bridge.Logger.Lines, line => line.Contains("Home Assistant has started", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_no_command_is_named_once_with_the_remedy()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await StartAsync(mosquitto);
        bridge.Logger.Expect("is no command");
        bridge.Logger.Expect("there is no radio");
        for (int i = 0; i < 3; i++)
        {
            await observer.SayAsync(Attach, "on\n\u001b[31m" + new string('x', 5000));
            await observer.SayAsync(Reattach, "");
            await observer.SayAsync(TakeOver, "ON");
            await observer.SayAsync("longwire/radio/nobody/attach/set", "ON");
        }
        await observer.SayAsync(Attach, "ON");
        Assert.Equal(new RadioCommand.SetWanted(Some.RadioId, true), await bridge.Commands.NextAsync());
        string[] complaints = [.. bridge.Logger.Lines.Where(line => line.Contains("/set", StringComparison.Ordinal))];
        Assert.Equal(4, complaints.Length);
        Assert.Contains("send ON or OFF", complaints[0], StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', complaints[0]);
        Assert.InRange(complaints[0].Length, 10, 200);
        Assert.Contains("send PRESS", complaints[1], StringComparison.Ordinal);
        Assert.Contains("send PRESS", complaints[2], StringComparison.Ordinal);
        Assert.Contains("\"nobody\"", complaints[3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reconciler_that_takes_no_commands_does_not_hold_up_the_states()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await StartAsync(mosquitto);
        bridge.Logger.Expect("commands arrive faster");
        // The recorder holds 100 that nobody reads; more than that and the inbox are on their way.
        for (int i = 0; i < 300; i++) await observer.SayAsync(Reattach, "PRESS");
        int from = observer.Count;
        bridge.Publish(Some.Snapshot(Some.Radio with { Disconnects = 4 }));
        await observer.WaitForAsync($"longwire/radio/{Some.RadioId}/state", from: from);
        while (bridge.Commands.Commands.TryRead(out _)) { }
    }

    [Fact]
    public async Task Each_birth_brings_discovery_and_states_again_exactly_once()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await StartAsync(mosquitto);
        for (int birth = 0; birth < 2; birth++)
        {
            int from = observer.Count;
            await observer.SayAsync("homeassistant/status", "online");
            await observer.WaitForAsync($"homeassistant/device/longwire_radio_{Some.RadioId}/config", from: from);
            // Answered after the birth was dealt with, on the same loop.
            bridge.Publish(Some.Snapshot(Some.Radio with { Disconnects = 10 + birth }));
            await observer.WaitForAsync(
                $"longwire/radio/{Some.RadioId}/state", seen => seen.Json.GetProperty("disconnects").GetInt32() == 10 + birth, from);
            foreach (string topic
                in new[]
                {
                    "homeassistant/device/longwire_bridge/config",
                    "homeassistant/device/longwire_pi_attic/config",
                    "longwire/pi/attic/state",
                    "longwire/bridge/info",
                    "longwire/bridge/state",
                })
            {
                Assert.Single(observer.On(topic, from));
            }
            Assert.Equal(2, observer.On($"longwire/radio/{Some.RadioId}/state", from).Count());
        }
        int afterwards = observer.Count;
        await observer.SayAsync("homeassistant/status", "offline");
        bridge.Publish(Some.Snapshot(Some.Radio with { Disconnects = 99 }));
        await observer.WaitForAsync($"longwire/radio/{Some.RadioId}/state", from: afterwards);
        Assert.Empty(observer.On("longwire/bridge/info", afterwards));
    }

    private static async Task<Bridge> StartAsync(Mosquitto mosquitto)
    {
        Bridge bridge = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot(Some.Radio));
        await bridge.SaysAsync("connected to");
        return bridge;
    }
}
