namespace Longwire.Export;

/// <summary>
/// What the reconciler has to offer right now. Clients that ask for the list every second do not pass through its channel, and however
/// many there are, no stick waits for them.
/// </summary>
/// <param name="time">For <see cref="WaitForFirstLookAsync"/>, which counts from the feed's own beginning.</param>
internal sealed class OfferFeed(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _firstLook = New();
    private readonly long _began = time.GetTimestamp();
    private IReadOnlyList<Offer> _current = [];
    private TaskCompletionSource _changed = New();

    /// <summary>By bus id. The same list for as long as nothing has changed.</summary>
    public IReadOnlyList<Offer> Current => Volatile.Read(ref _current);

    /// <summary>
    /// Until every stick was looked at that is plugged in at the start, and for <see cref="ExportTimers.FirstLook"/> from the start at
    /// most: an export that was started anew would tell a list without the sticks, and its hosts that all of them were pulled.
    /// </summary>
    public async Task WaitForFirstLookAsync(CancellationToken cancellationToken)
    {
        TimeSpan left = ExportTimers.FirstLook - time.GetElapsedTime(_began);
        if (_firstLook.Task.IsCompleted || left <= TimeSpan.Zero) return;
        try
        {
            await _firstLook.Task.WaitAsync(left, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // One that hangs must not keep the others from everybody.
        }
    }

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

    /// <summary>The reconciler's alone: each stick was looked at once.</summary>
    public void EndFirstLook() => _firstLook.TrySetResult();

    /// <summary>Ends once <see cref="Current"/> is another list than this one.</summary>
    public Task WhenChangedFrom(IReadOnlyList<Offer>? known)
    {
        lock (_gate) return ReferenceEquals(_current, known) ? _changed.Task : Task.CompletedTask;
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
