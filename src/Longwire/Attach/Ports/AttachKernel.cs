using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Longwire.Platform;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Uevents;
using Longwire.UsbIp.Vhci;

namespace Longwire.Attach.Ports;

/// <summary>The host's kernel, as the attach side uses it.</summary>
internal sealed class AttachKernel(SysfsRoot root, VhciHost vhci)
{
    public AttachKernel(SysfsRoot root)
        : this(root, new VhciHost(root))
    {
    }

    public SysfsRoot Root { get; } = root;
    public VhciHost Vhci { get; } = vhci;
    public VhciAuthorization Authorization { get; } = new(root, vhci);

    /// <summary>Loads what is missing.</summary>
    public Func<IEnumerable<string>, CancellationToken, Task<ImmutableArray<KernelModuleOutcome>>> LoadModulesAsync { get; init; } =
        KernelModules.LoadAsync;

    /// <summary>The kernel's news, from the first wait on.</summary>
    public Func<CancellationToken, IAsyncEnumerable<Uevent>> ReadUeventsAsync { get; init; } = UeventsOfMachineAsync;

    /// <summary>About the devices that we attached.</summary>
    public BlockingCalls Calls { get; } = new();

    public PortLeases Leases { get; } = new(vhci);

    /// <summary>Changes with every boot: what is remembered of ports means nothing after one.</summary>
    public string BootId { get; } = KernelBootId.Read(root.Proc);

    private static async IAsyncEnumerable<Uevent> UeventsOfMachineAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using UeventSocket uevents = UeventSocket.Open();
        while (true) yield return await uevents.ReceiveAsync(cancellationToken);
    }
}
