namespace Longwire.Export;

/// <summary>
/// What the reconciler has to offer right now. Clients that ask for the list every second do not pass through its channel, and however
/// many there are, no stick waits for them.
/// </summary>
internal sealed class OfferFeed
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _lookedThrough = New();
    private IReadOnlyList<Offer> _current = [];
    private TaskCompletionSource _changed = New();

    /// <summary>By bus id. The same list for as long as nothing has changed.</summary>
    public IReadOnlyList<Offer> Current => Volatile.Read(ref _current);

    /// <summary>
    /// Ends once every stick was looked at that was plugged in at the start: what is not in the list until then may be there.
    /// </summary>
    public Task LookedThrough => _lookedThrough.Task;

    /// <summary>The reconciler's alone.</summary>
    public void Publish(IEnumerable<Offer> offers)
    {
        Offer[] now = [.. offers.OrderBy(offer => offer.Device.BusId.ToString(), StringComparer.Ordinal)];
        if (now.SequenceEqual(_current)) return;
        TaskCompletionSource changed;
        lock (_gate)
        {
            Volatile.Write(ref _current, now);
            (changed, _changed) = (_changed, New());
        }
        changed.SetResult();
    }

    /// <summary>The reconciler's alone: no look at a stick is due or under way any more.</summary>
    public void EndFirstLook() => _lookedThrough.TrySetResult();

    /// <summary>Ends once <see cref="Current"/> is another list than this one.</summary>
    public Task WhenChangedFrom(IReadOnlyList<Offer>? known)
    {
        lock (_gate) return ReferenceEquals(_current, known) ? _changed.Task : Task.CompletedTask;
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
