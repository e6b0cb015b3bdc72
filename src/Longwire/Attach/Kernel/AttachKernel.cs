using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.Vhci;

namespace Longwire.Attach.Kernel;

/// <summary>The host's kernel, as the attach side uses it.</summary>
internal sealed class AttachKernel(SysfsRoot root)
{
    public SysfsRoot Root { get; } = root;
    public VhciHost Vhci { get; } = new(root);
    public VhciAuthorization Authorization { get; } = new(root, new VhciHost(root));
    public PortLeases Leases { get; } = new(new VhciHost(root));

    /// <summary>Changes with every boot: what is remembered of ports means nothing after one.</summary>
    public string BootId { get; } = ReadBootId(root);

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
