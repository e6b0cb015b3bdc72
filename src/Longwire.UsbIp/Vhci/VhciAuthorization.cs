using System.Globalization;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Usb;

namespace Longwire.UsbIp.Vhci;

/// <summary>
/// Whether drivers may bind to what turns up under vhci_hcd (Documentation/usb/authorization.rst). Reaches devices and hubs
/// of vhci_hcd only: a mistake here must not switch off somebody's keyboard.
/// </summary>
public sealed class VhciAuthorization(SysfsRoot root, VhciHost vhci)
{
    private const string Default = "authorized_default";

    /// <summary>The hub's setting for new devices: 0 no, 1 yes, 2 internal ports only. Null if the hub went.</summary>
    public static int? ReadDefault(VhciRootHub hub)
    {
        ArgumentNullException.ThrowIfNull(hub);
        return SysfsFile.Read(Path.Combine(hub.Folder, Default)) is { } text
            && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) ? value : null;
    }

    /// <exception cref="KernelRefusedException">The kernel said no: most likely sysfs is read-only here.</exception>
    public static void WriteDefault(VhciRootHub hub, int value)
    {
        ArgumentNullException.ThrowIfNull(hub);
        SysfsFile.Write(DefaultPath(hub), value.ToString(CultureInfo.InvariantCulture));
    }

    public static string DefaultPath(VhciRootHub hub)
    {
        ArgumentNullException.ThrowIfNull(hub);
        return Path.Combine(hub.Folder, Default);
    }

    /// <summary>
    /// Lets drivers bind to one device, or takes them away. <b>May block</b> for as long as the device's peer is silent: the write
    /// takes the device's lock. Call it on a thread of its own.
    /// </summary>
    /// <exception cref="KernelRefusedException">The kernel said no, or the device is gone.</exception>
    /// <exception cref="ArgumentException">The device is not under vhci_hcd.</exception>
    public void SetAuthorized(BusId busId, bool authorized)
    {
        if (!IsUnderVhci(busId)) throw new ArgumentException($"{busId} is not a device under vhci_hcd.", nameof(busId));
        SysfsFile.Write(Path.Combine(root.UsbDevices, busId.KernelName, "authorized"), authorized ? "1" : "0");
    }

    /// <summary>
    /// Takes one interface from its driver, and lets none bind to it any more. <b>May block</b>, as <see cref="SetAuthorized"/> may.
    /// </summary>
    /// <param name="name">As sysfs names it: <c>3-1:1.5</c>.</param>
    /// <exception cref="KernelRefusedException">The kernel said no, or the interface is gone.</exception>
    /// <exception cref="ArgumentException">The device is not under vhci_hcd.</exception>
    public void DeauthorizeInterface(BusId busId, string name)
    {
        if (!IsUnderVhci(busId)) throw new ArgumentException($"{busId} is not a device under vhci_hcd.", nameof(busId));
        SysfsFile.Write(Path.Combine(root.UsbDevices, busId.KernelName, name, "authorized"), "0");
    }

    public bool IsUnderVhci(BusId busId)
    {
        if (!busId.IsKernelName) return false;
        string text = busId.KernelName;
        string hub = "usb" + text[..text.IndexOf('-', StringComparison.Ordinal)];
        return vhci.ReadRootHubs().Any(candidate => candidate.Name == hub);
    }
}
