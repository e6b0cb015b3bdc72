using Longwire.Options;
using Longwire.Radios;
using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.Usb;

namespace Longwire.Export.Sticks;

/// <param name="Name">As a person named it, else as it is known, else as it calls itself.</param>
/// <param name="Doubtful">Not wanted, but it may well be a radio: worth a line that tells how to have it.</param>
internal sealed record RadioChoice(bool Wanted, string Name, bool Doubtful)
{
    /// <summary>The entry for <c>radios</c> that would make it wanted.</summary>
    public static string Line(SysfsUsbDevice device, DeviceIdentity identity) =>
        identity.Serial is { } serial && !serial.Contains('"', StringComparison.Ordinal) && !serial.Contains('\\', StringComparison.Ordinal)
            ? $"- match: \"{device.Id}:{serial}\""
            : $"- match: \"{device.Id}\"";
}

/// <summary>Which sticks are ours to export: those the options name, else (if they name none) those recognised with certainty.</summary>
internal sealed class RadioSelection(ExportOptions options, KnownRadios known)
{
    private const byte HubClass = 0x09;

    /// <summary>Hubs are never exported; nor is what itself came through vhci_hcd, which usbip-host refuses (stub_probe).</summary>
    public static bool CanBeExported(SysfsUsbDevice device) =>
        device.DeviceClass.Class != HubClass && !device.DevicePath.Contains("/vhci_hcd", StringComparison.Ordinal);

    public RadioSelection With(ExportOptions changed) => new(changed, known);

    public RadioChoice Choose(SysfsUsbDevice device, DeviceIdentity identity)
    {
        UsbPort port = UsbPort.Of(device.DevicePath, device.BusId);
        Recognition? recognition = known.Recognise(identity);
        RadioRule? rule = options.Radios.FirstOrDefault(r => r.Match.Matches(device.Id, identity.Serial, port));
        bool wanted = rule is not null || (options.TakeRecognised && recognition is { Certain: true });
        string name = rule?.Name ?? recognition?.Name ?? identity.Product ?? "USB device";
        return new RadioChoice(wanted, name, Doubtful: !wanted && recognition is not null);
    }
}
