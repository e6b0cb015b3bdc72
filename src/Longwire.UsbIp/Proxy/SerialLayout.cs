using System.Collections.Immutable;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Proxy;

/// <summary>
/// A stick's serial ports, from its descriptors: what the drivers cdc_acm, ftdi_sio, cp210x, ch341 and pl2303 make of them.
/// </summary>
public static class SerialLayout
{
    private const int InterfaceNumberAt = 2;
    private const int AlternateSettingAt = 3;
    private const int ClassAt = 5;
    private const int EndpointAddressAt = 2;
    private const int EndpointAttributesAt = 3;
    private const int FunctionalSubtypeAt = 2;
    private const byte InDirection = 0x80;
    private const byte EndpointNumber = 0x0F;
    private const byte TransferType = 3;
    private const byte Bulk = 2;
    private const byte CdcData = 0x0A;
    private const byte VendorSpecific = 0xFF;

    // USB CDC 1.2, table 13: bDescriptorSubtype of a Union Functional Descriptor.
    private const byte Union = 6;

    private const ushort Ftdi = 0x0403;
    private const ushort SiliconLabs = 0x10C4;
    private const ushort Wch = 0x1A86;
    private const ushort FormerWch = 0x4348;
    private const ushort Prolific = 0x067B;

    /// <summary>The ports in the order of their interfaces; those whose driver sets DTR otherwise are not among them.</summary>
    public static ImmutableArray<SerialPort> Of(DeviceIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        List<Interface> interfaces = Read(identity.Descriptors.Span[DeviceDescriptor.Size..]);
        List<Interface> serial = interfaces.FindAll(part => part is { Class: CdcData or VendorSpecific, In: not null, Out: not null });
        return
        [
            .. serial.Select(part => new SerialPort(part.In!.Value, part.Out!.Value, LineIndex(part, identity.Id, serial.Count))),
        ];
    }

    /// <summary>
    /// What the driver asks at close() and may never have asked before: whether everything is sent, and how the modem lines are
    /// (ftdi_sio.c, cp210x.c).
    /// </summary>
    public static ImmutableArray<SetupPacket> AskedAtClose(DeviceIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        return identity.Id.Vendor switch
        {
            Ftdi => [.. Of(identity).Select(port => new SetupPacket(0xC0, 0x05, 0, port.LineIndex, 2))],
            SiliconLabs =>
            [
                .. Of(identity).SelectMany(
                    IEnumerable<SetupPacket> (port) =>
                        [new(0xC1, 0x08, 0, port.LineIndex, 1), new(0xC1, 0x10, 0, port.LineIndex, 0x13)]),
            ],
            _ => [],
        };
    }

    /// <summary>
    /// The chip, by its maker: some of WCH's are CDC ACM, and a chip under the ids of whoever built it in is not recognised.
    /// </summary>
    public static SerialChip ChipOf(DeviceIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        bool isAcm = Read(identity.Descriptors.Span[DeviceDescriptor.Size..]).Exists(part => part.Class == CdcData);
        return identity.Id.Vendor switch
        {
            Wch or FormerWch when !isAcm => SerialChip.Ch341,
            Prolific when !isAcm => SerialChip.Pl2303,
            _ => SerialChip.Other,
        };
    }

    private static ushort LineIndex(Interface part, UsbId id, int ports) => part.Class switch
    {
        CdcData => part.Control,
        _ when id.Vendor == Ftdi => (ushort)(ports == 1 ? 0 : part.Number + 1),
        _ => part.Number,
    };

    private static List<Interface> Read(ReadOnlySpan<byte> descriptors)
    {
        var interfaces = new List<Interface>();
        var controls = new Dictionary<byte, byte>();
        Interface? current = null;
        for (ReadOnlySpan<byte> rest = descriptors; rest.Length >= 2 && rest[0] >= 2 && rest[0] <= rest.Length; rest = rest[rest[0]..])
        {
            ReadOnlySpan<byte> one = rest[..rest[0]];
            switch (one[1])
            {
                case DescriptorType.Interface when one.Length > ClassAt:
                    // Without a union, the control interface is the one before.
                    byte number = one[InterfaceNumberAt];
                    byte control = controls.GetValueOrDefault(number, (byte)Math.Max(0, number - 1));
                    current = one[AlternateSettingAt] == 0 ? new Interface(number, one[ClassAt], control) : null;
                    if (current is not null) interfaces.Add(current);
                    break;
                case DescriptorType.Endpoint when current is not null && one.Length > EndpointAttributesAt:
                    AddEndpoint(current, one[EndpointAddressAt], one[EndpointAttributesAt]);
                    break;
                case DescriptorType.CdcFunctional when one.Length >= 5 && one[FunctionalSubtypeAt] == Union:
                    controls[one[4]] = one[3];
                    break;
            }
        }
        return interfaces;
    }

    private static void AddEndpoint(Interface to, byte address, byte attributes)
    {
        if ((attributes & TransferType) != Bulk) return;
        if ((address & InDirection) != 0) to.In ??= (uint)(address & EndpointNumber);
        else to.Out ??= (uint)(address & EndpointNumber);
    }

    private sealed class Interface(byte number, byte interfaceClass, byte control)
    {
        public byte Number => number;
        public byte Class => interfaceClass;
        public byte Control => control;
        public uint? In { get; set; }
        public uint? Out { get; set; }
    }
}
