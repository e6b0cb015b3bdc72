using Longwire.Lab.Brokers;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>The lab's own stand-in for Home Assistant: what it shows must be what Home Assistant would show.</summary>
public sealed class EntitiesTests
{
    private const string Discovery = """
        {"dev":{"ids":"longwire_stick","name":"Z-Wave"},"o":{"name":"Longwire"},"avty":[{"t":"longwire/bridge/state"}],"stat_t":"longwire/radio/stick/state",
         "cmps":{"connected":{"p":"binary_sensor","uniq_id":"longwire_stick_connected","name":"Connected","exp_aft":90,"val_tpl":"{{ 'ON' if value_json.connected else 'OFF' }}"},
                 "gone":{"p":"sensor"},
                 "port":{"p":"sensor","uniq_id":"longwire_stick_port","name":"Serial port","val_tpl":"{{ value_json.serial_ports[0] }}"}}}
        """;

    private static readonly Message Config = new(TimeProvider.System.GetTimestamp(), "homeassistant/device/longwire_stick/config", Discovery, true);

    [Theory]
    [InlineData("{{ value_json.status }}", "attached")]
    [InlineData("{{ value_json.none }}", "None")]
    [InlineData("{{ 'ON' if value_json.yes else 'OFF' }}", "ON")]
    [InlineData("{{ 'None' if value_json.none is none else ('ON' if value_json.none else 'OFF') }}", "None")]
    [InlineData("{{ 'None' if value_json.yes is none else ('ON' if value_json.yes else 'OFF') }}", "ON")]
    [InlineData("{{ value_json.list[1] }}", "b")]
    [InlineData("{{ 'A' if value_json.status == 'attached' else 'B' }}", "A")]
    public void A_template_is_rendered_as_Jinja_would(string template, string expected) =>
        Assert.Equal(expected, Template.Render(template, """{"status":"attached","yes":true,"none":null,"list":["a","b"]}"""));

    [Theory]
    [InlineData("{{ value_json.missing }}")]
    [InlineData("{{ value_json.status | upper }}")]
    [InlineData("plain")]
    public void What_a_template_cannot_do_here_is_an_error(string template) =>
        Assert.Throws<FormatException>(() => Template.Render(template, """{"status":"attached"}"""));

    [Fact]
    public void Entities_are_unavailable_until_the_bridge_is_online()
    {
        Message state = Said("longwire/radio/stick/state", """{"connected":true,"serial_ports":["/dev/ttyACM0"]}""");
        Assert.Equal("unavailable", Show(Config, state).State("Z-Wave", "connected"));
        Entities shown = Show(Config, state, Said("longwire/bridge/state", "online"));
        Assert.Equal("on", shown.State("Z-Wave", "connected"));
        Assert.Equal("/dev/ttyACM0", shown.State("Z-Wave", "port"));
        Assert.Equal("binary_sensor.z_wave_connected", shown.Find("Z-Wave", "connected")?.Id);
        Assert.Equal("absent", shown.State("Z-Wave", "gone"));
    }

    [Fact]
    public void A_state_that_is_not_repeated_expires()
    {
        long old = TimeProvider.System.GetTimestamp() - (100 * TimeProvider.System.TimestampFrequency);
        var state = new Message(old, "longwire/radio/stick/state", """{"connected":true,"serial_ports":[null]}""", false);
        Entities shown = Show(Config, state, Said("longwire/bridge/state", "online"));
        Assert.Equal("unavailable", shown.State("Z-Wave", "connected"));
        Assert.Equal("unknown", shown.State("Z-Wave", "port"));
    }

    [Fact]
    public void An_empty_discovery_message_takes_the_device_away() => Assert.Empty(Show(Config, Config with { Payload = "" }).All);

    private static Message Said(string topic, string payload) => new(TimeProvider.System.GetTimestamp(), topic, payload, false);

    private static Entities Show(params Message[] messages) => Entities.From(messages, TimeProvider.System);
}
