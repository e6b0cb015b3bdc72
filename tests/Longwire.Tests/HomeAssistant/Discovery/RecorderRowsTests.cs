using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Longwire.HomeAssistant.Broker;
using Longwire.HomeAssistant.Discovery;
using Longwire.State;
using Xunit;

namespace Longwire.Tests.HomeAssistant.Discovery;

/// <summary>
/// Home Assistant's recorder keeps a row for each change of an entity's state or attributes; on an SD card each is worn into it. What is
/// off by default counts as nothing.
/// </summary>
public sealed partial class RecorderRowsTests
{
    private const int MostRows = 5000;
    private const int Radios = 10, Pis = 2;

    private static readonly Topics s_topics = new("longwire", "homeassistant");

    private readonly Random _random = new(24);
    private readonly Dictionary<string, string> _shown = [];
    private int _rows;

    [Fact]
    public void Ten_radios_of_two_Pis_that_do_nothing_for_a_day_are_at_most_5000_rows()
    {
        var figures = new MeasuredValues();
        for (int beat = 0; beat < TimeSpan.FromDays(1) / BrokerTimers.Heartbeat; beat++)
        {
            figures.Refresh();
            Record(RetainedSnapshot.Of(Idle(beat), figures, s_topics, "1"));
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{_rows} rows, {(double)_rows / MostRows:0.00} of {MostRows}");
        // Each entity has its first one: who counts nothing has not looked.
        Assert.InRange(_rows, 10 * Radios, MostRows);
    }

    private Snapshot Idle(int beat) => new(
        new BridgeSnapshot("a1", []) { RadiosAttached = Radios, RadiosExpected = Radios },
        [.. Enumerable.Range(0, Pis).Select(pi => Some.Pi with
        {
            Id = $"pi{pi}", Name = $"pi{pi}", Mode = PiMode.Link, RoundTrip = RoundTrip(), Vitals = Vitals(beat),
        })],
        [.. Enumerable.Range(0, Radios).Select(radio => Some.Radio with
        {
            Id = $"radio{radio}", Name = $"Radio {radio}", PiId = $"pi{radio % Pis}", RoundTrip = RoundTrip(),
            Urbs = new UrbFigures { IsRead = true },
        })]);

    // A network by cable: mostly as ever, and now and then somebody is in the way.
    private TimeSpan RoundTrip() => TimeSpan.FromMilliseconds(1.5 + (-0.2 * Math.Log(1 - _random.NextDouble())));

    // As a Pi tells them: a degree by a degree, over a day that warms its attic.
    private PiVitals Vitals(int beat)
    {
        double day = beat * BrokerTimers.Heartbeat / TimeSpan.FromDays(1);
        return new PiVitals(
            Math.Round(48 + (6 * Math.Sin(day * Math.Tau))), false, Math.Round(_random.NextDouble(), 1), Booted, WifiSignal: null);
    }

    private static DateTimeOffset Booted { get; } = new(2026, 11, 20, 7, 0, 0, TimeSpan.Zero);

    private void Record(RetainedSnapshot retained)
    {
        var states = retained.States.ToDictionary(state => state.Key, state => JsonDocument.Parse(state.Value).RootElement);
        foreach (Device device in retained.Devices)
        {
            foreach ((string key, Component entity) in device.Message.Components)
            {
                if (entity is { EnabledByDefault: false } || entity.ValueTemplate is null) continue;
                string topic = entity.StateTopic ?? device.Message.StateTopic ?? "";
                if (!states.TryGetValue(topic, out JsonElement state)) continue;
                string now = Shown(entity.ValueTemplate, state) + Shown(entity.AttributesTemplate ?? "", state);
                string name = string.Create(CultureInfo.InvariantCulture, $"{device.Message.Device.Identifier}.{key}");
                if (_shown.TryGetValue(name, out string? before) && before == now) continue;
                _shown[name] = now;
                _rows++;
            }
        }
    }

    // What a template is made of; what it makes of that changes no more often.
    private static string Shown(string template, JsonElement state) =>
        string.Join('|', Key().Matches(template).Select(match => Text(state, match.Groups[1].Value)));

    private static string Text(JsonElement state, string key) =>
        state.TryGetProperty(key, out JsonElement value) ? value.GetRawText() : "";

    [GeneratedRegex(@"value_json\.(\w+)")]
    private static partial Regex Key();
}
