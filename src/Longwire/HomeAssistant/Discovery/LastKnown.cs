using System.Text.Json.Serialization;
using Longwire.State;

namespace Longwire.HomeAssistant.Discovery;

/// <summary>
/// What a device's discovery message said last of things that are not known at every moment: a Pi's version while the Pi is away, a
/// radio's names when a read of them fails. What is not known now is told as it was, or the message would change with each outage, and
/// each change makes Home Assistant show the device's entities as unavailable for a moment. In mqtt.json, so over a restart as well.
/// </summary>
/// <param name="SerialPorts">How many serial ports a radio has; 0 for what is none.</param>
internal sealed record LastKnown(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Manufacturer = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Model = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? SerialNumber = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? SoftwareVersion = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Page = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int SerialPorts = 0)
{
    public static LastKnown Of(DiscoveryMessage message)
    {
        DeviceInfo device = message.Device;
        return new LastKnown(
            device.Manufacturer,
            device.Model,
            device.SerialNumber,
            device.SoftwareVersion,
            device.ConfigurationUrl,
            message.Components.Keys.Count(RadioDevice.IsSerialPort));
    }

    /// <summary>Where our page is takes the Supervisor a moment to say, at each start.</summary>
    public BridgeDetails Complete(BridgeDetails bridge) => bridge with { Page = bridge.Page ?? Page };

    /// <summary>A Pi that answers says what runs there, be it nothing of ours; of one that does not, nothing newer is known.</summary>
    public PiSnapshot Complete(PiSnapshot pi) => pi.Reachable == true ? pi : pi with { Version = pi.Version ?? SoftwareVersion };

    /// <summary>The same of what a Pi is, which follows from what it says.</summary>
    public Device Complete(Device pi) => pi with
    {
        Message = pi.Message with { Device = pi.Message.Device with { Model = pi.Message.Device.Model ?? Model } },
    };

    /// <summary>How many serial ports it has is certain while it is attached, and a guess from its descriptors before.</summary>
    public RadioSnapshot Complete(RadioSnapshot radio) => radio with
    {
        Manufacturer = Either(radio.Manufacturer, Manufacturer),
        Product = Either(radio.Product, Model),
        Serial = Either(radio.Serial, SerialNumber),
        SerialPortCount = SerialPorts == 0 || radio.HasPort ? radio.SerialPortCount : SerialPorts,
    };

    private static string? Either(string? now, string? last) => string.IsNullOrWhiteSpace(now) ? last : now;
}
