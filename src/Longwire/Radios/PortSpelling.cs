using System.Globalization;
using System.Text.RegularExpressions;

namespace Longwire.Radios;

/// <summary>
/// A port as people find it elsewhere and write it down: <c>1-1.3</c> in a log, <c>1-1.3:1.0</c> in sysfs,
/// <c>platform-3f980000.usb-usb-0:1.3:1.0</c> below /dev/serial/by-path. It is not taken for a port; but the right spelling can be named.
/// </summary>
internal static partial class PortSpelling
{
    private const int LongestText = 255;

    /// <summary>The port that seems to be meant, without a controller; null if none is.</summary>
    public static UsbPort? Read(string text)
    {
        text = text.Trim();
        if (text.Length > LongestText) return null;
        Match match = Pattern().Match(text[(text.LastIndexOf('/') + 1)..]);
        if (!match.Success) return null;
        string[] ports = match.Groups["chain"].Value.Split('.', ',', '-');
        return Array.TrueForAll(ports, port => byte.TryParse(port, CultureInfo.InvariantCulture, out _))
            ? new UsbPort(null, string.Join('.', ports.Select(port => byte.Parse(port, CultureInfo.InvariantCulture))))
            : null;
    }

    // Behind a by-path name's controller, behind a bus number, or alone; what an interface or a port of a driver adds is left out.
    [GeneratedRegex(@"^(?:.*-usb(?:v\d+)?-\d+:|(?:usb)?\d+-)?(?<chain>\d+(?:[.,-]\d+)*)[.,]?(?::\d+\.\d+(?:-port\d+)?)?$")]
    private static partial Regex Pattern();
}
