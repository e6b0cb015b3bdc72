using System.Collections.Immutable;
using Longwire.State;

namespace Longwire.HomeAssistant.Discovery;

/// <summary>One of the entities that say how a Pi is. DOCS.md lists them from this table.</summary>
/// <param name="Key">Of the component, and of its value in the Pi's state.</param>
/// <param name="Enabled">False: off until somebody wants it; a recorder row each half minute is much for what few people look at.</param>
/// <param name="IsKnown">The Pi can say it.</param>
/// <param name="Make">Makes it of the device's identifier.</param>
internal sealed record PiVitalEntity(
    string Key, string Name, bool Enabled, Func<PiVitals, bool> IsKnown, Func<string, PiVitalEntity, Component> Make)
{
    public static ImmutableArray<PiVitalEntity> All { get; } =
    [
        new("temperature", "Temperature", true, static vitals => vitals.Temperature is not null,
            static (identifier, entity) => Figure(identifier, entity, "temperature", "°C")),
        new("under_voltage", "Under-voltage", true, static vitals => vitals.UnderVoltage is not null,
            static (identifier, entity) =>
                Entity.BinarySensor(identifier, entity.Key, entity.Name, "problem", Entity.OnOffOrUnknown(entity.Key)) with
                {
                    Category = Entity.Diagnostic,
                }),
        new("load", "Load", false, static vitals => vitals.Load is not null,
            static (identifier, entity) => Figure(identifier, entity, null, null) with { Icon = "mdi:gauge" }),
        new("up_since", "Uptime", true, static vitals => vitals.Since is not null,
            static (identifier, entity) => Entity.Sensor(identifier, entity.Key, entity.Name, Entity.Value(entity.Key)) with
            {
                DeviceClass = "timestamp",
            }),
        new("wifi_signal", "Wi-Fi signal", false, static vitals => vitals.WifiSignal is not null,
            static (identifier, entity) => Figure(identifier, entity, "signal_strength", "dBm")),
    ];

    public Component Of(string identifier) => Make(identifier, this) with { EnabledByDefault = Enabled ? null : false };

    private static Component Figure(string identifier, PiVitalEntity entity, string? deviceClass, string? unit) =>
        Entity.Sensor(identifier, entity.Key, entity.Name, Entity.Value(entity.Key)) with
        {
            DeviceClass = deviceClass,
            StateClass = "measurement",
            Unit = unit,
        };
}
