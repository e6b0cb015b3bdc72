using System.Globalization;
using Longwire.UsbIp.Usb;

namespace Longwire.UsbIp.Vhci;

/// <summary>
/// Reads one status file of vhci_hcd (status_show_vhci, drivers/usb/usbip/vhci_sysfs.c):
/// <c>hub port sta spd dev      sockfd local_busid</c>, then a line per port.
/// Split on white space, never by column: widths changed between kernels.
/// </summary>
public static class VhciStatusParser
{
    /// <param name="text">The file's content.</param>
    /// <param name="controller">The number behind <c>status.</c>; 0 for the file without one.</param>
    /// <exception cref="FormatException">A line is not of the kernel's form; the message quotes it.</exception>
    public static IReadOnlyList<VhciPort> Parse(string text, int controller)
    {
        var ports = new List<VhciPort>();
        int high = 0, super = 0;
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] fields = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length == 0 || fields[0] == "hub") continue;
            if (fields.Length < 6) throw Malformed(line);
            VhciHubSpeed hub = fields[0] switch
            {
                "hs" => VhciHubSpeed.High,
                "ss" => VhciHubSpeed.Super,
                _ => throw Malformed(line),
            };
            var state = (VhciPortState)Number(fields[2], line);
            ports.Add(new VhciPort
            {
                Number = Number(fields[1], line),
                Controller = controller,
                Hub = hub,
                HubPort = hub == VhciHubSpeed.High ? ++high : ++super,
                State = state,
                Speed = (UsbSpeed)Number(fields[3], line),
                DevId = uint.TryParse(fields[4], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint devId)
                    ? devId
                    : throw Malformed(line),
                // In every other state it says 0-0, and speed and device id are zero (port_show_vhci).
                LocalBusId = state == VhciPortState.Used && fields.Length > 6 && BusId.TryParse(fields[6], out BusId local) ? local : null,
            });
        }
        return ports;
    }

    private static int Number(string field, string line) =>
        int.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : throw Malformed(line);

    private static FormatException Malformed(string line) => new($"vhci_hcd's status has a line that is not understood: '{line}'");
}
