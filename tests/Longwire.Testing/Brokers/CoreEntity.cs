using System.Globalization;
using System.Text.Json.Nodes;

namespace Longwire.Testing.Brokers;

/// <param name="At">In the time that the messages were given in.</param>
/// <param name="State">As Home Assistant shows it: on, off, unknown or unavailable.</param>
public sealed record Shown(TimeSpan At, string State);

/// <summary>
/// One binary sensor of a device as Home Assistant Core keeps it over time, by the rules of its MQTT integration:
/// <list type="bullet">
/// <item>An entity that is new subscribes to its state topic, and the broker gives it what is retained there (entity.py,
/// async_added_to_hass).</item>
/// <item>A discovery message that says the same as the last one is ignored (entity.py, _async_discovery_callback). Compared is the
/// component together with the device, the origin and all else at the root: discovery.py puts those into each component.</item>
/// <item>One that differs sets the entity up afresh: with <c>expire_after</c> its value counts as expired (binary_sensor.py,
/// _setup_from_config), and as the topic is the same nothing is subscribed anew (subscription.py, _should_resubscribe). It is unavailable
/// until the next state.</item>
/// <item>A state that is older than <c>expire_after</c> is unavailable.</item>
/// </list>
/// </summary>
/// <param name="key">The component's key in the discovery message.</param>
public sealed class CoreEntity(string key)
{
    /// <summary>
    /// From a discovery message to the time at which Core goes by it, on a busy machine; what comes in between counts for the old one.
    /// </summary>
    public static readonly TimeSpan AppliedAfter = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, string> _retained = new(StringComparer.Ordinal);
    private readonly Queue<(TimeSpan Due, JsonObject? Component)> _coming = [];
    private readonly List<Shown> _history = [];
    private JsonObject? _heard;
    private JsonObject? _component;
    private string? _value;
    private TimeSpan? _expiresAt;

    /// <summary>Each state that differs from the one before it, with its time.</summary>
    public IReadOnlyList<Shown> History => _history;

    public string State => _history.Count == 0 ? "absent" : _history[^1].State;

    private bool Expires => _component?["exp_aft"] is not null;

    /// <summary>A message of this device: its discovery, or of a topic that the discovery names. In the order they came.</summary>
    public void Hear(TimeSpan at, string topic, string payload)
    {
        AdvanceTo(at);
        if (topic.Split('/') is [_, "device", _, "config"])
        {
            JsonObject? component = Read(payload);
            if (!JsonNode.DeepEquals(component, _heard)) _coming.Enqueue((at + AppliedAfter, component));
            _heard = component;
            return;
        }
        _retained[topic] = payload;
        if (topic == StateTopic) Receive(at, payload);
        Show(at);
    }

    /// <summary>Lets happen what happens without a message.</summary>
    public void AdvanceTo(TimeSpan at)
    {
        while (true)
        {
            bool applies = _coming.Count > 0 && _coming.Peek().Due <= at;
            bool expires = _expiresAt <= at;
            if (applies && !(expires && _expiresAt < _coming.Peek().Due)) Apply();
            else if (expires) Expire(_expiresAt!.Value);
            else return;
        }
    }

    private string? StateTopic => _component?["stat_t"]?.GetValue<string>();

    private void Apply()
    {
        (TimeSpan at, JsonObject? component) = _coming.Dequeue();
        bool isNew = _component is null;
        _component = component;
        if (component is null) (_value, _expiresAt) = (null, null);
        else if (isNew && _retained.TryGetValue(StateTopic!, out string? payload)) Receive(at, payload);
        else if (Expires) _expiresAt = null;
        Show(at);
    }

    private void Receive(TimeSpan at, string payload)
    {
        if (payload.Length == 0) return;
        _value = Template.Render(_component!["val_tpl"]?.GetValue<string>(), payload);
        if (Expires) _expiresAt = at + TimeSpan.FromSeconds(_component["exp_aft"]!.GetValue<double>());
    }

    private void Expire(TimeSpan at)
    {
        _expiresAt = null;
        Show(at);
    }

    private void Show(TimeSpan at)
    {
        string state = Now();
        if (state != State) _history.Add(new Shown(at, state));
    }

    private string Now()
    {
        if (_component is null) return "absent";
        foreach (JsonNode? availability in _component["avty"] as JsonArray ?? [])
        {
            if (availability?["t"]?.GetValue<string>() is { } topic && _retained.GetValueOrDefault(topic) != "online") return "unavailable";
        }
        if (Expires && _expiresAt is null) return "unavailable";
        return _value switch
        {
            null or "None" => "unknown",
            "ON" => "on",
            "OFF" => "off",
            _ => string.Create(CultureInfo.InvariantCulture, $"invalid ({_value})"),
        };
    }

    // What the device's root says is part of each of its components. Null: there is no such component, or it was taken away.
    private JsonObject? Read(string payload)
    {
        if (payload.Length == 0 || JsonNode.Parse(payload) is not JsonObject root) return null;
        if (root["cmps"]?[key] is not JsonObject component || component["uniq_id"] is null) return null;
        var whole = new JsonObject();
        foreach ((string name, JsonNode? value) in root)
        {
            if (name != "cmps") whole[name] = value?.DeepClone();
        }
        foreach ((string name, JsonNode? value) in component) whole[name] = value?.DeepClone();
        return whole;
    }
}
