using System.Collections.Immutable;
using Longwire.Radios;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.State;

/// <summary>A stick that a Pi has to give.</summary>
internal readonly record struct Offer(BusId BusId, UsbPort Port, UsbId Id);

/// <summary>What a Pi said of its sticks when it was last asked. Two are equal if they say the same.</summary>
/// <param name="Notice">What it has besides, and who it is; null where no Longwire answers.</param>
internal sealed record PiOffers(ImmutableArray<Offer> Offers, LongwireListExtension? Notice)
{
    public static PiOffers Of(DeviceList list) =>
        new([.. list.Devices.Select(device => new Offer(device.BusId, UsbPort.Of(device.Path, device.BusId), device.Id))], list.Notice)
        {
            Odd = list.Odd,
            CutShort = list.CutShort,
        };

    /// <summary>What stands in its list and cannot be used.</summary>
    public ImmutableArray<OddRecord> Odd { get; init; } = [];

    /// <summary>Why it is not all; null if it is. Who serves there is not known then: a Longwire says so at the end.</summary>
    public string? CutShort { get; init; }

    /// <summary>What it has to give there; null: nothing.</summary>
    public Offer? At(BusId busId)
    {
        foreach (Offer offer in Offers)
        {
            if (offer.BusId == busId) return offer;
        }
        return null;
    }

    public bool Equals(PiOffers? other) =>
        other is not null
            && (Notice, CutShort) == (other.Notice, other.CutShort)
            && Offers.AsSpan().SequenceEqual(other.Offers.AsSpan())
            && Odd.AsSpan().SequenceEqual(other.Odd.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Notice, Offers.Length);
}
