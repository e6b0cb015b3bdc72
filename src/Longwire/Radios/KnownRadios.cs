using System.Collections.Immutable;
using System.Text.Json;
using Longwire.UsbIp.Usb;

namespace Longwire.Radios;

/// <summary>The data file of known Z-Wave, Zigbee and Thread sticks.</summary>
internal sealed class KnownRadios
{
    private const string BridgeKind = "serial bridge";

    private static readonly Lazy<KnownRadios> s_default = new(ReadEmbedded);

    private readonly ImmutableArray<KnownBootloader> _bootloaders;

    /// <param name="rows">Sticks; the first that fits counts.</param>
    /// <param name="bridges">Chips that are in radios and in anything else: never certain.</param>
    /// <param name="bootloaders">What they show themselves as while they are flashed.</param>
    /// <param name="troubles">What is known of some of them.</param>
    public KnownRadios(
        ImmutableArray<KnownRadio> rows, ImmutableArray<KnownRadio> bridges = default,
        ImmutableArray<KnownBootloader> bootloaders = default, ImmutableArray<KnownTrouble> troubles = default)
    {
        Rows = rows;
        Bridges = bridges.IsDefault ? [] : bridges;
        _bootloaders = bootloaders.IsDefault ? [] : bootloaders;
        Troubles = troubles.IsDefault ? [] : troubles;
    }

    /// <summary>The file that ships inside the program.</summary>
    public static KnownRadios Default => s_default.Value;

    public ImmutableArray<KnownRadio> Rows { get; }
    public ImmutableArray<KnownRadio> Bridges { get; }
    public ImmutableArray<KnownTrouble> Troubles { get; }

    /// <summary>Null: nothing is known of this vendor and product id.</summary>
    /// <param name="product">Null where the device has none, or where it is not known yet: then a generic bridge is doubtful.</param>
    public Recognition? Recognise(UsbId id, string? product, string? manufacturer)
    {
        foreach (KnownRadio row in Rows)
        {
            if (row.Id == id && row.Fits(product, manufacturer)) return row.AsRecognition(certain: true);
        }
        foreach (KnownRadio bridge in Bridges)
        {
            if (bridge.Id == id) return bridge.AsRecognition(certain: false);
        }
        return null;
    }

    /// <summary>Whether the texts of a stick can say that it is a radio: else it need not be asked for them.</summary>
    public bool DoTextsTell(UsbId id) => Rows.Any(row => row.Id == id);

    /// <summary>Whether many sticks of this vendor and product id are known to have this serial.</summary>
    public bool IsSharedSerial(UsbId id, string? serial) =>
        StickText.Normalised(serial) is { } told && Rows.Concat(Bridges).Any(row => row.Id == id && row.SharedSerials.Contains(told));

    /// <summary>Whether this serial tells a stick of this vendor and product id from others: there is one, and not on many.</summary>
    public bool IsOwnSerial(UsbId id, string? serial) => serial is { Length: > 0 } && !IsSharedSerial(id, serial);

    /// <summary>Whether a radio shows itself so while it is flashed.</summary>
    public bool IsBootloaderOf(UsbId seen, UsbId radio) =>
        _bootloaders.Any(bootloader => bootloader.Id == seen && bootloader.Of.Contains(radio));

    public Recognition? Recognise(DeviceIdentity identity) => Recognise(identity.Id, identity.Product, identity.Manufacturer);

    private static KnownRadios ReadEmbedded()
    {
        using Stream stream = typeof(KnownRadios).Assembly.GetManifestResourceStream("radios.json")
            ?? throw new InvalidOperationException("radios.json is not part of this program");
        RadiosFile file = JsonSerializer.Deserialize(stream, RadiosJson.Default.RadiosFile)
            ?? throw new InvalidOperationException("radios.json is empty");
        return new KnownRadios(
            [.. file.Radios.Select(Row)],
            [.. file.Bridges.Select(Row)],
            [.. file.Bootloaders.Select(one => new KnownBootloader(UsbId.Parse(one.Id), [.. one.Of.Select(UsbId.Parse)]))],
            [.. file.Troubles.Select(Trouble)]);
    }

    private static KnownTrouble Trouble(RadiosFile.Trouble one) =>
        new(one.Name, [.. one.Of ?? []], [.. one.Kinds ?? []], one.Known, one.Remedy);

    private static KnownRadio Row(RadiosFile.Row row) => new()
    {
        Id = UsbId.Parse(row.Id),
        Name = row.Name,
        Kind = row.Kind ?? BridgeKind,
        Product = row.Product,
        Manufacturer = row.Manufacturer,
        SerialPorts = row.SerialPorts ?? 1,
        Stale = [.. (row.StaleSeconds ?? []).Select(seconds => TimeSpan.FromSeconds(seconds))],
        NoticesRestart = row.NoticesRestart == true,
        SharedSerials = [.. row.SharedSerials ?? []],
        Often = row.Often,
        InterfaceKinds = row.InterfaceClasses is null ? InterfaceKind.Serial : [.. row.InterfaceClasses.Select(InterfaceKind.Parse)],
    };
}
