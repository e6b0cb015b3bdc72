using System.Collections.Immutable;
using Longwire.UsbIp.Usb;

namespace Longwire.Radios;

/// <summary>The data file of known Z-Wave, Zigbee and Thread sticks.</summary>
internal sealed class KnownRadios
{
    private static readonly Lazy<KnownRadios> s_default = new(() => new KnownRadios([]));

    public KnownRadios(ImmutableArray<KnownRadio> rows) => Rows = rows;

    /// <summary>The file that ships inside the program.</summary>
    public static KnownRadios Default => s_default.Value;

    public ImmutableArray<KnownRadio> Rows { get; }

    /// <summary>Null: nothing is known of this vendor and product id.</summary>
    /// <param name="product">Null where the device has none, or where it is not known yet: then a generic bridge is doubtful.</param>
    public Recognition? Recognise(UsbId id, string? product, string? manufacturer)
    {
        KnownRadio? doubtful = null;
        foreach (KnownRadio row in Rows)
        {
            if (row.Id != id) continue;
            if (row.Fits(product, manufacturer)) return row.AsRecognition(certain: true);
            doubtful ??= row;
        }
        return doubtful?.AsRecognition(certain: false);
    }

    public Recognition? Recognise(DeviceIdentity identity) => Recognise(identity.Id, identity.Product, identity.Manufacturer);
}
