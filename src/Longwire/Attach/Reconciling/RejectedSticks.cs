using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Reconciling;

/// <summary>
/// The sticks of one Pi that were looked at and let go, by where they sit. Kept while they are missing from the list for a moment, as each
/// is after the reset that ends an import: to take it for a new one would import and reset it for ever.
/// </summary>
internal sealed class RejectedSticks
{
    private readonly Dictionary<BusId, RejectedStick> _places = [];

    public int Count => _places.Count;

    /// <param name="stick">What was let go.</param>
    /// <param name="refusedReason">Null: not wanted.</param>
    /// <param name="now">Since the reconciler's start.</param>
    /// <param name="mayPass">
    /// The kernel or a driver here did not agree with what the stick said: that may be over in a moment, so it is looked at again soon, and
    /// each time later.
    /// </param>
    public void Add(Stick stick, string? refusedReason, TimeSpan now, bool mayPass = false)
    {
        TimeSpan wait = AttachTimers.LookAgain;
        if (mayPass)
        {
            TimeSpan next = _places.TryGetValue(stick.BusId, out RejectedStick? before) && before.ListedAs == stick.ListedAs
                ? before.Wait * 4
                : AttachTimers.LookAgainSoon;
            if (next < wait) wait = next;
        }
        _places[stick.BusId] = new RejectedStick(stick.ListedAs, stick, refusedReason, now, wait);
    }

    /// <summary>What is remembered of what the list has there now; what sat there before is forgotten if that is something else.</summary>
    public RejectedStick? Find(BusId busId, UsbId listedAs, TimeSpan now)
    {
        if (!_places.TryGetValue(busId, out RejectedStick? rejected)) return null;
        if (rejected.ListedAs == listedAs) return now < rejected.LookAgainAt ? rejected : null;
        _places.Remove(busId);
        return null;
    }

    /// <summary>The list has something there, under this number.</summary>
    public void Listed(BusId busId, uint number)
    {
        if (_places.TryGetValue(busId, out RejectedStick? rejected) && rejected.IsReplugged(number)) _places.Remove(busId);
    }

    /// <summary>Those let go a moment ago, with where they sit: one that is not in the list is on its way back from its reset.</summary>
    public IEnumerable<(BusId BusId, RejectedStick Stick)> LetGoJustNow(TimeSpan now) =>
        from place in _places where !place.Value.IsGone(now) select (place.Key, place.Value);

    public bool IsAnyRefused(string reason) => _places.Values.Any(rejected => rejected.RefusedReason == reason);

    /// <summary>What is remembered of a place, whatever is there now.</summary>
    public RejectedStick? At(BusId busId) => _places.GetValueOrDefault(busId);

    public void Forget(BusId busId) => _places.Remove(busId);

    /// <summary>Forgets the places where a radio was that is no radio any more.</summary>
    public void Forget(string radioId)
    {
        foreach ((BusId busId, RejectedStick rejected) in _places)
        {
            if (rejected.RadioId == radioId || rejected.InPlaceOf == radioId) _places.Remove(busId);
        }
    }

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
