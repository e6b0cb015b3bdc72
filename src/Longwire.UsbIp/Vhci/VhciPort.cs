using Longwire.UsbIp.Usb;

namespace Longwire.UsbIp.Vhci;

/// <summary>One line of vhci_hcd's status.</summary>
public readonly record struct VhciPort
{
    /// <summary>The number that <c>attach</c> and <c>detach</c> take; counts through all controllers.</summary>
    public required int Number { get; init; }

    /// <summary>The platform device the port is on: vhci_hcd.<c>n</c>.</summary>
    public required int Controller { get; init; }
    public required VhciHubSpeed Hub { get; init; }

    /// <summary>The port's number on its own root hub, from 1: the <c>4</c> of local bus id <c>3-4</c>.</summary>
    public required int HubPort { get; init; }
    public required VhciPortState State { get; init; }

    /// <summary>Unknown unless the state is <see cref="VhciPortState.Used"/>.</summary>
    public required UsbSpeed Speed { get; init; }

    /// <summary>
    /// The device's number on the exporting side: bus &lt;&lt; 16 | device; 0 unless the state is <see cref="VhciPortState.Used"/>.
    /// </summary>
    public required uint DevId { get; init; }

    /// <summary>The device's name here; null unless the state is <see cref="VhciPortState.Used"/>.</summary>
    public BusId? LocalBusId { get; init; }
}
