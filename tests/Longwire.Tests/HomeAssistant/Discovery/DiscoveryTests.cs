using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Longwire.HomeAssistant.Broker;
using Longwire.HomeAssistant.Discovery;
using Longwire.Platform;
using Longwire.State;
using Xunit;

namespace Longwire.Tests.HomeAssistant.Discovery;

public sealed class DiscoveryTests
{
    private static readonly Topics Topics = new("longwire", "homeassistant");

    public static TheoryData<string, string> Names => new()
    {
        { "Z-Wave", "attic" },
        // Each is the beginning of an entity's name, which Home Assistant would take apart.
        { "Radio", "Reach" },
        { "Con", "R" },
        { "s", "Round-trip time" },
        { "CONNECTED SINCE", "reachable" },
        { "  ", "" },
        { "Büro \"2\" 'x' {{ y }}", "Dach\u0000boden" },
    };

    [Theory]
    [Trait("needs", "python3")]
    [MemberData(nameof(Names))]
    public async Task Every_payload_passes_the_rules_of_Home_Assistant(string radio, string pi)
    {
        Snapshot snapshot = Some.Snapshot(
            Some.Radio with { Name = radio, SerialPortCount = 2 },
            Some.Radio with
            {
                Id = "nothing_known",
                Name = radio,
                Manufacturer = null,
                Product = "",
                Serial = " ",
                PiId = "gone",
                SerialPortCount = 0,
            });
        snapshot = snapshot with { Pis = [Some.Pi with { Name = pi }] };
        await AssertPassesAsync(RetainedSnapshot.Of(snapshot, new MeasuredValues(), Topics, "1.0.0").Devices);
        await AssertPassesAsync(RetainedSnapshot.Of(snapshot, new MeasuredValues(), new Topics("house/radios", "ha"), "1.0.0").Devices);
    }

    [Fact]
    [Trait("needs", "python3")]
    public async Task The_rules_do_reject_a_bad_payload()
    {
        Device device = BridgeDevice.Of(Topics, "1.0.0");
        Device bad = device with { Message = device.Message with { Device = device.Message.Device with { Name = "Version" } } };
        (int exit, string said) = await LintAsync([bad]);
        Assert.Equal(1, exit);
        Assert.Contains("repeats the device name", said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_radio_has_the_entities_that_people_were_promised()
    {
        JsonElement components = Json(
            RadioDevice.Of(Some.Radio with { SerialPortCount = 2 }, Some.Snapshot(Some.Radio), Topics, "1")).GetProperty("cmps");
        string[] names =
            [.. components.EnumerateObject().Select(c => c.Value).Where(c => c.TryGetProperty("name", out _))
                .Select(c => c.GetProperty("name").GetString()!)];
        Assert.Equal(
            ["Attached", "Connected", "Connected since", "Data rate in", "Data rate out", "Disconnects", "Explanation", "In use",
                "Last disconnect", "Last disconnect reason", "Last outage", "Link quality", "Outages", "Plugged in", "Problem",
                "Radio event", "Reattach", "Round-trip time", "Serial port", "Serial port 2", "Status", "USB errors"],
            names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Only_a_Pi_that_runs_Longwire_can_be_updated()
    {
        string stock = Json(PiDevice.Of(Some.Pi, Topics, "1")).GetProperty("cmps").GetRawText();
        string ours = Json(PiDevice.Of(Some.Pi with { Version = "0.9.0" }, Topics, "1")).GetProperty("cmps").GetRawText();
        Assert.DoesNotContain("update", stock, StringComparison.Ordinal);
        Assert.Contains("\"update\"", ours, StringComparison.Ordinal);
    }

    [Fact]
    public void The_update_says_the_commands_in_no_more_than_Home_Assistant_shows()
    {
        string said = new UpdateMessage("10.10.10", "11.11.11").ReleaseSummary;
        Assert.Contains("\"image: longwire:11.11.11\"", said, StringComparison.Ordinal);
        Assert.Contains("\"docker compose up -d\"", said, StringComparison.Ordinal);
        Assert.Contains("\"sudo apt install ./longwire_11.11.11_*.deb\"", said, StringComparison.Ordinal);
        Assert.InRange(said.Length, 1, StateText.Longest);
    }

    [Fact]
    [Trait("needs", "python3")]
    public async Task A_radio_at_a_paired_Pi_can_be_taken_over_and_no_other()
    {
        Snapshot stock = Some.Snapshot(Some.Radio);
        Snapshot paired = stock with { Pis = [Some.Pi with { Mode = PiMode.Link }] };
        Assert.False(Json(RadioDevice.Of(Some.Radio, stock, Topics, "1")).GetProperty("cmps").TryGetProperty("take_over", out _));
        JsonElement button = Json(RadioDevice.Of(Some.Radio, paired, Topics, "1")).GetProperty("cmps").GetProperty("take_over");
        Assert.Equal(
            $$"""
            {"p":"button","uniq_id":"longwire_radio_{{Some.RadioId}}_take_over","name":"Take over","ent_cat":"config",
            "ic":"mdi:swap-horizontal","qos":1,"cmd_t":"longwire/radio/{{Some.RadioId}}/take_over/set"}
            """.ReplaceLineEndings(""),
            button.GetRawText());
        await AssertPassesAsync(RetainedSnapshot.Of(paired, new MeasuredValues(), Topics, "1.0.0").Devices);
    }

    [Fact]
    public void Connected_is_a_primary_entity_that_expires()
    {
        JsonElement connected = Json(
            RadioDevice.Of(Some.Radio, Some.Snapshot(Some.Radio), Topics, "1")).GetProperty("cmps").GetProperty("connected");
        Assert.False(connected.TryGetProperty("ent_cat", out _));
        Assert.Equal("connectivity", connected.GetProperty("dev_cla").GetString());
        Assert.Equal(90, connected.GetProperty("exp_aft").GetInt32());
    }

    [Fact]
    public void The_triggers_are_attached_and_lost_of_the_radio()
    {
        JsonElement components = Json(RadioDevice.Of(Some.Radio, Some.Snapshot(Some.Radio), Topics, "1")).GetProperty("cmps");
        foreach ((string key, string type, string payload)
            in new[] { ("trigger_connected", "connected", "attached"), ("trigger_disconnected", "disconnected", "lost") })
        {
            JsonElement trigger = components.GetProperty(key);
            Assert.Equal("trigger", trigger.GetProperty("atype").GetString());
            Assert.Equal(type, trigger.GetProperty("type").GetString());
            Assert.Equal("radio", trigger.GetProperty("stype").GetString());
            Assert.Equal(payload, trigger.GetProperty("pl").GetString());
            Assert.Equal($"longwire/radio/{Some.RadioId}/event", trigger.GetProperty("t").GetString());
        }
    }

    [Fact]
    public void A_radio_hangs_on_its_Pi_and_a_Pi_on_the_bridge()
    {
        JsonElement radio = Json(RadioDevice.Of(Some.Radio, Some.Snapshot(Some.Radio), Topics, "1"));
        JsonElement pi = Json(PiDevice.Of(Some.Pi, Topics, "1"));
        JsonElement bridge = Json(BridgeDevice.Of(Topics, "1"));
        Assert.Equal(pi.GetProperty("dev").GetProperty("ids").GetString(), radio.GetProperty("dev").GetProperty("via_device").GetString());
        Assert.Equal(bridge.GetProperty("dev").GetProperty("ids").GetString(), pi.GetProperty("dev").GetProperty("via_device").GetString());
    }

    [Fact]
    public void A_radio_whose_Pi_left_hangs_on_the_bridge()
    {
        JsonElement radio = Json(RadioDevice.Of(Some.Radio with { PiId = "gone" }, Some.Snapshot(Some.Radio), Topics, "1"));
        Assert.Equal("longwire_bridge", radio.GetProperty("dev").GetProperty("via_device").GetString());
    }

    [Fact]
    public void A_Pi_and_a_radio_of_the_same_id_are_two_devices()
    {
        ImmutableArray<Device> devices = RetainedSnapshot.Of(
            Some.Snapshot(Some.Radio with { Id = "attic" }), new MeasuredValues(), Topics, "1").Devices;
        Assert.Equal(devices.Length, devices.Select(device => device.ConfigTopic).Distinct().Count());
        string[] ids = [.. devices.SelectMany(device => device.Message.Components.Values).Select(c => c.UniqueId).OfType<string>()];
        Assert.Equal(ids.Length, ids.Distinct().Count());
    }

    [Fact]
    public void The_bridges_own_connection_state_has_no_availability()
    {
        JsonElement bridge = Json(BridgeDevice.Of(Topics, "1"));
        Assert.False(bridge.TryGetProperty("avty", out _));
        Assert.False(bridge.GetProperty("cmps").GetProperty("connection_state").TryGetProperty("avty", out _));
        Assert.Equal(
            "longwire/bridge/state", bridge.GetProperty("cmps").GetProperty("version").GetProperty("avty")[0].GetProperty("t").GetString());
    }

    [Fact]
    public void Every_entity_whose_device_class_has_no_picture_has_an_icon()
    {
        Snapshot snapshot = Some.Snapshot(Some.Radio with { SerialPortCount = 2 });
        (string Key, Component Component)[] entities =
        [
            .. RetainedSnapshot.Of(snapshot, new MeasuredValues(), Topics, "1").Devices
                .SelectMany(device => device.Message.Components)
                    .Where(c => c.Value.Platform != "device_automation")
                    .Select(c => (c.Key, c.Value)),
        ];
        // Home Assistant draws these; "enum" says how a value is to be read, and nothing that could be drawn.
        Assert.All(
            entities,
            entity => Assert.True((entity.Component.DeviceClass is null or "enum") == entity.Component.Icon is not null, entity.Key));
        Assert.All(entities, entity => Assert.Matches("^mdi:[a-z0-9]+(-[a-z0-9]+)*$", entity.Component.Icon ?? "mdi:none"));
    }

    [Fact]
    public void The_bridge_can_be_restarted_and_its_log_turned_up_and_neither_is_in_the_way()
    {
        JsonElement bridge = Json(BridgeDevice.Of(Topics, "1"));
        Assert.Equal("Longwire", bridge.GetProperty("dev").GetProperty("mf").GetString());
        JsonElement components = bridge.GetProperty("cmps");
        JsonElement restart = components.GetProperty("restart");
        Assert.False(restart.GetProperty("en").GetBoolean());
        Assert.Equal("longwire/bridge/restart/set", restart.GetProperty("cmd_t").GetString());
        JsonElement level = components.GetProperty("log_level");
        Assert.Equal("select", level.GetProperty("p").GetString());
        Assert.Equal("longwire/bridge/log_level/set", level.GetProperty("cmd_t").GetString());
        Assert.Equal(
            ["trace", "debug", "info", "warning", "error"], level.GetProperty("ops").EnumerateArray().Select(option => option.GetString()));
        Assert.All([restart, level], entity => Assert.Equal("config", entity.GetProperty("ent_cat").GetString()));
        Assert.Equal("diagnostic", components.GetProperty("connection_state").GetProperty("ent_cat").GetString());
    }

    [Theory]
    [Trait("needs", "python3")]
    [InlineData(null)]
    [InlineData("homeassistant://app/a1b2c3d4_longwire")]
    [InlineData("homeassistant://hassio/ingress/a1b2c3d4_longwire")]
    public async Task Only_the_bridge_links_to_the_page_and_only_where_a_browser_can_open_it(string? page)
    {
        Snapshot snapshot = Some.Snapshot(Some.Radio);
        snapshot = snapshot with { Bridge = snapshot.Bridge with { Details = new BridgeDetails(page) } };
        ImmutableArray<Device> devices = RetainedSnapshot.Of(snapshot, new MeasuredValues(), Topics, "1").Devices;
        string[] links =
            [.. devices.Select(Json).Where(device => device.GetProperty("dev").TryGetProperty("cu", out _))
                .Select(device => device.GetProperty("dev").GetProperty("cu").GetString()!)];
        Assert.Equal(page is null ? [] : [page], links);
        await AssertPassesAsync(devices);
    }

    [Fact]
    public void What_a_Pi_is_is_said_by_who_answers_there_and_not_unsaid_while_it_is_away()
    {
        foreach (bool? reachable in (bool?[])[null, false, true])
        {
            foreach (PiMode mode in Enum.GetValues<PiMode>())
            {
                foreach (string? version in (string?[])[null, "0.1.0"])
                {
                    JsonElement device =
                        Json(PiDevice.Of(Some.Pi with { Reachable = reachable, Mode = mode, Version = version }, Topics, "1"))
                            .GetProperty("dev");
                    string? model = device.TryGetProperty("mdl", out JsonElement said) ? said.GetString() : null;
                    Assert.Equal(
                        mode == PiMode.Link || version is not null ? "Longwire export" : reachable == true ? "USB/IP server" : null, model);
                }
            }
        }
    }

    [Fact]
    public void Every_message_says_whose_it_is_and_where_to_read_about_it_once_that_is_published()
    {
        ImmutableArray<Device> devices = RetainedSnapshot.Of(Some.Snapshot(Some.Radio), new MeasuredValues(), Topics, "1.2.3").Devices;
        Assert.All(
            devices,
            device => Assert.Equal(
                new Origin { Name = "Longwire", SoftwareVersion = "1.2.3", Url = ProgramVersion.ProjectUrl }, device.Message.Origin));
        Origin published = new() { Name = "Longwire", SoftwareVersion = "1", Url = "https://longwire.example/" };
        Assert.Equal(
            """{"name":"Longwire","sw":"1","url":"https://longwire.example/"}""",
            Json(devices[0] with { Message = devices[0].Message with { Origin = published } }).GetProperty("o").GetRawText());
    }

    [Fact]
    public void Every_key_that_a_template_reads_is_in_the_state()
    {
        Snapshot snapshot = Some.Snapshot(
            Some.Radio with { Since = null, PluggedIn = null, RoundTrip = null, SerialPorts = [], LastDisconnectReason = null });
        snapshot = snapshot with { Pis = [Some.Pi with { Reachable = null }] };
        RetainedSnapshot image = RetainedSnapshot.Of(snapshot, new MeasuredValues(), Topics, "1");
        Dictionary<string, byte[]> states = image.States.ToDictionary(state => state.Key, state => state.Value);
        int read = 0;
        foreach (Device device in image.Devices)
        {
            foreach (Component component in device.Message.Components.Values.Where(c => c.Platform != "device_automation"))
            {
                foreach ((string? topic, string? template)
                    in new[]
                    {
                        (component.StateTopic ?? device.Message.StateTopic, component.ValueTemplate),
                        (component.AttributesTopic, component.AttributesTemplate),
                    })
                {
                    if (template is null) continue;
                    JsonElement state = JsonSerializer.Deserialize<JsonElement>(states[topic!]);
                    foreach (string key in template.Split("value_json.").Skip(1)
                        .Select(rest => string.Concat(rest.TakeWhile(c => char.IsAsciiLetter(c) || c == '_'))))
                    {
                        Assert.True(state.TryGetProperty(key, out _), $"{device.ConfigTopic}: {template} reads {key}, which {topic} lacks");
                        read++;
                    }
                }
            }
        }
        Assert.True(read > 15);
    }

    internal static async Task AssertPassesAsync(IEnumerable<Device> devices)
    {
        (int exit, string said) = await LintAsync(devices);
        Assert.True(exit == 0, said);
    }

    internal static async Task AssertLintAsync(IEnumerable<Brokers.Seen> seen)
    {
        (string Topic, string Payload)[] messages =
        [
            .. seen.Where(
                m => m.Topic.EndsWith("/config", StringComparison.Ordinal) && m.Payload.Length > 0).Select(m => (m.Topic, m.Payload)),
        ];
        Assert.NotEmpty(messages);
        (int exit, string said) = await LintAsync(messages);
        Assert.True(exit == 0, said);
    }

    internal static Task<(int Exit, string Said)> LintAsync(IEnumerable<Device> devices) =>
        LintAsync(devices.Select(device =>
            (device.ConfigTopic, Encoding.UTF8.GetString(Payload.Of(device.Message, DiscoveryJson.Default.DiscoveryMessage)))));

    internal static async Task<(int Exit, string Said)> LintAsync(IEnumerable<(string Topic, string Payload)> messages)
    {
        var start = new ProcessStartInfo("python3", [Path.Combine(Here(), "discovery-lint.py")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process lint = Process.Start(start)!;
        Task<string> output = lint.StandardOutput.ReadToEndAsync();
        Task<string> errors = lint.StandardError.ReadToEndAsync();
        foreach ((string topic, string payload) in messages) await lint.StandardInput.WriteLineAsync($"{topic}\t{payload}");
        lint.StandardInput.Close();
        await lint.WaitForExitAsync();
        return (lint.ExitCode, await output + await errors);
    }

    private static JsonElement Json(Device device) =>
        JsonSerializer.SerializeToElement(device.Message, DiscoveryJson.Default.DiscoveryMessage);

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
