using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Reconciling;

/// <summary>
/// The sticks of one Pi that were looked at and let go, by where they sit. Kept while they are missing from the list for a moment, as each
/// is after the reset that ends an import: to take it for a new one would import and reset it for ever.
/// </summary>
internal sealed class RejectedSticks
{
    private readonly Dictionary<BusId, RejectedStick> _places = [];

    public void Add(Stick stick, string? refusedReason, TimeSpan now) =>
        _places[stick.BusId] = RejectedStick.Of(stick, refusedReason, now);

    /// <summary>What is remembered of what the list has there now; what sat there before is forgotten if that is something else.</summary>
    public RejectedStick? Find(BusId busId, UsbId listedAs)
    {
        if (!_places.TryGetValue(busId, out RejectedStick? rejected)) return null;
        if (rejected.ListedAs == listedAs) return rejected;
        _places.Remove(busId);
        return null;
    }

    /// <summary>What is remembered of a place, whatever is there now.</summary>
    public RejectedStick? At(BusId busId) => _places.GetValueOrDefault(busId);

    public void Forget(BusId busId) => _places.Remove(busId);

    /// <summary>Forgets those that are not in a list, and not only because of the reset that ended our look.</summary>
    public void ForgetTheGone(IReadOnlySet<BusId> listed, TimeSpan now)
    {
        foreach ((BusId busId, RejectedStick rejected) in _places)
        {
            if (!listed.Contains(busId) && rejected.IsGone(now)) _places.Remove(busId);
        }
    }

    public void Clear() => _places.Clear();
}
