using Longwire.Options;
using Longwire.Radios;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Reconciling;

/// <summary>How the places of one Pi were tried in vain.</summary>
internal sealed class Retries
{
    private const int PlacesRemembered = 1024;

    private readonly Dictionary<BusId, RetryState> _places = [];

    public int Count => _places.Count;

    /// <summary>Of what is there now; what was tried there before is forgotten if that is something else.</summary>
    public RetryState At(BusId busId, UsbId id, UsbPort port, Random random, TimeSpan now)
    {
        RetryState? before = At(busId);
        if (before is not null && before.Id == id) return before;
        // A Pi that makes up places without end must not fill our memory.
        if (_places.Count >= PlacesRemembered) _places.Clear();
        // Nor may one that calls a stick by two names in turn have it tried without end.
        return _places[busId] = before is not null && before.WasTriedLately(now)
            ? before.OfAnother(id, port, now)
            : new RetryState(id, port, random);
    }

    /// <summary>Whatever was tried there; null: nothing.</summary>
    public RetryState? At(BusId busId) => _places.GetValueOrDefault(busId);

    /// <inheritdoc cref="RetryState.Listed"/>
    public void Listed(BusId busId, uint number, bool numbersStay, TimeSpan now) => At(busId)?.Listed(number, numbersStay, now);

    /// <summary>
    /// Each try takes the stick out of the list for a moment. What is missing for longer was unplugged, and is another try when it is back.
    /// </summary>
    /// <param name="isThere">In the list, or being tried.</param>
    /// <param name="now">Since the reconciler's start.</param>
    public void ForgetTheGone(Func<BusId, bool> isThere, TimeSpan now)
    {
        foreach ((BusId busId, RetryState tries) in _places)
        {
            if (tries.IsGone(isThere(busId), now)) _places.Remove(busId);
        }
    }

    /// <summary>Something that could match was tried and is not gone: that it is not in the list now is our doing.</summary>
    public bool HasTried(RadioMatch match) =>
        _places.Values.Any(tries => tries.WasTried && match.CouldMatch(tries.Id, tries.Port));

    public void Afresh()
    {
        foreach (RetryState tries in _places.Values) tries.Afresh();
    }
}
