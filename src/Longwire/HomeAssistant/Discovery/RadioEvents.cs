using System.Threading.Channels;
using Longwire.HomeAssistant.Broker;
using Longwire.State;

namespace Longwire.HomeAssistant.Discovery;

/// <summary>
/// Events on their way out. They are never kept for a broker that is away: an event that arrives late lies, and the state
/// tells how things are. Only those of a radio that Home Assistant has just been told of wait a moment, until it listens.
/// </summary>
internal sealed class RadioEvents(ChannelReader<RadioEvent> source, TimeProvider time)
{
    private const int MostWaiting = 256;

    private readonly Dictionary<string, long> _discovered = new(StringComparer.Ordinal);
    private readonly List<RadioEvent> _waiting = [];

    /// <summary>How long until the next waiting event may go; null if none waits.</summary>
    public TimeSpan? NextDue => _waiting.Count == 0 ? null : _waiting.Min(Left);

    /// <summary>Call with the radios whose discovery was published; for each, only the first time counts until it is gone.</summary>
    public void Discovered(IReadOnlyCollection<string> radioIds)
    {
        foreach (string gone in _discovered.Keys.Except(radioIds).ToList()) _discovered.Remove(gone);
        foreach (string id in radioIds) _discovered.TryAdd(id, time.GetTimestamp());
    }

    public void DropAll()
    {
        while (source.TryRead(out _)) { }
        _waiting.Clear();
    }

    public Task<bool> WaitAsync(CancellationToken cancellationToken) => source.WaitToReadAsync(cancellationToken).AsTask();

    /// <summary>
    /// Takes in what has happened. Call before reading the snapshot that is shown next: it is published no later than its events, so what
    /// is taken in here is in it, and what happens after it waits for the next one.
    /// </summary>
    public void TakeIn()
    {
        while (source.TryRead(out RadioEvent? radioEvent))
        {
            if (_waiting.Count == MostWaiting) _waiting.RemoveAt(0);
            _waiting.Add(radioEvent);
        }
    }

    /// <summary>Those that may go now, in order per radio. Call after that snapshot was shown, its discovery included.</summary>
    public List<RadioEvent> TakeDue()
    {
        // A radio that is not in the snapshot by now has nobody to tell its events to.
        _waiting.RemoveAll(radioEvent => !_discovered.ContainsKey(radioEvent.RadioId));
        List<RadioEvent> due = _waiting.FindAll(radioEvent => Left(radioEvent) <= TimeSpan.Zero);
        _waiting.RemoveAll(due.Contains);
        return due;
    }

    private TimeSpan Left(RadioEvent radioEvent) => _discovered.TryGetValue(radioEvent.RadioId, out long since)
        ? BrokerTimers.EventsAfterDiscovery - time.GetElapsedTime(since)
        : TimeSpan.Zero;
}
