using Longwire.UsbIp.Linux;

namespace Longwire.Doctor;

/// <summary>The kernel's own end of USB/IP. Without it there is nothing that Longwire could do.</summary>
/// <param name="module">As modprobe knows it.</param>
/// <param name="command">What loads it where Longwire may.</param>
internal abstract class UsbIpModuleCheck(string module, string command) : LocalCheck
{
    private const string Debian = "On Ubuntu run 'sudo apt install linux-modules-extra-$(uname -r)'. A container of LXC has its host's "
        + "kernel: load it there";

    public override Question Question { get; } = new(
        "module_usbip", $"The kernel was asked for its module {module}, which is its end of USB/IP.", module);

    protected override IEnumerable<Finding> Look(DoctorContext context)
    {
        string folder = Path.Combine(context.FileRoot, "lib/modules");
        yield return KernelModules.Look(context.Sysfs, folder, module) switch
        {
            KernelModulePresence.Running => Question.Ok("It is loaded."),
            KernelModulePresence.OnDisk => Question.Problem(
                "It is not loaded, though the kernel has it.",
                $"Run 'sudo modprobe {module}', or start {command}, which loads it where it may. To have it after each boot write its "
                    + "name to /etc/modules-load.d/longwire.conf"),
            KernelModulePresence.OtherKernel => Question.Problem(
                "The system was updated: the modules on the disk are not for the kernel that runs.", "Restart the machine"),
            KernelModulePresence.Absent => Question.Problem("The kernel that runs does not have it.", Debian),
            _ => Question.Problem(
                "It is not loaded, and whether the kernel has it cannot be seen from here.",
                $"Run 'sudo modprobe {module}' on the machine itself, and write its name to /etc/modules-load.d/longwire.conf"),
        };
    }
}
