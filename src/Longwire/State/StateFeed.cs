using System.Threading.Channels;

namespace Longwire.State;

/// <summary>
/// The way from the reconciler to the publishers: the latest snapshot (older ones are of no use to anybody) and every
/// event (none may be merged away). One writer, any number of readers; the bridge's details, which are not the reconciler's, are
/// <see cref="Describe">put in</see> on the way.
/// </summary>
internal sealed class StateFeed
{
    // A reader that has stopped reading loses the oldest events, never the reconciler's time or memory.
    private const int EventsKeptPerReader = 256;

    private readonly Lock _gate = new();
    private readonly List<Channel<RadioEvent>> _eventReaders = [];
    private Snapshot _current = Snapshot.Empty;
    private BridgeDetails _details = BridgeDetails.Unknown;
    private TaskCompletionSource _changed = NewSignal();

    public Snapshot Current => Volatile.Read(ref _current);

    /// <summary>Publishes a snapshot and the events that led to it. Readers see the snapshot no later than its events.</summary>
    public void Publish(Snapshot snapshot, IReadOnlyList<RadioEvent> events)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            Volatile.Write(ref _current, Described(snapshot));
            changed = _changed;
            _changed = NewSignal();
            foreach (RadioEvent radioEvent in events)
            {
                foreach (Channel<RadioEvent> reader in _eventReaders) reader.Writer.TryWrite(radioEvent);
            }
        }
        changed.SetResult();
    }

    /// <summary>Changes what every snapshot says of Longwire itself, from the current one on. From any thread.</summary>
    public void Describe(Func<BridgeDetails, BridgeDetails> change)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            BridgeDetails details = change(_details);
            if (details == _details) return;
            _details = details;
            // Before the first snapshot there is nothing to tell yet, and readers know that state by its reference.
            if (ReferenceEquals(_current, Snapshot.Empty)) return;
            Volatile.Write(ref _current, Described(_current));
            changed = _changed;
            _changed = NewSignal();
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
        var channel = Channel.CreateBounded<RadioEvent>(
            new BoundedChannelOptions(EventsKeptPerReader) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (_gate) _eventReaders.Add(channel);
        return channel.Reader;
    }

    private Snapshot Described(Snapshot snapshot) =>
        snapshot.Bridge.Details == _details ? snapshot : snapshot with { Bridge = snapshot.Bridge with { Details = _details } };

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
