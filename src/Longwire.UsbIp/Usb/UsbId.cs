using System.Globalization;

namespace Longwire.UsbIp.Usb;

/// <summary>A vendor and product id, written the way lsusb writes them: <c>0658:0200</c>, lower case.</summary>
public readonly record struct UsbId(ushort Vendor, ushort Product)
{
    public static bool TryParse(ReadOnlySpan<char> text, out UsbId id)
    {
        id = default;
        if (text.Length != 9 || text[4] != ':') return false;
        if (!ushort.TryParse(text[..4], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort vendor)) return false;
        if (!ushort.TryParse(text[5..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort product)) return false;
        id = new UsbId(vendor, product);
        return true;
    }

    public static UsbId Parse(string text) =>
        TryParse(text, out UsbId id) ? id : throw new FormatException($"'{text}' is not a vendor and product id like 0658:0200");

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Vendor:x4}:{Product:x4}");
}
