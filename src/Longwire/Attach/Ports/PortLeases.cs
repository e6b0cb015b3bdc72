using System.Collections.Immutable;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Vhci;

namespace Longwire.Attach.Ports;

/// <summary>
/// Which vhci ports are ours, from just before the kernel gets the socket until the port is free and its device gone. What is on
/// any other port is somebody else's.
/// </summary>
internal sealed class PortLeases(VhciHost vhci)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, (int Controller, VhciHubSpeed Hub)> _ours = [];
    private readonly Dictionary<(int Controller, VhciHubSpeed Hub), SemaphoreSlim> _turns = [];

    public bool IsOurs(int port)
    {
        lock (_gate) return _ours.ContainsKey(port);
    }

    /// <summary>
    /// Takes the best free port: the wanted one; else one that no other radio had last, for names by path depend on ports, and if
    /// there is a choice on a root hub that carries none of ours and none that is about to come back to its port there, so that a peer that
    /// falls silent holds up nobody.
    /// Null if none is free for this speed.
    /// </summary>
    /// <param name="except">Ports that turned out to be somebody else's in this attempt.</param>
    public VhciPort? Take(UsbSpeed speed, int? wanted, ImmutableArray<int> others, IReadOnlySet<int> except)
    {
        IReadOnlyList<VhciPort> ports = vhci.ReadPorts();
        HashSet<(int, VhciHubSpeed)> othersHubs =
        [
            .. ports.Where(port => others.Contains(port.Number)).Select(port => (port.Controller, port.Hub)),
        ];
        lock (_gate)
        {
            VhciPort? best = null;
            int bestRank = int.MaxValue;
            foreach (VhciPort port in ports)
            {
                if (port.Hub != VhciHost.HubFor(speed) || _ours.ContainsKey(port.Number) || except.Contains(port.Number)) continue;
                if (!vhci.IsReusable(port)) continue;
                int rank = port.Number == wanted ? 0 : others.Contains(port.Number) ? 3 : _ours.ContainsValue((port.Controller, port.Hub))
                    || othersHubs.Contains((port.Controller, port.Hub)) ? 2 : 1;
                if (rank < bestRank) (best, bestRank) = (port, rank);
            }
            if (best is { } taken) _ours.Add(taken.Number, (taken.Controller, taken.Hub));
            return best;
        }
    }

    /// <summary>Whether a port that is wanted will be free in a moment: it was ours, or its device is just going.</summary>
    public bool IsAboutToBeFree(int port, UsbSpeed speed)
    {
        lock (_gate)
        {
            if (_ours.ContainsKey(port)) return true;
        }
        return vhci.ReadPort(port) is { } now
            && now.Hub == VhciHost.HubFor(speed)
            && now.State == VhciPortState.Null
            && !vhci.IsReusable(now);
    }

    public void Return(int port)
    {
        lock (_gate) _ours.Remove(port);
    }

    /// <summary>
    /// One enumeration at a time per root hub: the kernel holds the hub's lock anyway, and who waits for it there would have its own
    /// deadline run out on another's silence.
    /// </summary>
    public SemaphoreSlim TurnOf(VhciPort port)
    {
        lock (_gate)
        {
            if (!_turns.TryGetValue((port.Controller, port.Hub), out SemaphoreSlim? turn))
            {
                _turns[(port.Controller, port.Hub)] = turn = new SemaphoreSlim(1, 1);
            }
            return turn;
        }
    }
}
