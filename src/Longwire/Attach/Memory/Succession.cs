using System.Collections.Immutable;
using Longwire.Radios;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Memory;

/// <summary>
/// A radio whose stick changed: it keeps its id, its name, its wish and its counts, and remembers what it was before, so that the options
/// that name it by that go on to mean it.
/// </summary>
internal static class Succession
{
    // So many sticks ago nobody's options are.
    private const int Remembered = 8;

    /// <summary>The radio with a stick that said of itself what it is; the radio as it is if that is what it was.</summary>
    /// <param name="replaced">Another stick; false: the same, with other firmware.</param>
    public static RadioMemory Follow(RadioMemory radio, UsbId id, string? serial, bool replaced)
    {
        if (radio.UsbId == id.ToString() && StickText.IsSame(radio.Serial, serial)) return radio;
        return Renew(radio, id.ToString(), serial, replaced);
    }

    /// <summary>The radio with the stick of another radio, which is a radio no more.</summary>
    public static RadioMemory TakeOver(RadioMemory radio, RadioMemory other) =>
        Renew(radio, other.UsbId, other.Serial, replaced: true) with
        {
            PiId = other.PiId,
            SerialIsShared = other.SerialIsShared,
            Manufacturer = other.Manufacturer,
            Product = other.Product,
            Controller = other.Controller,
            PortChain = other.PortChain,
            LastBusId = other.LastBusId,
            SerialPortCount = other.SerialPortCount,
            // The port is in use under this record, or was last.
            VhciPort = other.VhciPort ?? radio.VhciPort,
            LastCarrier = other.LastCarrier,
            Attached = other.Attached,
        };

    /// <summary>The radio that this stick was until another one took its place; null if none. Without a serial nobody can tell.</summary>
    public static RadioMemory? ReplacedAt(ImmutableArray<RadioMemory> known, UsbId id, string? serial) =>
        StickText.Normalised(serial) is { } told
            ? known.FirstOrDefault(
                radio => radio.Former.Any(
                    former => former.Replaced && former.UsbId == id.ToString() && StickText.Normalised(former.Serial) == told))
            : null;

    public static UsbPort PortOf(FormerStick stick) => new(stick.Controller, stick.PortChain);

    private static RadioMemory Renew(RadioMemory radio, string usbId, string? serial, bool replaced)
    {
        var before = new FormerStick
        {
            PiId = radio.PiId,
            UsbId = radio.UsbId,
            Serial = radio.Serial,
            Manufacturer = radio.Manufacturer,
            Product = radio.Product,
            Controller = radio.Controller,
            PortChain = radio.PortChain,
            Replaced = replaced,
        };
        // A stick that is back in its place, or is flashed back, is no former one.
        IEnumerable<FormerStick> others = radio.Former.Where(
            former => !IsAlike(former, usbId, serial) && !IsAlike(former, before.UsbId, before.Serial));
        return radio with
        {
            UsbId = usbId,
            Serial = serial,
            SerialIsShared = radio.SerialIsShared && !replaced,
            Former = [.. others.Prepend(before).Take(Remembered)],
        };
    }

    private static bool IsAlike(FormerStick former, string usbId, string? serial) =>
        former.UsbId == usbId && StickText.IsSame(former.Serial, serial);
}
