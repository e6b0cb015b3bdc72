using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.Vhci;

namespace Longwire.Attach.Kernel;

/// <summary>The host's kernel, as the attach side uses it.</summary>
internal sealed class AttachKernel
{
    public AttachKernel(SysfsRoot root)
        : this(root, new VhciHost(root))
    {
    }

    /// <summary>For tests, whose vhci plays the kernel.</summary>
    internal AttachKernel(SysfsRoot root, VhciHost vhci)
    {
        Root = root;
        Vhci = vhci;
        Authorization = new VhciAuthorization(root, Vhci);
        Leases = new PortLeases(Vhci);
        BootId = ReadBootId(root);
    }

    public SysfsRoot Root { get; }
    public VhciHost Vhci { get; }
    public VhciAuthorization Authorization { get; }
    public PortLeases Leases { get; }

    /// <summary>Changes with every boot: what is remembered of ports means nothing after one.</summary>
    public string BootId { get; }

    private static string ReadBootId(SysfsRoot root)
    {
        try
        {
            return File.ReadAllText(Path.Combine(root.Proc, "sys/kernel/random/boot_id")).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
