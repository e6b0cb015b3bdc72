using Longwire.UsbIp.Urbs;
using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Proxy;

/// <summary>
/// The control OUTs that made the stick what it is, in the order of their last use, one per request: a stick that was away gets them
/// again. Bounded; the oldest goes.
/// </summary>
internal sealed class KeptControls(SerialChip chip)
{
    private const int Most = 64;
    private readonly List<KeptControl> _kept = new(Most);

    public int Count => _kept.Count;

    public KeptControl this[int index] => _kept[index];

    public bool Takes(Urb urb) => !urb.IsIn && urb.Length <= KeptControl.MostData && ControlRequests.SetsState(urb.Setup, chip);

    /// <param name="urb">A control OUT that <see cref="Takes"/> takes.</param>
    /// <param name="deferred">The stick does not have it yet.</param>
    public void Note(Urb urb, bool deferred)
    {
        int at = 0;
        while (at < _kept.Count && !ControlRequests.Supersedes(urb.Setup, _kept[at].Setup, chip)) at++;
        KeptControl kept;
        if (at < _kept.Count || _kept.Count == Most)
        {
            at = at < _kept.Count ? at : 0;
            kept = _kept[at];
            _kept.RemoveAt(at);
        }
        else
        {
            kept = new KeptControl();
        }
        kept.Set(urb, deferred);
        _kept.Add(kept);
    }

    /// <summary>
    /// A setting that was sent turns out not to have arrived. If a later one took its place that one is deferred already, or sent after it.
    /// </summary>
    public void Defer(Urb urb)
    {
        foreach (KeptControl kept in _kept)
        {
            if (ControlRequests.Supersedes(urb.Setup, kept.Setup, chip)) kept.Deferred = true;
        }
    }

    /// <summary>SET_CONFIGURATION and each SET_INTERFACE other than 0, in the order of their last use.</summary>
    public int CopyStandard(Span<SetupPacket> destination)
    {
        int count = 0;
        foreach (KeptControl kept in _kept)
        {
            if (!ControlRequests.IsStandard(kept.Setup) || ControlRequests.IsDefaultInterface(kept.Setup)) continue;
            if (count < destination.Length) destination[count++] = SetupPacket.Read(kept.Setup);
        }
        return count;
    }
}
