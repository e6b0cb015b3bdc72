using System.Collections.Immutable;
using System.Globalization;
using Longwire.UsbIp.Usb;

namespace Longwire.Radios;

/// <summary>A kind of interface that a radio may show.</summary>
/// <param name="SubClass">Null: any.</param>
internal readonly record struct InterfaceKind(byte Class, byte? SubClass = null)
{
    private const byte Communications = 0x02;
    private const byte AbstractControlModel = 0x02;
    private const byte VendorProtocol = 0xFF;

    /// <summary>
    /// CDC-ACM (02/02), the data of communications (0A), and vendor specific (FF), which is what serial bridges are. Not all of class 02:
    /// its other subclasses are network cards (ECM 06, NCM 0D) and the like, whose drivers would make the host a part of somebody's
    /// network.
    /// </summary>
    public static ImmutableArray<InterfaceKind> Serial { get; } = [new(Communications, AbstractControlModel), new(0x0A), new(0xFF)];

    public bool Covers(UsbInterfaceClass shown) =>
        shown.Class == Class && (SubClass is null || (shown.SubClass == SubClass && !IsRndis(shown)));

    /// <summary>
    /// A network card that calls itself ACM (drivers/net/usb/rndis_host.c; cdc-acm.c leaves ACM with protocol FF alone because of it).
    /// </summary>
    public static bool IsRndis(UsbInterfaceClass shown) =>
        shown is { Class: Communications, SubClass: AbstractControlModel, Protocol: VendorProtocol };

    /// <param name="text">In hexadecimal, as lsusb writes them: <c>0a</c>, or <c>02/02</c> with the subclass.</param>
    public static InterfaceKind Parse(string text)
    {
        string[] parts = text.Split('/');
        return parts.Length <= 2
            ? new(Number(parts[0]), parts.Length == 2 ? Number(parts[1]) : null)
            : throw new FormatException($"'{text}' is no interface class");
    }

    private static byte Number(string text) => byte.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
