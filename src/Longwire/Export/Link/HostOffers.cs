using Longwire.Export.Stock;
using Longwire.UsbIp.Usb;

namespace Longwire.Export.Link;

/// <summary>
/// The list as one run of a host is told it: what it could have is free for it. That is also a stick that an earlier run of it has left, or
/// that is kept for it and that it may have given up meanwhile.
/// </summary>
/// <param name="mayHave">Whether it could have a stick that is in use.</param>
internal sealed class HostOffers(OfferFeed feed, Predicate<BusId> mayHave)
{
    private IReadOnlyList<Offer>? _offers;
    private ReadOnlyMemory<byte> _list;

    /// <summary>The same memory for as long as nothing has changed. One asks at a time.</summary>
    public ReadOnlyMemory<byte> Current
    {
        get
        {
            IReadOnlyList<Offer> now = [.. feed.Current.Select(AsSeen)];
            if (_offers is { } before && now.SequenceEqual(before)) return _list;
            (_offers, _list) = (now, StockOffers.EncodeList(now));
            return _list;
        }
    }

    private Offer AsSeen(Offer offer) =>
        offer.State == StickState.InUse && mayHave(offer.Device.BusId) ? offer with { State = StickState.Offered } : offer;
}
