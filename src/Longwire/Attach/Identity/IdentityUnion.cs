using Longwire.Attach.Memory;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Identity;

/// <summary>One identity of what two know of the same device: a text that the first could not read is taken from the other.</summary>
internal static class IdentityUnion
{
    private const DeviceTexts All = DeviceTexts.Manufacturer | DeviceTexts.Product | DeviceTexts.Serial;

    public static DeviceIdentity Of(DeviceIdentity read, DeviceIdentity other) =>
        Of(read, All & ~other.Unread, other.Manufacturer, other.Product, other.Serial);

    /// <param name="read">What the stick said now.</param>
    /// <param name="known">The radio that it is. What is null there was never read, or never there.</param>
    public static DeviceIdentity Of(DeviceIdentity read, RadioMemory known) =>
        Of(
            read,
            (known.Manufacturer is null ? DeviceTexts.None : DeviceTexts.Manufacturer)
                | (known.Product is null ? DeviceTexts.None : DeviceTexts.Product)
                | (known.Serial is null ? DeviceTexts.None : DeviceTexts.Serial),
            known.Manufacturer,
            known.Product,
            known.Serial);

    private static DeviceIdentity Of(DeviceIdentity read, DeviceTexts known, string? manufacturer, string? product, string? serial)
    {
        DeviceTexts filled = read.Unread & known;
        return filled == DeviceTexts.None
            ? read
            : read with
            {
                Manufacturer = filled.HasFlag(DeviceTexts.Manufacturer) ? manufacturer : read.Manufacturer,
                Product = filled.HasFlag(DeviceTexts.Product) ? product : read.Product,
                Serial = filled.HasFlag(DeviceTexts.Serial) ? serial : read.Serial,
                Unread = read.Unread & ~filled,
            };
    }
}
