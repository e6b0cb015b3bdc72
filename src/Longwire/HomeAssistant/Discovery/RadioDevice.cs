using Longwire.HomeAssistant.Broker;
using Longwire.State;

namespace Longwire.HomeAssistant.Discovery;

internal static class RadioDevice
{
    // What a person reads in Home Assistant's list of serial ports; more ttys than this no radio has.
    private const int MostSerialPorts = 8;

    private static readonly string[] Statuses = [.. Enum.GetValues<RadioStatus>().Select(status => status.Name())];
    private static readonly string[] Qualities = [.. Enum.GetValues<LinkQuality>().Select(quality => quality.Name())];
    private static readonly string[] EventTypes = [.. Enum.GetValues<RadioEventType>().Select(type => type.Name())];

    public static bool IsSerialPort(string componentKey) => componentKey.StartsWith("serial_port", StringComparison.Ordinal);

    public static int SerialPortsOf(RadioSnapshot radio) => Math.Clamp(radio.SerialPortCount, 1, MostSerialPorts);

    public static Device Of(RadioSnapshot radio, Snapshot snapshot, Topics topics, string version)
    {
        string identifier = topics.RadioIdentifier(radio.Id);
        PiSnapshot? pi = snapshot.Pis.FirstOrDefault(pi => pi.Id == radio.PiId);
        SortedDictionary<string, Component> components = Components(radio, identifier, topics);
        // No other kind of Pi knows whether the host that has it is away.
        if (pi?.Mode == PiMode.Link)
        {
            components["take_over"] =
                Button(identifier, "take_over", "Take over", topics.RadioTakeOver(radio.Id)) with { Icon = "mdi:swap-horizontal" };
        }
        var message = new DiscoveryMessage
        {
            Device = new DeviceInfo
            {
                Identifier = identifier,
                Name = Device.NameFor(radio.Name, radio.Id, "radio", components.Values),
                Manufacturer = NullIfEmpty(radio.Manufacturer),
                Model = NullIfEmpty(radio.Product),
                ModelId = radio.UsbId.ToString(),
                SerialNumber = NullIfEmpty(radio.Serial),
                // A parent that never appears would stay nameless in Home Assistant.
                Via = pi is null ? topics.BridgeIdentifier : topics.PiIdentifier(radio.PiId),
            },
            Origin = Origin.Of(version),
            Availability = [new Availability(topics.BridgeState)],
            StateTopic = topics.RadioState(radio.Id),
            Components = components,
        };
        return new Device(topics.Config(identifier), message, [topics.RadioState(radio.Id)]);
    }

    private static SortedDictionary<string, Component> Components(RadioSnapshot radio, string identifier, Topics topics)
    {
        var components = new SortedDictionary<string, Component>(StringComparer.Ordinal)
        {
            // No category: only then are "connected" and "disconnected" among the triggers that people are shown first.
            ["connected"] =
                Entity.BinarySensor(identifier, "connected", "Connected", "connectivity", Entity.OnOffOrUnknown("connected")) with
                {
                    // For automations, which cannot find the other entities of a radio: people rename them. Each change is a recorder row.
                    AttributesTopic = topics.RadioState(radio.Id),
                    AttributesTemplate = "{{ {'explanation': value_json.explanation, 'wanted': value_json.wanted} | tojson }}",
                },
            ["problem"] = Entity.BinarySensor(identifier, "problem", "Problem", "problem", Entity.OnOff("problem")) with
            {
                AttributesTopic = topics.RadioState(radio.Id),
                AttributesTemplate = "{{ {'explanation': value_json.explanation, 'reason': value_json.reason} | tojson }}",
            },
            // The same sentence as a state: attributes are two clicks away, and this is what a person needs at once.
            ["explanation"] = Entity.Sensor(identifier, "explanation", "Explanation", Entity.Value("explanation")) with
            {
                Icon = "mdi:information-outline",
            },
            ["status"] = Entity.Sensor(identifier, "status", "Status", Entity.Value("status")) with
            {
                DeviceClass = "enum",
                Options = Statuses,
                Icon = "mdi:list-status",
            },
            ["since"] = Entity.Sensor(identifier, "since", "Connected since", Entity.Value("since")) with { DeviceClass = "timestamp" },
            ["disconnects"] = Entity.Sensor(identifier, "disconnects", "Disconnects", Entity.Value("disconnects")) with
            {
                StateClass = "total_increasing",
                Icon = "mdi:counter",
            },
            ["last_disconnect_reason"] =
                Entity.Sensor(identifier, "last_disconnect_reason", "Last disconnect reason", Entity.Value("last_disconnect_reason")) with
                {
                    Icon = "mdi:comment-question-outline",
                },
            ["last_disconnect"] = Entity.Sensor(identifier, "last_disconnect", "Last disconnect", Entity.Value("last_disconnect")) with
            {
                DeviceClass = "timestamp",
            },
            ["link_quality"] = Entity.Sensor(identifier, "link_quality", "Link quality", Entity.Value("link_quality")) with
            {
                DeviceClass = "enum",
                Options = Qualities,
                Icon = "mdi:signal",
            },
            ["in_use"] = Entity.BinarySensor(identifier, "in_use", "In use", "running", Entity.OnOffOrUnknown("in_use")) with
            {
                Category = Entity.Diagnostic,
            },
            ["usb_errors"] = Entity.Sensor(identifier, "usb_errors", "USB errors", Entity.Value("usb_errors")) with
            {
                StateClass = "total_increasing",
                Icon = "mdi:alert-circle-outline",
            },
            ["data_rate_in"] = DataRate(identifier, "data_rate_in", "Data rate in"),
            ["data_rate_out"] = DataRate(identifier, "data_rate_out", "Data rate out"),
            ["outages"] = Entity.Sensor(identifier, "outages", "Outages", Entity.Value("outages")) with
            {
                StateClass = "total_increasing",
                Icon = "mdi:counter",
            },
            ["last_outage"] = Entity.Sensor(identifier, "last_outage", "Last outage", Entity.Value("last_outage")) with
            {
                DeviceClass = "timestamp",
            },
            ["plugged_in"] = Entity.BinarySensor(identifier, "plugged_in", "Plugged in", "plug", Entity.OnOffOrUnknown("plugged_in")) with
            {
                Category = Entity.Diagnostic,
            },
            ["round_trip"] = Entity.RoundTrip(identifier, enabled: false),
            ["attached"] = new Component
            {
                Platform = "switch",
                UniqueId = $"{identifier}_attached",
                Name = "Attached",
                Icon = "mdi:usb-port",
                Category = Entity.Config,
                Qos = 1,
                CommandTopic = topics.RadioAttach(radio.Id),
                ValueTemplate = Entity.OnOff("wanted"),
            },
            ["reattach"] = Button(identifier, "reattach", "Reattach", topics.RadioReattach(radio.Id)) with { DeviceClass = "restart" },
            ["event"] = new Component
            {
                Platform = "event",
                UniqueId = $"{identifier}_event",
                Name = "Radio event",
                Icon = "mdi:bell-outline",
                Qos = 1,
                StateTopic = topics.RadioEvent(radio.Id),
                EventTypes = EventTypes,
            },
            ["trigger_connected"] = Trigger("connected", RadioEventType.Attached, topics.RadioEvent(radio.Id)),
            ["trigger_disconnected"] = Trigger("disconnected", RadioEventType.Lost, topics.RadioEvent(radio.Id)),
        };
        for (int i = 0; i < SerialPortsOf(radio); i++)
        {
            string number = i == 0 ? "" : $"{i + 1}";
            string key = i == 0 ? "serial_port" : $"serial_port_{number}";
            components[key] = Entity.Sensor(identifier, key, $"Serial port {number}".TrimEnd(), Entity.Value($"serial_ports[{i}]")) with
            {
                Icon = "mdi:serial-port",
            };
        }
        return components;
    }

    // A recorder row each half minute, for whoever wants that.
    private static Component DataRate(string identifier, string key, string name) =>
        Entity.Sensor(identifier, key, name, Entity.Value(key)) with
        {
            DeviceClass = "data_rate",
            StateClass = "measurement",
            Unit = "B/s",
            EnabledByDefault = false,
        };

    private static Component Button(string identifier, string key, string name, string commandTopic) => new()
    {
        Platform = "button",
        UniqueId = $"{identifier}_{key}",
        Name = name,
        Category = Entity.Config,
        Qos = 1,
        CommandTopic = commandTopic,
    };

    private static Component Trigger(string type, RadioEventType happened, string topic) => new()
    {
        Platform = "device_automation",
        AutomationType = "trigger",
        TriggerType = type,
        TriggerSubtype = "radio",
        TriggerTopic = topic,
        ValueTemplate = Entity.Value("event_type"),
        TriggerPayload = happened.Name(),
        Qos = 1,
    };

    private static string? NullIfEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
