using System.Globalization;
using System.Net;
using Longwire.Attach.Memory;
using Longwire.Options;
using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Vhci;

namespace Longwire.MovingIn;

/// <summary>
/// Radios of our Pis that somebody else attached here. The kernel keeps no record of the far end; the stock tool leaves a note of its
/// own, /run/vhci_hcd/portN, "address port busid", which outlives what it is about: it counts only while the kernel's port agrees.
/// </summary>
/// <param name="root">/ (tests have a tree of their own).</param>
internal sealed class ForeignPorts(string root, SysfsRoot sysfs)
{
    /// <param name="known">What attach remembers: ports that are ours by it are none of them.</param>
    public IEnumerable<Leftover> Find(IReadOnlyCollection<PiOptions> pis, IReadOnlyCollection<RadioMemory> known)
    {
        foreach (VhciPort port in Used())
        {
            if (known.Any(radio => radio.Attached?.Port == port.Number)) continue;
            if (Note(port) is not { } note || pis.FirstOrDefault(pi => IsAt(pi, note.Address)) is not { } pi) continue;
            yield return new Leftover(
                $"The stock tool attached {note.BusId} of {pi.DisplayName} ({note.Address}) on vhci port {port.Number}, so Longwire cannot have it",
                [$"usbip detach -p {port.Number.ToString(CultureInfo.InvariantCulture)}"]);
        }
    }

    private IEnumerable<VhciPort> Used()
    {
        try
        {
            return new VhciHost(sysfs).ReadPorts().Where(port => port.State == VhciPortState.Used);
        }
        catch (FormatException)
        {
            // Said where ports are used.
            return [];
        }
    }

    private (string Address, BusId BusId)? Note(VhciPort port)
    {
        string path = Path.Combine(root, "run/vhci_hcd", "port" + port.Number.ToString(CultureInfo.InvariantCulture));
        try
        {
            string[] words = File.ReadAllText(path).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length != 3 || !BusId.TryParse(words[2], out BusId busId)) return null;
            // The bus number is the upper half of the port's device id.
            bool sameBus = busId.ToString().StartsWith((port.DevId >> 16).ToString(CultureInfo.InvariantCulture) + "-", StringComparison.Ordinal);
            return sameBus ? (words[0], busId) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool IsAt(PiOptions pi, string address) =>
        string.Equals(pi.EndPoint.Host, address, StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(pi.EndPoint.Host, out IPAddress? ours) && IPAddress.TryParse(address, out IPAddress? theirs) && ours.Equals(theirs));
}
