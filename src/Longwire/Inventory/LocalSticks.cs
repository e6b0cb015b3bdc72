using Longwire.Options;
using Longwire.Radios;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.UsbipHost;

namespace Longwire.Inventory;

/// <summary>The sticks of this machine, as <c>longwire export</c> would see them.</summary>
internal sealed class LocalSticks(SysfsRoot root, ExportOptions options, KnownRadios catalogue)
{
    private const byte HubClass = 0x09;
    private const byte CommunicationsClass = 0x02;

    private readonly UsbipHostDriver _usbipHost = new(root);

    public StickList Read()
    {
        List<(ListedStick Stick, SysfsUsbDevice Device)> found = [];
        foreach (SysfsUsbDevice device in UsbDevices.Enumerate(root))
        {
            if (device.DeviceClass.Class != HubClass && Look(device) is { } stick) found.Add((stick, device));
        }
        List<ListedStick> present = [.. found.Where(entry => !IsFromPi(entry.Device)).Select(entry => entry.Stick)];
        return new StickList(
            "Radios plugged into this machine",
            Pi: null,
            Exporter: null,
            [.. found.Select(entry => Judge(entry.Stick, entry.Device, present))],
            present.Count == 0 ? ["Nothing here looks like a radio: no known stick, and no device with a serial port."] : []);
    }

    private static bool IsFromPi(SysfsUsbDevice device) => device.DevicePath.Contains("/vhci_hcd", StringComparison.Ordinal);

    // Null: neither known, nor named, nor with anything serial about it.
    private ListedStick? Look(SysfsUsbDevice device)
    {
        // Reading the texts of a device that came over the network can wait for its peer.
        DeviceIdentity? identity = IsFromPi(device) ? null : device.ReadIdentity();
        Recognition? recognition = catalogue.Recognise(device.Id, identity?.Product, identity?.Manufacturer);
        var stick = new ListedStick
        {
            BusId = device.BusId,
            Port = UsbPort.Of(device.DevicePath, device.BusId),
            Id = device.Id,
            Manufacturer = identity?.Manufacturer,
            Product = identity?.Product,
            Serial = identity?.Serial ?? (identity is null ? null : ""),
            Recognition = recognition,
        };
        bool serial = device.Ttys.Any()
            || device.Interfaces.Any(i => i.Class.Class == CommunicationsClass)
            || UsbipHostDriver.IsBound(device);
        return recognition is not null || serial || RuleOf(stick) is not null ? stick : null;
    }

    private ListedStick Judge(ListedStick stick, SysfsUsbDevice device, List<ListedStick> present)
    {
        if (IsFromPi(device)) return stick with { Reason = "came here over USB/IP; it is plugged into another machine" };
        (Outlook outlook, string reason) = Judge(stick, device);
        return stick with { Outlook = outlook, Reason = reason, Line = MatchLine.For(stick, present, piName: null) };
    }

    private (Outlook Outlook, string Reason) Judge(ListedStick stick, SysfsUsbDevice device)
    {
        bool wanted = RuleOf(stick) is not null || (options.TakeRecognised && stick.Recognition is { Certain: true });
        if (UsbipHostDriver.IsBound(device))
        {
            return (wanted ? Outlook.Wanted : Outlook.NotWanted, _usbipHost.Status(device.BusId) switch
            {
                UsbipHostStatus.InUse => "is exported, and a host has it",
                UsbipHostStatus.Error => "is bound for export and in error state; longwire export recovers it",
                _ => "is exported and free",
            });
        }
        if (!wanted)
        {
            return stick.Recognition is { Certain: true } ? (Outlook.NotWanted, "not named in the options")
                : stick.Recognition is not null ? (Outlook.NotWanted, stick.InDoubt(
                    "may be a radio or anything else on the same chip; name it to export it"))
                : (Outlook.NotWanted, "not known as a radio; name it to export it");
        }
        string holders = string.Join(", ", OpenDevices.HoldersOf(root, device.Ttys));
        return holders.Length > 0
            ? (Outlook.NotOffered, $"not while {holders} has its serial port open; stop that first")
            : (Outlook.Wanted, "will be exported");
    }

    private RadioRule? RuleOf(ListedStick stick) =>
        options.Radios.FirstOrDefault(rule => rule.Match.Matches(stick.Id, stick.Serial, stick.Port));
}
