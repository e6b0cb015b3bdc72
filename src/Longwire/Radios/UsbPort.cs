using System.Buffers;
using Longwire.UsbIp.Usb;

namespace Longwire.Radios;

/// <summary>
/// Where a radio is plugged in: the controller's path in sysfs and the chain of hub ports. Not the bus number, which
/// changes from boot to boot. Written <c>1.4</c>, or <c>platform/soc/3f980000.usb/1.4</c> with the controller. Of a server that calls its
/// sticks otherwise than a kernel does, it is what it calls them: <c>zwave</c>.
/// </summary>
/// <param name="Controller">Below /sys/devices, no slash at either end; null where it is not known or not asked for.</param>
/// <param name="Chain">Hub ports from the root hub on: <c>1.4</c>; see <see cref="BusId.PortChain"/>.</param>
internal readonly record struct UsbPort(string? Controller, string Chain)
{
    private static readonly SearchValues<char> s_portLetters = SearchValues.Create("0123456789.,/ ");

    private const string Devices = "/sys/devices/";

    /// <summary>The port of a device whose sysfs path is known: /sys/devices/platform/soc/3f980000.usb/usb1/1-1/1-1.4.</summary>
    public static UsbPort Of(string sysfsPath, BusId busId)
    {
        string? controller = null;
        int root = busId.IsKernelName ? sysfsPath.IndexOf("/usb" + BusNumber(busId) + "/", StringComparison.Ordinal) : -1;
        if (root > Devices.Length && sysfsPath.StartsWith(Devices, StringComparison.Ordinal)) controller = sysfsPath[Devices.Length..root];
        return new UsbPort(controller, busId.PortChain);
    }

    public static bool TryParse(string text, out UsbPort port)
    {
        port = default;
        text = text.Trim();
        int slash = text.LastIndexOf('/');
        string chain = text[(slash + 1)..];
        // The kernel's name of a device has the same grammar behind its bus number.
        if (!BusId.TryParseKernelName("1-" + chain, out _)) return TryParseOpaque(text, chain, out port);
        string? controller = slash < 0 ? null : text[..slash].Trim('/');
        if (controller is not null && controller.StartsWith(Devices[1..], StringComparison.Ordinal))
        {
            controller = controller[(Devices.Length - 1)..];
        }
        if (controller is "") return false;
        port = new UsbPort(controller, chain);
        return true;
    }

    /// <summary>
    /// Whether a port that a person wrote means <paramref name="actual"/>: the last parts of the controller's path are enough.
    /// </summary>
    public bool Covers(UsbPort actual)
    {
        // A server's own name may have a slash in it.
        if (actual.Controller is null && ToString() == actual.Chain) return true;
        if (Chain != actual.Chain) return false;
        if (Controller is null) return true;
        return actual.Controller is not null && ('/' + actual.Controller).EndsWith('/' + Controller, StringComparison.Ordinal);
    }

    public override string ToString() => Controller is null ? Chain : $"{Controller}/{Chain}";

    // A name that a server gave. What is a bus id of a kernel, or a chain of ports with a slip in it, is taken for none.
    private static bool TryParseOpaque(string text, string chain, out UsbPort port)
    {
        port = default;
        if (!BusId.TryParse(text, out BusId busId)) return false;
        // With an interface behind it, too: 1-1.3:1.0.
        if (BusId.TryParseKernelName(chain.Split(':')[0], out _)) return false;
        if (!text.AsSpan().ContainsAnyExcept(s_portLetters)) return false;
        port = new UsbPort(null, busId.PortChain);
        return true;
    }

    private static string BusNumber(BusId busId)
    {
        string text = busId.ToString();
        return text[..text.IndexOf('-', StringComparison.Ordinal)];
    }
}
