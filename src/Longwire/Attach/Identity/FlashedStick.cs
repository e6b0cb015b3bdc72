using System.Collections.Immutable;
using Longwire.Attach.Memory;
using Longwire.Radios;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Identity;

/// <summary>
/// A stick with other firmware than before: its product id (303a:4001 became 303a:831a) and its product's text may be others. Its maker,
/// its serial, and where it is plugged in are the same, and where all of them are, it is the same radio.
/// </summary>
internal static class FlashedStick
{
    // "0001" and "00000000" are what chips come with: they tell one stick from another as little as no serial does.
    private const int LeastLength = 6;
    private const int LeastDifferent = 3;

    /// <summary>The known radio that this stick is under another product id; null if it is none.</summary>
    /// <param name="absent">Whether a known radio is certainly not another stick that is present now.</param>
    public static RadioMemory? Find(
        Sighting stick, DeviceIdentity identity, ImmutableArray<RadioMemory> known, Func<RadioMemory, bool> absent)
    {
        List<RadioMemory> same =
        [
            .. known.Where(radio => MayBe(radio, stick.PiId, stick.UsbId, stick.Port) && IsSame(radio, identity) && absent(radio)),
        ];
        return same.Count == 1 ? same[0] : null;
    }

    /// <summary>Whether a stick that was not asked yet may be this radio under another product id.</summary>
    public static bool MayBe(RadioMemory radio, string piId, UsbId id, UsbPort port)
    {
        if (radio.PiId != piId || radio.Port != port) return false;
        UsbId before = UsbId.Parse(radio.UsbId);
        return before.Vendor == id.Vendor
            && before.Product != id.Product
            // On its way to another firmware it is not the radio, though its serial may be.
            && !KnownRadios.Default.IsBootloaderOf(id, before)
            && IsTelling(radio.Serial)
            && !string.IsNullOrWhiteSpace(radio.Manufacturer);
    }

    /// <summary>Whether a stick is this radio, whatever its product is called now.</summary>
    public static bool IsSame(RadioMemory radio, DeviceIdentity identity) =>
        IsTelling(radio.Serial)
            && StickText.IsSame(radio.Serial, identity.Serial)
            && !string.IsNullOrWhiteSpace(radio.Manufacturer)
            && StickText.IsSame(radio.Manufacturer, identity.Manufacturer);

    /// <summary>Whether a serial can tell a stick from others of its make.</summary>
    public static bool IsTelling(string? serial) =>
        StickText.Normalised(serial) is { Length: >= LeastLength } told && told.Distinct().Count() >= LeastDifferent;
}
