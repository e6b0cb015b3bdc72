using Longwire.Testing.Brokers;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>A changed discovery message and its states, in the orders in which they can come.</summary>
public sealed class CoreEntityTests
{
    private const string Config = "homeassistant/device/longwire_pi_attic/config";
    private const string Bridge = "longwire/bridge/state";
    private const string Pi = "longwire/pi/attic/state";

    private readonly CoreEntity _entity = new("reachable");

    [Fact]
    public void A_new_entity_shows_what_is_retained()
    {
        Introduce();
        Assert.Equal([new Shown(Seconds(1), "on")], _entity.History);
    }

    [Fact]
    public void A_discovery_message_that_says_the_same_changes_nothing()
    {
        Introduce();
        _entity.Hear(Seconds(10), Config, Discovery("1.0").Replace("\"dev\"", " \"dev\"", StringComparison.Ordinal));
        _entity.AdvanceTo(Seconds(20));
        Assert.Equal("on", _entity.State);
    }

    [Fact]
    public void A_state_before_a_changed_discovery_message_does_not_count_for_it()
    {
        Introduce();
        _entity.Hear(Seconds(10), Pi, """{"reachable":true}""");
        _entity.Hear(Seconds(10), Config, Discovery("1.1"));
        _entity.AdvanceTo(Seconds(40));
        Assert.Equal([new Shown(Seconds(1), "on"), new Shown(Seconds(11), "unavailable")], _entity.History);
        _entity.Hear(Seconds(40), Pi, """{"reachable":true}""");
        Assert.Equal(new Shown(Seconds(40), "on"), _entity.History[^1]);
    }

    [Theory]
    [InlineData(0.5, "unavailable")]
    [InlineData(1.5, "on")]
    public void A_state_counts_once_the_discovery_message_is_applied(double after, string expected)
    {
        Introduce();
        _entity.Hear(Seconds(10), Config, Discovery("1.1"));
        _entity.Hear(Seconds(10 + after), Pi, """{"reachable":true}""");
        _entity.AdvanceTo(Seconds(20));
        Assert.Equal(expected, _entity.State);
    }

    [Fact]
    public void Several_changes_in_a_row_are_applied_one_after_the_other()
    {
        Introduce();
        _entity.Hear(Seconds(10), Config, Discovery(null));
        _entity.Hear(Seconds(10.8), Config, Discovery("1.1"));
        _entity.Hear(Seconds(11.2), Pi, """{"reachable":true}""");
        Assert.Equal("on", _entity.State);
        _entity.AdvanceTo(Seconds(20));
        Assert.Equal(new Shown(Seconds(11.8), "unavailable"), _entity.History[^1]);
    }

    [Fact]
    public void A_state_that_is_not_repeated_expires()
    {
        Introduce();
        _entity.AdvanceTo(Seconds(200));
        Assert.Equal([new Shown(Seconds(1), "on"), new Shown(Seconds(91), "unavailable")], _entity.History);
    }

    [Theory]
    [InlineData("true", "on")]
    [InlineData("false", "off")]
    [InlineData("null", "unknown")]
    public void Each_value_is_shown_as_Core_shows_it(string value, string expected)
    {
        Introduce();
        _entity.Hear(Seconds(10), Pi, $$"""{"reachable":{{value}}}""");
        Assert.Equal(expected, _entity.State);
    }

    [Fact]
    public void An_entity_is_unavailable_while_the_bridge_is_offline()
    {
        Introduce();
        _entity.Hear(Seconds(10), Bridge, "offline");
        Assert.Equal("unavailable", _entity.State);
        _entity.Hear(Seconds(11), Bridge, "online");
        Assert.Equal("on", _entity.State);
    }

    [Theory]
    [InlineData("")]
    [InlineData("""{"dev":{"ids":"longwire_pi_attic"},"cmps":{"reachable":{"p":"binary_sensor"}}}""")]
    public void An_entity_that_is_taken_away_and_comes_back_is_new(string farewell)
    {
        Introduce();
        _entity.Hear(Seconds(10), Config, farewell);
        _entity.AdvanceTo(Seconds(12));
        Assert.Equal("absent", _entity.State);
        _entity.Hear(Seconds(20), Config, Discovery("1.1"));
        _entity.AdvanceTo(Seconds(22));
        Assert.Equal("on", _entity.State);
    }

    private void Introduce()
    {
        _entity.Hear(Seconds(0), Pi, """{"reachable":true}""");
        _entity.Hear(Seconds(0), Bridge, "online");
        _entity.Hear(Seconds(0), Config, Discovery("1.0"));
        _entity.AdvanceTo(Seconds(2));
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static string Discovery(string? version)
    {
        string device = version is null ? "" : $",\"sw\":\"{version}\"";
        return """{"dev":{"ids":"longwire_pi_attic" """ + device + """
            },"avty":[{"t":"longwire/bridge/state"}],"stat_t":"longwire/pi/attic/state",
            "cmps":{"reachable":{"p":"binary_sensor","uniq_id":"longwire_pi_attic_reachable","exp_aft":90,
            "val_tpl":"{{ 'None' if value_json.reachable is none else ('ON' if value_json.reachable else 'OFF') }}"}}}
            """;
    }
}
