using System.Collections.Immutable;
using System.Text.Json;
using Longwire.HomeAssistant.Broker;
using Longwire.HomeAssistant.Discovery;
using Longwire.State;
using Xunit;

namespace Longwire.Tests.HomeAssistant.Discovery;

/// <summary>The entities that say how a Pi is, and the switch for planned work.</summary>
public sealed class PiVitalsEntitiesTests
{
    private static readonly Topics Topics = new("longwire", "homeassistant");
    private static readonly DateTimeOffset s_booted = new(2026, 11, 20, 7, 0, 0, TimeSpan.Zero);
    private static readonly PiVitals s_all = new(48.3, false, 0.42, s_booted, -56);
    private static readonly PiSnapshot s_paired = Some.Pi with { Mode = PiMode.Link, Version = "0.1.0" };

    [Fact]
    [Trait("needs", "python3")]
    public async Task A_Pi_that_says_all_has_all_of_them_and_the_lint_takes_them()
    {
        Device device = PiDevice.Of(s_paired with { Vitals = s_all }, Topics, "1");
        Assert.Equal(
            ["Reachable", "Round-trip time", "Silence for an hour", "Longwire export", .. PiVitalEntity.All.Select(vital => vital.Name)],
            device.Message.Components.Values.Select(component => component.Name!).Order(Comparer<string?>.Create(Listed)));
        await DiscoveryTests.AssertPassesAsync([device]);
    }

    [Fact]
    public void What_it_cannot_say_has_no_entity_and_a_stock_Pi_has_none_of_them()
    {
        string[] all = [.. PiVitalEntity.All.Select(vital => vital.Key)];
        Assert.Empty(Keys(Some.Pi).Intersect(all));
        Assert.Empty(Keys(s_paired).Intersect(all));
        Assert.Empty(Keys(s_paired with { Vitals = default(PiVitals) }).Intersect(all));
        Assert.Equal(
            ["load", "temperature"],
            Keys(s_paired with { Vitals = new PiVitals(48, null, 0.1, null, null) }).Intersect(all));
    }

    [Fact]
    public void One_that_was_there_stays_while_the_Pi_is_away_and_goes_with_the_pairing()
    {
        PublishedRecord before = new PublishedRecord().With(
            [PiDevice.Of(s_paired with { Vitals = s_all }, Topics, "1")], "longwire", keepComponents: false);
        string[] all = [.. PiVitalEntity.All.Select(vital => vital.Key).Order(StringComparer.Ordinal)];
        Assert.Equal(all, Of(s_paired with { Reachable = false }).Intersect(all));
        Assert.Equal(all, Of(s_paired with { Vitals = s_all with { WifiSignal = null } }).Intersect(all));
        Assert.Empty(Of(Some.Pi).Intersect(all));

        IEnumerable<string> Of(PiSnapshot pi) => RetainedSnapshot.Of(
            Some.Snapshot(Some.Radio) with { Pis = [pi] }, new MeasuredValues(), Topics, "1", published: before)
            .Devices[1].Message.Components.Keys;
    }

    [Fact]
    public void The_state_has_every_key_whatever_is_known()
    {
        JsonElement known = State(s_paired with { Vitals = s_all }, new MeasuredValues());
        Assert.Equal(
            (48.3, false, 0.42, s_booted, -56),
            (known.GetProperty("temperature").GetDouble(), known.GetProperty("under_voltage").GetBoolean(),
                known.GetProperty("load").GetDouble(), known.GetProperty("up_since").GetDateTimeOffset(),
                known.GetProperty("wifi_signal").GetInt32()));
        JsonElement unknown = State(Some.Pi, new MeasuredValues());
        Assert.All(PiVitalEntity.All, vital => Assert.Equal(JsonValueKind.Null, unknown.GetProperty(vital.Key).ValueKind));
    }

    [Fact]
    public void Figures_wait_for_the_heartbeat_and_the_power_does_not()
    {
        var figures = new MeasuredValues();
        State(s_paired with { Vitals = s_all }, figures);
        PiSnapshot later = s_paired with { Vitals = s_all with { Temperature = 60, UnderVoltage = true, Load = 2 } };
        JsonElement soon = State(later, figures);
        Assert.Equal((48.3, true, 0.42), (
            soon.GetProperty("temperature").GetDouble(), soon.GetProperty("under_voltage").GetBoolean(),
            soon.GetProperty("load").GetDouble()));
        figures.Refresh();
        Assert.Equal(60, State(later, figures).GetProperty("temperature").GetDouble());
        Assert.Equal(JsonValueKind.Null, State(s_paired, figures).GetProperty("temperature").ValueKind);
    }

    [Fact]
    public void The_switch_shows_that_it_is_on_and_the_problem_of_its_radios_is_off()
    {
        DateTimeOffset until = s_booted + TimeSpan.FromHours(1);
        RadioSnapshot away = Some.Radio with { Status = RadioStatus.PiUnreachable };
        Assert.True(StatusMeaning.Of(away, s_paired).Problem);
        Assert.False(StatusMeaning.Of(away, s_paired with { SilencedUntil = until }).Problem);
        Assert.Equal(
            StatusMeaning.Of(away, s_paired).Explanation, StatusMeaning.Of(away, s_paired with { SilencedUntil = until }).Explanation);
        JsonElement off = State(s_paired, new MeasuredValues()), on = State(s_paired with { SilencedUntil = until }, new MeasuredValues());
        Assert.Equal((false, JsonValueKind.Null), (off.GetProperty("silenced").GetBoolean(), off.GetProperty("silenced_until").ValueKind));
        Assert.Equal((true, until), (on.GetProperty("silenced").GetBoolean(), on.GetProperty("silenced_until").GetDateTimeOffset()));
        Component silence = PiDevice.Of(Some.Pi, Topics, "1").Message.Components["silence"];
        Assert.Equal(
            ("switch", "config", "longwire/pi/attic/silence/set", "{{ 'ON' if value_json.silenced else 'OFF' }}"),
            (silence.Platform, silence.Category, silence.CommandTopic, silence.ValueTemplate));
    }

    // What is always there first, then as the table has them.
    private static int Listed(string? one, string? other)
    {
        string[] order =
            ["Reachable", "Round-trip time", "Silence for an hour", "Longwire export", .. PiVitalEntity.All.Select(vital => vital.Name)];
        return Array.IndexOf(order, one).CompareTo(Array.IndexOf(order, other));
    }

    private static string[] Keys(PiSnapshot pi) => [.. PiDevice.Of(pi, Topics, "1").Message.Components.Keys];

    private static JsonElement State(PiSnapshot pi, MeasuredValues figures)
    {
        ImmutableArray<KeyValuePair<string, byte[]>> states =
            RetainedSnapshot.Of(Some.Snapshot(Some.Radio) with { Pis = [pi] }, figures, Topics, "1").States;
        return JsonSerializer.Deserialize<JsonElement>(states.Single(state => state.Key == "longwire/pi/attic/state").Value);
    }
}
