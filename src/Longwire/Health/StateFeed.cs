using System.Threading.Channels;

namespace Longwire.Health;

/// <summary>
/// The way from the reconciler to the publishers: the latest snapshot (older ones are of no use to anybody) and every
/// event (none may be merged away). One writer, any number of readers.
/// </summary>
internal sealed class StateFeed
{
    // A reader that has stopped reading loses the oldest events, never the reconciler's time or memory.
    private const int EventsKeptPerReader = 256;

    private readonly Lock _gate = new();
    private readonly List<Channel<RadioEvent>> _eventReaders = [];
    private Snapshot _current = Snapshot.Empty;
    private TaskCompletionSource _changed = NewSignal();

    public Snapshot Current => Volatile.Read(ref _current);

    /// <summary>Publishes a snapshot and the events that led to it. Readers see the snapshot no later than its events.</summary>
    public void Publish(Snapshot snapshot, IReadOnlyList<RadioEvent> events)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            Volatile.Write(ref _current, snapshot);
            changed = _changed;
            _changed = NewSignal();
            foreach (RadioEvent radioEvent in events)
            {
                foreach (Channel<RadioEvent> reader in _eventReaders) reader.Writer.TryWrite(radioEvent);
            }
        }
        changed.SetResult();
    }

    /// <summary>Waits until <see cref="Current"/> is no longer <paramref name="seen"/>, and returns it.</summary>
    public async Task<Snapshot> WaitForChangeAsync(Snapshot seen, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (!ReferenceEquals(_current, seen)) return _current;
                changed = _changed.Task;
            }
            await changed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Events from now on. Call once per reader.</summary>
    public ChannelReader<RadioEvent> SubscribeToEvents()
    {
        var channel = Channel.CreateBounded<RadioEvent>(new BoundedChannelOptions(EventsKeptPerReader) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (_gate) _eventReaders.Add(channel);
        return channel.Reader;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
