using System.Globalization;
using System.Net;
using Longwire.Attach.Memory;
using Longwire.Options;
using Longwire.Radios;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Vhci;

namespace Longwire.Migration;

/// <summary>
/// Radios that somebody else attached here: another USB/IP app, or the stock tool. The kernel keeps no record of the far end, and an app
/// sees nothing of another one but what it did to vhci. The stock tool leaves a note of its own, /run/vhci_hcd/portN, "address port busid",
/// which outlives what it is about: it counts only while the kernel's port agrees.
/// </summary>
/// <param name="root">/ (tests have a tree of their own).</param>
internal sealed class ForeignPorts(string root, SysfsRoot sysfs)
{
    /// <param name="known">What attach remembers: ports that are ours by it are none of them.</param>
    public IEnumerable<FormerSetupPart> Find(IReadOnlyCollection<PiOptions> pis, IReadOnlyCollection<RadioMemory> known)
    {
        foreach (VhciPort port in Used())
        {
            if (known.Any(radio => radio.Attached?.Port == port.Number)) continue;
            string[] commands = [$"usbip detach -p {port.Number.ToString(CultureInfo.InvariantCulture)}"];
            if (Note(port) is { } note)
            {
                // A stick of somebody else's Pi is no business of ours.
                if (pis.FirstOrDefault(pi => IsAt(pi, note.Address)) is not { } pi) continue;
                yield return new FormerSetupPart(
                    $"The stock tool attached {note.BusId} of {pi.DisplayName} ({note.Address}) on vhci port {port.Number}, so Longwire "
                        + "cannot have it", [.. commands]);
            }
            else if (RadioOn(port, known) is { } radio)
            {
                yield return new FormerSetupPart(
                    $"Another USB/IP app, or usbip attach, has put {radio} on vhci port {port.Number}. If it is one of your radios, "
                        + "Longwire cannot have it: "
                    + "stop that app and switch off its 'Start on boot' (Settings → Apps), or free the port where there is a shell",
                    [.. commands]);
            }
        }
    }

    // Its texts stay unread: for a device that came over the network that can wait for its peer.
    private string? RadioOn(VhciPort port, IReadOnlyCollection<RadioMemory> known)
    {
        if (port.LocalBusId is not { } busId || UsbDevices.TryRead(sysfs, busId) is not { } device) return null;
        string id = device.Id.ToString();
        string? name = known.FirstOrDefault(radio => radio.UsbId == id)?.Name
            ?? KnownRadios.Default.Recognise(device.Id, product: null, manufacturer: null)?.Name;
        return name is null ? null : $"{name} ({id})";
    }

    private IEnumerable<VhciPort> Used() => new VhciHost(sysfs).ReadPorts().Where(port => port.State == VhciPortState.Used);

    private (string Address, BusId BusId)? Note(VhciPort port)
    {
        string path = Path.Combine(root, "run/vhci_hcd", "port" + port.Number.ToString(CultureInfo.InvariantCulture));
        try
        {
            string[] words = File.ReadAllText(path).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length != 3 || !BusId.TryParseKernelName(words[2], out BusId busId)) return null;
            // The bus number is the upper half of the port's device id.
            bool sameBus = busId.ToString().StartsWith(
                (port.DevId >> 16).ToString(CultureInfo.InvariantCulture) + "-", StringComparison.Ordinal);
            return sameBus ? (words[0], busId) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool IsAt(PiOptions pi, string address) =>
        string.Equals(pi.EndPoint.Host, address, StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(pi.EndPoint.Host, out IPAddress? ours) && IPAddress.TryParse(address, out IPAddress? theirs) && ours
            .Equals(theirs));
}
