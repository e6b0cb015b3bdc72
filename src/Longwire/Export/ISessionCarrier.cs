using System.Net.Sockets;

namespace Longwire.Export;

/// <summary>
/// Carries the USB/IP messages between one client and usbip-host. It alone owns what it carries them over, from accept to end: it closes
/// it, and nobody else does.
/// </summary>
internal interface ISessionCarrier
{
    public Client Client { get; }

    /// <summary>What usbip-host reads and writes, lent: the kernel takes a reference of its own.</summary>
    public Socket KernelEnd { get; }

    /// <summary>Completes when there is nothing to carry any more, whoever ended it and whatever went wrong. Never faults.</summary>
    public Task Ended { get; }

    /// <summary>Asks it to end, as its client would end it. One that has ended is asked in vain. Never throws.</summary>
    public void End();

    /// <summary>Asks another one to end in this one's favour, if whoever asks may have what that carries. Never throws.</summary>
    /// <returns>False: it may not, and the other goes on.</returns>
    public bool TryTakeFrom(ISessionCarrier other);
}
