using Longwire.Testing.Brokers;
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

    private static readonly Message Config = new(
        TimeProvider.System.GetTimestamp(), "homeassistant/device/longwire_stick/config", Discovery, true);

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

    /// <param name="after">From the changed message to the state, in seconds.</param>
    [Theory]
    [InlineData(-5, "unavailable")]
    [InlineData(0, "unavailable")]
    [InlineData(0.9, "unavailable")]
    [InlineData(1.1, "on")]
    [InlineData(30, "on")]
    public void A_changed_discovery_message_ends_what_was_known_until_a_state_comes_once_it_is_carried_out(double after, string shown)
    {
        Message[] first = [At(-10, Config.Topic, Discovery), At(-9, Online, "online"), At(-8, State, OnWithPort)];
        Message changed = At(0, Config.Topic, Discovery.Replace("\"name\":\"Z-Wave\"", "\"name\":\"Stick\"", StringComparison.Ordinal));
        Message told = At(after, State, OnWithPort);
        Entities entities = Show([.. first, .. new[] { changed, told }.OrderBy(message => message.Timestamp)], 31);
        Assert.Equal(shown, entities.State("Stick", "connected"));
        // It cannot expire, so it does not.
        Assert.Equal("/dev/ttyACM0", entities.State("Stick", "port"));
    }

    [Fact]
    public void The_same_discovery_message_once_more_ends_nothing()
    {
        Entities shown = Show([.. s_known, At(0, Config.Topic, Discovery)], 0.1);
        Assert.Equal("on", shown.State("Z-Wave", "connected"));
    }

    [Fact]
    public void A_change_of_one_component_ends_nothing_for_the_others()
    {
        string another = Discovery.Replace(
            """ "gone":{"p":"sensor"}""".Trim(), """ "gone":{"p":"sensor","uniq_id":"gone","name":"Back","exp_aft":90}""".Trim(), StringComparison.Ordinal);
        Entities shown = Show([.. s_known, At(0, Config.Topic, another)], 0.1);
        Assert.Equal("on", shown.State("Z-Wave", "connected"));
        // A new one finds the state that is there.
        Assert.NotEqual("unavailable", shown.State("Z-Wave", "gone"));
    }

    [Fact]
    public void A_device_that_was_taken_away_comes_back_as_a_new_one()
    {
        Entities shown = Show([.. s_known, At(0, Config.Topic, ""), At(1, Config.Topic, Discovery + " ")], 1.1);
        Assert.Equal("on", shown.State("Z-Wave", "connected"));
    }

    private const string Online = "longwire/bridge/state";
    private const string State = "longwire/radio/stick/state";
    private const string OnWithPort = """{"connected":true,"serial_ports":["/dev/ttyACM0"]}""";

    private static readonly long s_start = TimeProvider.System.GetTimestamp();
    private static readonly Message[] s_known = [At(-3, Config.Topic, Discovery), At(-2, Online, "online"), At(-1, State, OnWithPort)];

    private static Message At(double seconds, string topic, string payload) => new(Stamp(seconds), topic, payload, false);

    private static long Stamp(double seconds) => s_start + (long)(seconds * TimeProvider.System.TimestampFrequency);

    private static Entities Show(IEnumerable<Message> messages, double seconds) =>
        Entities.At(messages, TimeProvider.System, Stamp(seconds));

    private static Message Said(string topic, string payload) => new(TimeProvider.System.GetTimestamp(), topic, payload, false);

    private static Entities Show(params Message[] messages) => Entities.From(messages, TimeProvider.System);
}
