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
        var unknown = new List<string>();
        IReadOnlyList<VhciPort> ports = Parse(text, controller, unknown);
        return unknown.Count == 0 ? ports : throw Malformed(unknown[0]);
    }

    /// <summary>The ports that are understood: what another one's line says is no reason not to know these.</summary>
    /// <param name="unknown">Gets the lines of another form.</param>
    public static IReadOnlyList<VhciPort> Parse(string text, int controller, ICollection<string> unknown)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(unknown);
        var ports = new List<VhciPort>();
        int high = 0, super = 0;
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] fields = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length == 0 || fields[0] == "hub") continue;
            // Counted whether or not the rest is understood: the hub's next port is the next one all the same.
            int hubPort = fields[0] switch
            {
                "hs" => ++high,
                "ss" => ++super,
                _ => 0,
            };
            if (hubPort > 0 && Read(fields, controller, hubPort) is { } port) ports.Add(port);
            else unknown.Add(line);
        }
        return ports;
    }

    /// <summary>The port that a line of another form is about; null if not even that can be told.</summary>
    internal static int? PortOf(string unknown)
    {
        string[] fields = unknown.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 1 && TryNumber(fields[1], out int number) ? number : null;
    }

    internal static FormatException Malformed(string line) => new($"vhci_hcd's status has a line that is not understood: '{line}'");

    private static VhciPort? Read(string[] fields, int controller, int hubPort)
    {
        if (fields.Length < 6 || !TryNumber(fields[1], out int number) || !TryNumber(fields[2], out int state)) return null;
        if (!TryNumber(fields[3], out int speed)) return null;
        if (!uint.TryParse(fields[4], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint devId)) return null;
        bool used = state == (int)VhciPortState.Used;
        return new VhciPort
        {
            Number = number,
            Controller = controller,
            Hub = fields[0] == "hs" ? VhciHubSpeed.High : VhciHubSpeed.Super,
            HubPort = hubPort,
            State = (VhciPortState)state,
            Speed = (UsbSpeed)speed,
            DevId = devId,
            // In every other state it says 0-0, and speed and device id are zero (port_show_vhci).
            LocalBusId = used && fields.Length > 6 && BusId.TryParseKernelName(fields[6], out BusId local) ? local : null,
        };
    }

    private static bool TryNumber(string field, out int value) =>
        int.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
