using System.Collections.Immutable;
using System.IO.Enumeration;
using Longwire.UsbIp.Usb;

namespace Longwire.Radios;

/// <summary>
/// A row of radios.json: sticks of one vendor and product id, told apart by their texts where many things share the bridge.
/// </summary>
internal sealed record KnownRadio
{
    public required UsbId Id { get; init; }

    /// <summary>For a person: <c>Nortek HUSBZB-1</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What it speaks: <c>Z-Wave</c>, <c>Zigbee</c>, <c>Thread</c>, or several: <c>Z-Wave and Zigbee</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Pattern with * and ?, case ignored, that the product text must fit; null: any.</summary>
    public string? Product { get; init; }

    /// <summary>The same for the manufacturer's text.</summary>
    public string? Manufacturer { get; init; }

    /// <summary>Ttys it shows on the host.</summary>
    public int SerialPorts { get; init; } = 1;

    /// <summary>
    /// Of each of those: how old a command may be when it is delivered, before its program takes it for failed. Empty where it is not
    /// known.
    /// </summary>
    public ImmutableArray<TimeSpan> Stale { get; init; } = [];

    /// <summary>
    /// The program that has it open notices by itself when it has been without power, on every port, and sets it up anew. Of others the
    /// port must go for that.
    /// </summary>
    public bool NoticesRestart { get; init; }

    /// <summary>
    /// Serials that its maker gives to many sticks, or that its chip has until a maker writes one: no sign of which stick it is.
    /// </summary>
    public ImmutableArray<string> SharedSerials { get; init; } = [];

    /// <summary>Of a bridge: radios that are often found on it, for a person; null where none is known.</summary>
    public string? Often { get; init; }

    /// <summary>Interfaces it may show; the serial kinds where the row names none.</summary>
    public ImmutableArray<InterfaceKind> InterfaceKinds { get; init; } = InterfaceKind.Serial;

    public bool Fits(string? product, string? manufacturer) => IsLike(Product, product) && IsLike(Manufacturer, manufacturer);

    public Recognition AsRecognition(bool certain) =>
        new()
        {
            Name = Name,
            Kind = Kind,
            SerialPorts = SerialPorts,
            Stale = Stale,
            NoticesRestart = NoticesRestart,
            Certain = certain,
            Often = Often,
            InterfaceKinds = InterfaceKinds,
        };

    private static bool IsLike(string? pattern, string? text) =>
        pattern is null || (text is not null && FileSystemName.MatchesSimpleExpression(pattern, text, ignoreCase: true));
}
