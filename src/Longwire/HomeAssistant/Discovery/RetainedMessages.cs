using Longwire.HomeAssistant.Broker;
using Microsoft.Extensions.Logging;

namespace Longwire.HomeAssistant.Discovery;

/// <summary>
/// What lies on the broker of ours, as far as this connection knows: publishes what differs, clears what is gone.
/// When a person deletes a device in Home Assistant, that empties our discovery topic; we do not listen there. The device stays away
/// until discovery is published again (a birth, a new connection), as with other bridges: to lose a radio for good,
/// take it out of the options.
/// </summary>
internal sealed class RetainedMessages(
    BrokerConnection connection, Topics topics, PublishedTopics published, TimeProvider time, ILogger logger)
{
    private readonly Dictionary<string, byte[]> _last = new(StringComparer.Ordinal);
    private readonly RepeatedStates _repeated = new(time);

    /// <summary>How long until <see cref="RepeatDueAsync"/> has something to do; null if it has not.</summary>
    public TimeSpan? NextRepeat => _repeated.NextDue;

    /// <summary>What the broker did not let us clear on this connection: it stays remembered for the next.</summary>
    private readonly HashSet<string> _notCleared = new(StringComparer.Ordinal);

    /// <summary>Removes from Home Assistant what we published once and no longer have.</summary>
    public async Task ForgetOthersAsync(IReadOnlyCollection<Device> devices, CancellationToken cancellationToken)
    {
        HashSet<string> kept = [.. devices.Select(device => device.ConfigTopic)];
        HashSet<string> keptTopics = [.. devices.SelectMany(device => device.RetainedTopics)];
        List<KeyValuePair<string, PublishedDevice>> gone =
        [
            .. published.Current.Devices.Where(old => !kept.Contains(old.Key) && old.Value.BaseTopic == topics.Base),
        ];
        _notCleared.ExceptWith(kept);
        gone.RemoveAll(old => _notCleared.Contains(old.Key));
        if (gone.Count == 0) return;
        var cleared = new List<string>();
        foreach ((string config, PublishedDevice device) in gone)
        {
            if (!await ClearAsync(connection, config, device.Topics.Where(topic => !keptTopics.Contains(topic)), cancellationToken))
            {
                _notCleared.Add(config);
                continue;
            }
            cleared.Add(config);
            _last.Remove(config);
            foreach (string topic in device.Topics) _last.Remove(topic);
            MqttLog.Removed(logger, config);
        }
        await published.SaveAsync(published.Current.Without(cleared), cancellationToken);
    }

    /// <summary>To be called before publishing what is new: a crash in between then forgets nothing.</summary>
    public async Task RememberAsync(IReadOnlyCollection<Device> devices, CancellationToken cancellationToken)
    {
        List<Device> news = [.. devices.Where(device => !published.Current.Covers(device))];
        if (news.Count > 0) await published.SaveAsync(published.Current.With(news, topics.Base, keepComponents: true), cancellationToken);
    }

    /// <summary>The device first, or Home Assistant would show its emptied states for a moment.</summary>
    /// <returns>False: the broker did not take all of it.</returns>
    public static async Task<bool> ClearAsync(
        BrokerConnection connection, string configTopic, IEnumerable<string> retained, CancellationToken cancellationToken)
    {
        bool all = await connection.RetainAsync(configTopic, ReadOnlyMemory<byte>.Empty, cancellationToken);
        foreach (string topic in retained) all &= await connection.RetainAsync(topic, ReadOnlyMemory<byte>.Empty, cancellationToken);
        return all;
    }

    public async Task ShowStatesAsync(IEnumerable<KeyValuePair<string, byte[]>> states, bool all, CancellationToken cancellationToken)
    {
        foreach ((string topic, byte[] payload) in states) await ShowAsync(topic, payload, all, cancellationToken);
    }

    /// <param name="devices">Parents before children.</param>
    /// <param name="all">Those that have not changed, too.</param>
    public async Task DiscoverAsync(IReadOnlyCollection<Device> devices, bool all, CancellationToken cancellationToken)
    {
        List<(Device Device, byte[] Payload, bool IsNew)> told = [];
        HashSet<string> parents = new(StringComparer.Ordinal);
        foreach (Device device in devices.Reverse())
        {
            byte[] payload = Payload.Of(device.Message, DiscoveryJson.Default.DiscoveryMessage);
            bool isNew = IsNew(device.ConfigTopic, payload);
            // A person may have deleted the parent in Home Assistant, and a child alone would bring it back without a name. Where it is
            // still known, being told of it again changes nothing.
            if (!all && !isNew && !parents.Contains(device.Message.Device.Identifier)) continue;
            if (device.Message.Device.Via is { } parent) parents.Add(parent);
            told.Add((device, payload, isNew));
        }
        if (told.Count == 0) return;

        told.Reverse();
        PublishedRecord before = published.Current;
        foreach ((Device device, byte[] payload, bool isNew) in told)
        {
            if (Farewell(device, before) is { } farewell)
            {
                await connection.RetainAsync(
                    device.ConfigTopic, Payload.Of(farewell, DiscoveryJson.Default.DiscoveryMessage), cancellationToken);
            }
            if (!await ShowAsync(device.ConfigTopic, payload, always: true, cancellationToken) || !isNew) continue;
            _repeated.Changed(device);
            await RepeatAsync(device, cancellationToken);
        }
        await published.SaveAsync(before.With(told.Select(one => one.Device), topics.Base, keepComponents: false), cancellationToken);
    }

    /// <summary>The states of those whose discovery message changed a moment ago, once more; see <see cref="RepeatedStates"/>.</summary>
    public async Task RepeatDueAsync(IReadOnlyCollection<Device> devices, CancellationToken cancellationToken)
    {
        foreach (Device device in _repeated.TakeDue(devices)) await RepeatAsync(device, cancellationToken);
    }

    private async Task RepeatAsync(Device device, CancellationToken cancellationToken)
    {
        foreach (string topic in device.RetainedTopics)
        {
            if (_last.TryGetValue(topic, out byte[]? payload)) await connection.RetainAsync(topic, payload, cancellationToken);
        }
    }

    /// <summary>The last word, in place of what was said over this connection; what was not said here is not ours to put right.</summary>
    public async Task LeaveAsync(IEnumerable<KeyValuePair<string, byte[]>> states, CancellationToken cancellationToken)
    {
        foreach ((string topic, byte[] payload) in states)
        {
            if (_last.ContainsKey(topic)) await ShowAsync(topic, payload, always: false, cancellationToken);
        }
    }

    /// <summary>
    /// The same device with those components as removals that it had once: leaving them out would leave them in Home Assistant.
    /// </summary>
    private static DiscoveryMessage? Farewell(Device device, PublishedRecord before)
    {
        if (!before.Devices.TryGetValue(device.ConfigTopic, out PublishedDevice? known)) return null;
        List<KeyValuePair<string, string>> gone = [.. known.Components.Where(old => !device.Message.Components.ContainsKey(old.Key))];
        if (gone.Count == 0) return null;
        var components = new SortedDictionary<string, Component>(device.Message.Components, StringComparer.Ordinal);
        foreach ((string key, string platform) in gone) components[key] = new Component { Platform = platform };
        return device.Message with { Components = components };
    }

    /// <returns>
    /// False: it is not there, for the broker did not take it. What looks like news again is asked for again, when that is worth it.
    /// </returns>
    public async Task<bool> ShowAsync(string topic, byte[] payload, bool always, CancellationToken cancellationToken)
    {
        if (!always && !IsNew(topic, payload)) return true;
        if (!await connection.RetainAsync(topic, payload, cancellationToken)) return false;
        _last[topic] = payload;
        return true;
    }

    private bool IsNew(string topic, byte[] payload) =>
        !_last.TryGetValue(topic, out byte[]? last) || !last.AsSpan().SequenceEqual(payload);
}
