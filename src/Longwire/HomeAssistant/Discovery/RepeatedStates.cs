using Longwire.HomeAssistant.Broker;

namespace Longwire.HomeAssistant.Discovery;

/// <summary>
/// Devices whose discovery message has changed, and whose states are therefore due once more. Home Assistant takes a changed message
/// for the end of what it knew: it shows each entity that can expire as unavailable until the next state that comes after it has
/// carried the change out, and that may be a while after the message. One that is published again unchanged ends nothing.
/// </summary>
internal sealed class RepeatedStates(TimeProvider time)
{
    /// <summary>When each changed last, by discovery topic: of several changes the last one counts.</summary>
    private readonly Dictionary<string, long> _changed = new(StringComparer.Ordinal);

    /// <summary>How long until the first of them is due; null if none is.</summary>
    public TimeSpan? NextDue => _changed.Count == 0 ? null : _changed.Values.Min(Left);

    public void Changed(Device device) => _changed[device.ConfigTopic] = time.GetTimestamp();

    /// <summary>Those that are due; what has left meanwhile is owed nothing any more.</summary>
    /// <param name="devices">All that are there now.</param>
    public IReadOnlyCollection<Device> TakeDue(IReadOnlyCollection<Device> devices)
    {
        HashSet<string> there = [.. devices.Select(device => device.ConfigTopic)];
        foreach (string gone in _changed.Keys.Where(topic => !there.Contains(topic)).ToList()) _changed.Remove(gone);
        List<Device> due = [.. devices.Where(one => _changed.TryGetValue(one.ConfigTopic, out long since) && Left(since) <= TimeSpan.Zero)];
        foreach (Device device in due) _changed.Remove(device.ConfigTopic);
        return due;
    }

    private TimeSpan Left(long since) => BrokerTimers.StatesAfterDiscovery - time.GetElapsedTime(since);
}
