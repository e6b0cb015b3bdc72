using Longwire.Attach.Memory;
using Longwire.Radios;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Identity;

/// <summary>Whether one stick can stand in for another: both speak the same, or both are of one make.</summary>
internal static class StickKind
{
    /// <param name="radio">What is to be replaced.</param>
    /// <param name="id">Of the other stick.</param>
    /// <param name="identity">What that said of itself; null: it was not asked yet, and may be of the kind.</param>
    public static bool IsSame(KnownRadios catalogue, RadioMemory radio, UsbId id, DeviceIdentity? identity) => identity is null
        ? MayBeSame(catalogue, radio, id)
        : IsSame(catalogue, radio, id, identity.Product, identity.Manufacturer);

    public static bool IsSame(KnownRadios catalogue, RadioMemory radio, UsbId id, string? product, string? manufacturer)
    {
        Recognition? now = catalogue.Recognise(id, product, manufacturer);
        // Of one that nobody knows only its make says what it is, and of a bridge only its texts say which make.
        return Before(catalogue, radio) is { } before
            ? now is { Certain: true } && Overlap(before.Kind, now.Kind)
            : now is not { Certain: true }
                && radio.UsbId == id.ToString()
                && StickText.IsSame(radio.Product, product)
                && StickText.IsSame(radio.Manufacturer, manufacturer);
    }

    private static bool MayBeSame(KnownRadios catalogue, RadioMemory radio, UsbId id) => Before(catalogue, radio) is { } before
        ? catalogue.Rows.Any(row => row.Id == id && Overlap(before.Kind, row.Kind))
        : radio.UsbId == id.ToString();

    private static Recognition? Before(KnownRadios catalogue, RadioMemory radio) =>
        catalogue.Recognise(UsbId.Parse(radio.UsbId), radio.Product, radio.Manufacturer) is { Certain: true } before ? before : null;

    // "Zigbee or Thread" is what its firmware makes of it, and may have been Zigbee; "Z-Wave and Zigbee" has both.
    private static bool Overlap(string one, string other) => one.Split(" or ").Intersect(other.Split(" or ")).Any();
}
