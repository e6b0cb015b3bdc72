using Longwire.Platform;
using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.Uevents;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Vhci;
using Microsoft.Extensions.Logging;

namespace Longwire.Attach.Ports;

/// <summary>
/// Other people's devices on vhci: with authorized_default held at 0 they would get no driver, so each that turns up on a port that is
/// not ours is authorized at once. Otherwise they are left alone, and named once.
/// </summary>
internal sealed class ForeignDevices(AttachKernel kernel, HubAuthorization hubs, ILogger logger)
{
    private readonly HashSet<string> _named = [];
    private bool _unknownSaid;

    /// <summary>Looks at one piece of the kernel's news, or at everything after an overrun. Never blocks.</summary>
    public void KernelChanged(Uevent uevent)
    {
        if (uevent.IsOverrun)
        {
            LookAtAll();
            return;
        }
        if (uevent.Subsystem != "usb" || uevent.DevType != "usb_device" || !uevent.DevPath.Contains("/vhci_hcd.", StringComparison.Ordinal))
        {
            return;
        }
        string name = uevent.DevPath[(uevent.DevPath.LastIndexOf('/') + 1)..];
        if (!BusId.TryParseKernelName(name, out BusId busId)) return;
        if (uevent.Action == "remove") _named.Remove(name);
        if (uevent.Action == "add") LookAt(busId, kernel.Vhci.ReadRootHubs(), Ports());
    }

    /// <summary>Called at start, too: what a crash of ours left without a driver gets one now.</summary>
    public void LookAtAll()
    {
        IReadOnlyList<VhciRootHub> rootHubs = kernel.Vhci.ReadRootHubs();
        IReadOnlyList<VhciPort> ports = Ports();
        foreach (SysfsUsbDevice device in UsbDevices.Enumerate(kernel.Root))
        {
            if (device.DevicePath.Contains("/vhci_hcd.", StringComparison.Ordinal)) LookAt(device.BusId, rootHubs, ports);
        }
    }

    // A line that we do not know may be anybody's port: it is said once, and costs nobody else anything.
    private IReadOnlyList<VhciPort> Ports()
    {
        var unknown = new List<string>();
        IReadOnlyList<VhciPort> ports = kernel.Vhci.ReadPorts(unknown);
        if (unknown.Count > 0 && !_unknownSaid) AttachLog.UnknownPort(logger, unknown[0]);
        _unknownSaid |= unknown.Count > 0;
        return ports;
    }

    private void LookAt(BusId busId, IReadOnlyList<VhciRootHub> rootHubs, IReadOnlyList<VhciPort> ports)
    {
        string text = busId.ToString();
        VhciRootHub? hub = rootHubs.FirstOrDefault(candidate => text.StartsWith($"{candidate.BusNumber}-", StringComparison.Ordinal));
        if (hub is null) return;
        foreach (VhciPort port in ports)
        {
            // A device behind a stranger's hub (3-1.2) hangs on the same port.
            if (port.Controller != hub.Controller || port.Hub != hub.Speed || hub.BusIdOf(port.HubPort).ToString() != text.Split('.')[0])
            {
                continue;
            }
            // On a free port it is a device that is just going.
            if (port.State == VhciPortState.Null || kernel.Leases.IsOurs(port.Number)) return;
            if (_named.Add(text)) AttachLog.Stranger(logger.About("vhci", text), port.Number, text);
            // What was found there before us is what its owner may expect.
            if (hubs.Found.TryGetValue(hub.Name, out int found)
                && found == 1
                && UsbDevices.TryRead(kernel.Root, busId) is { Authorized: false })
            {
                Authorize(busId);
            }
            return;
        }
    }

    private void Authorize(BusId busId)
    {
        // The write waits for the device's lock, and its peer may be silent: the reconciler must not.
        var thread = new Thread(() =>
        {
            try
            {
                kernel.Authorization.SetAuthorized(busId, authorized: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
            {
                AttachLog.StrangerNotAuthorized(logger.About("vhci", busId.ToString()), busId.ToString(), e.Message);
            }
        }) { IsBackground = true, Name = $"authorize {busId}" };
        thread.Start();
    }
}
