using System.Text.RegularExpressions;
using Longwire.HomeAssistant.Broker;
using Longwire.HomeAssistant.Discovery;
using Longwire.State;
using Xunit;

namespace Longwire.Tests.HomeAssistant.Discovery;

/// <summary>
/// Names, classes, units and categories as Home Assistant's documentation of its sensors and its quality scale have them: what the lint
/// leaves out, because Home Assistant takes it and only shows it badly, or keeps no statistics.
/// </summary>
public sealed partial class EntityClassesTests
{
    private static readonly Topics s_topics = new("longwire", "homeassistant");

    // Those that we use, each with what its figures are in; null: it is no figure.
    private static readonly Dictionary<string, string?> s_sensorUnits = new(StringComparer.Ordinal)
    {
        ["data_rate"] = "B/s",
        ["duration"] = "ms",
        ["enum"] = null,
        ["signal_strength"] = "dBm",
        ["temperature"] = "°C",
        ["timestamp"] = null,
    };

    private static readonly Dictionary<string, string[]> s_otherClasses = new(StringComparer.Ordinal)
    {
        ["binary_sensor"] = ["connectivity", "plug", "problem", "running"],
        ["button"] = ["restart"],
        ["update"] = ["firmware"],
    };

    public static TheoryData<string> Entities => [.. All().Select(entity => entity.UniqueId!)];

    [Theory]
    [MemberData(nameof(Entities))]
    public void Each_is_named_and_classed_as_Home_Assistant_has_it(string id)
    {
        Component entity = All().Single(entity => entity.UniqueId == id);
        Assert.Matches(SentenceCase(), entity.Name);
        if (entity.Platform == "sensor") AssertSensor(entity);
        else
        {
            Assert.True(
                entity.DeviceClass is null || s_otherClasses.GetValueOrDefault(entity.Platform, []).Contains(entity.DeviceClass),
                $"{entity.Platform} of class {entity.DeviceClass}");
            Assert.Equal((null, null), (entity.StateClass, entity.Unit));
        }
        // What a person sets is configuration; what only says how things are is a diagnosis, unless it is what the device is there for.
        if (entity.CommandTopic is not null) Assert.Equal("config", entity.Category);
        else Assert.Contains(entity.Category, (string?[])["diagnostic", null]);
        Assert.Equal(entity.Platform == "select" || entity.DeviceClass == "enum", entity.Options is { Length: > 1 });
        // A class has its own icon, which follows the state.
        if (entity.DeviceClass is not (null or "enum")) Assert.Null(entity.Icon);
        else Assert.StartsWith("mdi:", entity.Icon, StringComparison.Ordinal);
    }

    private static void AssertSensor(Component sensor)
    {
        if (sensor.DeviceClass is not { } known)
        {
            Assert.Null(sensor.Unit);
            Assert.Contains(sensor.StateClass, (string?[])[null, "measurement", "total_increasing"]);
            return;
        }
        Assert.True(s_sensorUnits.TryGetValue(known, out string? unit), $"unknown class {known}");
        Assert.Equal((unit, unit is null ? null : "measurement"), (sensor.Unit, sensor.StateClass));
    }

    private static IEnumerable<Component> All()
    {
        Snapshot snapshot = Some.Snapshot(Some.Radio) with { Pis = [Some.PairedPi] };
        Device[] devices =
        [
            BridgeDevice.Of(s_topics, "1"), PiDevice.Of(Some.PairedPi, s_topics, "1"), RadioDevice.Of(Some.Radio, snapshot, s_topics, "1"),
        ];
        return devices.SelectMany(device => device.Message.Components.Values).Where(component => component.Name is not null);
    }

    // Names like "Wi-Fi" and "USB" keep their capitals.
    [GeneratedRegex("^[A-Z][A-Za-z-]*(?: (?:[a-z][a-z-]*|USB|Wi-Fi))*$")]
    private static partial Regex SentenceCase();
}
