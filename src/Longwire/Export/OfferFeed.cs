namespace Longwire.Export;

/// <summary>
/// What the reconciler has to offer right now. Clients that ask for the list every second do not pass through its channel, and however
/// many there are, no stick waits for them.
/// </summary>
internal sealed class OfferFeed
{
    private IReadOnlyList<Offer> _current = [];

    /// <summary>By bus id. The same list for as long as nothing has changed.</summary>
    public IReadOnlyList<Offer> Current => Volatile.Read(ref _current);

    /// <summary>The reconciler's alone.</summary>
    public void Publish(IEnumerable<Offer> offers)
    {
        Offer[] now = [.. offers.OrderBy(offer => offer.Device.BusId.ToString(), StringComparer.Ordinal)];
        if (!now.SequenceEqual(_current)) Volatile.Write(ref _current, now);
    }
}
