using Longwire.UsbIp.Vhci;

namespace Longwire.Doctor;

/// <summary>
/// The virtual ports. Home Assistant OS has 8 for radios, and every user of USB/IP on the machine has them in common.
/// </summary>
internal sealed class VhciPortsCheck : ICheck
{
    private static readonly Question s_stuck = new("vhci_stuck", "The virtual USB ports were looked at for one that got no device.");

    public Question Question { get; } = new("vhci_ports", "The virtual USB ports of this machine were counted.");

    public async Task<IReadOnlyList<Finding>> RunAsync(DoctorContext context, CancellationToken cancellationToken)
    {
        var vhci = new VhciHost(context.Sysfs);
        // Radios are of full speed, so those for faster devices are of no use to them.
        VhciPort[] ports = await context.Calls.RunAsync(() => Ports(vhci), cancellationToken);
        if (ports.Length == 0) return [];
        var findings = new List<Finding> { Count(ports) };
        int[] waiting = [.. ports.Where(port => port.State == VhciPortState.NotAssigned).Select(port => port.Number)];
        if (waiting.Length > 0) await Task.Delay(context.Enumeration, context.Time, cancellationToken);
        VhciPort[] later = waiting.Length > 0 ? await context.Calls.RunAsync(() => Ports(vhci), cancellationToken) : ports;
        findings.AddRange(later.Where(port => port.State == VhciPortState.NotAssigned && waiting.Contains(port.Number)).Select(Stuck));
        findings.AddRange(later.Where(port => port.State == VhciPortState.Error).Select(Broken));
        if (findings.Count == 1) findings.Add(s_stuck.Ok("There is none."));
        return findings;
    }

    private static VhciPort[] Ports(VhciHost vhci) => [.. vhci.ReadPorts().Where(port => port.Hub == VhciHubSpeed.High)];

    private Finding Count(VhciPort[] ports)
    {
        int free = ports.Count(port => port.State == VhciPortState.Null);
        string found = $"{free} of {ports.Length} are free for radios.";
        return free > 0
            ? Question.Ok(found)
            // Maybe by as many radios as there are to be.
            : Question.Note(
                found,
                "For one more, detach a radio that you do not need, or stop the other program that uses USB/IP here; 'cat "
                    + "/sys/devices/platform/vhci_hcd.0/status' shows what is on them");
    }

    private static Finding Stuck(VhciPort port) => s_stuck.About($"port {port.Number}").Problem(
        $"Port {port.Number} has a connection and got no device from it: whoever is at its other end says nothing, and holds up the "
            + "other ports.",
        $"Free it: press Reattach on that radio, or run 'echo {port.Number} | sudo tee /sys/devices/platform/vhci_hcd.0/detach'. Then "
            + "restart what serves it on the Pi");

    private static Finding Broken(VhciPort port) => s_stuck.About($"port {port.Number}").Problem(
        $"Port {port.Number} is in error: its connection broke, and the kernel has not cleaned up.",
        $"Free it with 'echo {port.Number} | sudo tee /sys/devices/platform/vhci_hcd.0/detach'; if that does not help, restart this "
            + "machine");
}
