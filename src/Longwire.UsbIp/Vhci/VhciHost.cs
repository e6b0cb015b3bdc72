using System.Globalization;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.Usb;

namespace Longwire.UsbIp.Vhci;

/// <summary>
/// The kernel's vhci_hcd, the host end of USB/IP (drivers/usb/usbip/vhci_sysfs.c). All attributes stand at the first
/// controller, vhci_hcd.0, whichever controller a port is on. How many there are differs from machine to machine: it is read,
/// never assumed.
/// </summary>
public sealed class VhciHost
{
    private readonly SysfsRoot _root;
    private readonly string _attributes;
    private readonly Action<string, string> _write;
    private IReadOnlyList<VhciRootHub> _rootHubs = [];

    public VhciHost(SysfsRoot root)
        : this(root, SysfsFile.Write)
    {
    }

    /// <summary>For tests: sees every write, in order, and can play the kernel.</summary>
    internal VhciHost(SysfsRoot root, Action<string, string> write)
    {
        ArgumentNullException.ThrowIfNull(root);
        _root = root;
        _attributes = Path.Combine(root.Sys, "devices/platform/vhci_hcd.0");
        _write = write;
    }

    /// <summary>False: the module vhci-hcd is not loaded, or this kernel has none.</summary>
    public bool IsPresent => File.Exists(Path.Combine(_attributes, "attach"));

    /// <summary>
    /// Every port of every controller whose line is of a form that we know, in the kernel's order. Takes no lock that a silent peer could
    /// hold.
    /// </summary>
    public IReadOnlyList<VhciPort> ReadPorts() => ReadPorts([]);

    /// <inheritdoc cref="ReadPorts()"/>
    /// <param name="unknown">Gets the lines of another form.</param>
    public IReadOnlyList<VhciPort> ReadPorts(ICollection<string> unknown)
    {
        var ports = new List<VhciPort>();
        for (int controller = 0; ; controller++)
        {
            string name = controller == 0 ? "status" : string.Create(CultureInfo.InvariantCulture, $"status.{controller}");
            if (SysfsFile.Read(Path.Combine(_attributes, name)) is not { } text) return ports;
            ports.AddRange(VhciStatusParser.Parse(text, controller, unknown));
        }
    }

    /// <summary>Null: there is no such port.</summary>
    /// <exception cref="FormatException">The port's line, or one that may be its line, has another form than the one we know.</exception>
    public VhciPort? ReadPort(int number)
    {
        var unknown = new List<string>();
        foreach (VhciPort port in ReadPorts(unknown))
        {
            if (port.Number == number) return port;
        }
        foreach (string line in unknown)
        {
            if (VhciStatusParser.PortOf(line) is not { } other || other == number) throw VhciStatusParser.Malformed(line);
        }
        return null;
    }

    /// <summary>
    /// Every root hub of every controller. They stand as long as the module is loaded, and each port is asked for its own: what was
    /// read is kept until a folder of it is gone. A module that is just being loaded shows its ports before its root hubs: what was read
    /// then is not kept.
    /// </summary>
    public IReadOnlyList<VhciRootHub> ReadRootHubs()
    {
        IReadOnlyList<VhciRootHub> known = _rootHubs;
        if (known.Count > 0 && Directory.Exists(known[0].Folder) && Directory.Exists(known[^1].Folder)) return known;
        List<VhciRootHub> hubs = ScanRootHubs();
        _rootHubs = ReadPorts().All(port => HubOf(port, hubs) is not null) ? hubs : [];
        return hubs;
    }

    /// <summary>The hub that a port hangs on; null if it is not there (yet).</summary>
    public VhciRootHub? RootHubOf(VhciPort port) => HubOf(port, ReadRootHubs());

    private static VhciRootHub? HubOf(VhciPort port, IReadOnlyList<VhciRootHub> hubs)
    {
        foreach (VhciRootHub hub in hubs)
        {
            if (hub.Controller == port.Controller && hub.Speed == port.Hub) return hub;
        }
        return null;
    }

    private List<VhciRootHub> ScanRootHubs()
    {
        var hubs = new List<VhciRootHub>();
        for (int controller = 0; ; controller++)
        {
            string folder = Path.Combine(_root.Sys, string.Create(CultureInfo.InvariantCulture, $"devices/platform/vhci_hcd.{controller}"));
            if (!Directory.Exists(folder)) return hubs;
            // Empty where the folder goes right now: the module is being unloaded.
            foreach (string name in SysfsFolder.Names(folder))
            {
                if (!name.StartsWith("usb", StringComparison.Ordinal)) continue;
                if (!int.TryParse(name.AsSpan(3), NumberStyles.None, CultureInfo.InvariantCulture, out int bus)) continue;
                string hub = Path.Combine(folder, name);
                if (SysfsFile.Read(Path.Combine(hub, "speed")) is not { } speed) continue;
                VhciHubSpeed hubSpeed = UsbDevices.ParseSpeed(speed) < UsbSpeed.Super ? VhciHubSpeed.High : VhciHubSpeed.Super;
                hubs.Add(new VhciRootHub(hub, bus, controller, hubSpeed));
            }
        }
    }

    /// <summary>
    /// Ports of the wrong half take the device elsewhere and cannot be detached (drivers/usb/usbip/vhci_sysfs.c, attach_store).
    /// </summary>
    public static VhciHubSpeed HubFor(UsbSpeed speed) => speed < UsbSpeed.Super ? VhciHubSpeed.High : VhciHubSpeed.Super;

    /// <summary>
    /// Hands a connected stream socket to a port. The kernel takes a reference of its own. Success says only that the port was
    /// free: whether a device appears must be waited for.
    /// </summary>
    /// <param name="socket">TCP, or one end of an AF_UNIX pair.</param>
    /// <returns>
    /// As what the device is on the port: one of SuperSpeedPlus as one of SuperSpeed, where this kernel's vhci_hcd knows no faster
    /// (attach_store in vhci_sysfs.c lists the speeds that it takes). Both are on the same half.
    /// </returns>
    /// <exception cref="KernelRefusedException">
    /// EBUSY: somebody took the port first. EAGAIN: the controller is not ready. EINVAL: bad arguments.
    /// </exception>
    public UsbSpeed Attach(VhciPort port, System.Runtime.InteropServices.SafeHandle socket, uint devId, UsbSpeed speed)
    {
        ArgumentNullException.ThrowIfNull(socket);
        if (speed is UsbSpeed.Unknown) throw new ArgumentException("The kernel refuses a device of unknown speed.", nameof(speed));
        if (port.Hub != HubFor(speed))
        {
            throw new ArgumentException($"Port {port.Number} is not of the half that takes {speed} speed devices.", nameof(port));
        }
        bool held = false;
        try
        {
            socket.DangerousAddRef(ref held);
            try
            {
                WriteAttach(port, socket.DangerousGetHandle(), devId, speed);
                return speed;
            }
            catch (KernelRefusedException e) when (speed == UsbSpeed.SuperPlus && e.ErrorNumber == Errno.InvalidArgument)
            {
                WriteAttach(port, socket.DangerousGetHandle(), devId, UsbSpeed.Super);
                return UsbSpeed.Super;
            }
        }
        finally
        {
            if (held) socket.DangerousRelease();
        }
    }

    private void WriteAttach(VhciPort port, nint socket, uint devId, UsbSpeed speed) => _write(
        Path.Combine(_attributes, "attach"),
        string.Create(CultureInfo.InvariantCulture, $"{port.Number} {socket} {devId} {(uint)speed}"));

    /// <summary>
    /// Frees a port if the device on it is still the one that was put there: port numbers are shared with every other user of
    /// vhci, and what stood there a moment ago may be somebody else's now.
    /// </summary>
    /// <remarks>
    /// Before a device is enumerated (005) the kernel does not say whose it is; only an attachment that never got further can be meant
    /// then. Who still holds the socket should end that instead: it cannot hit anybody else's.
    /// </remarks>
    /// <returns>True if the port was freed or is free already; false if something else is on it.</returns>
    public bool DetachIfStill(VhciAttachment attachment)
    {
        ArgumentNullException.ThrowIfNull(attachment);
        if (ReadPort(attachment.Port) is not { } port || port.State == VhciPortState.Null) return true;
        if (!attachment.IsOn(port, DeviceNumberOf)) return false;
        try
        {
            _write(Path.Combine(_attributes, "detach"), attachment.Port.ToString(CultureInfo.InvariantCulture));
            return true;
        }
        catch (KernelRefusedException e) when (e.ErrorNumber == Errno.InvalidArgument)
        {
            // It became free between the look and the write.
            return true;
        }
    }

    /// <summary>The name a device on this port has, or had: it is free for the next one only when that name is gone from sysfs.</summary>
    public BusId? LocalBusIdOf(VhciPort port) => RootHubOf(port)?.BusIdOf(port.HubPort);

    /// <summary>
    /// Whether a new device may be put here: free, and the former device's removal done (its sysfs folder goes right after its
    /// <c>remove</c> uevent). A port taken in between stays at 005 for ever.
    /// </summary>
    public bool IsReusable(VhciPort port) =>
        port.State == VhciPortState.Null
            && (LocalBusIdOf(port) is not { } busId || !Directory.Exists(Path.Combine(_root.UsbDevices, busId.KernelName)));

    private int DeviceNumberOf(BusId local) =>
        SysfsFile.Read(Path.Combine(_root.UsbDevices, local.KernelName, "devnum")) is { } text
        && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;
}
