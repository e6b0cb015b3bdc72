using Longwire.Attach.Ports;
using Longwire.UsbIp.Linux;

namespace Longwire.Doctor;

/// <summary>The drivers that make a serial port of a radio, by its chip.</summary>
internal sealed class SerialDriversCheck : LocalCheck
{
    public override Question Question { get; } = new(
        "module_serial", "The kernel was asked for the drivers that make serial ports of radios.");

    protected override IEnumerable<Finding> Look(DoctorContext context)
    {
        string folder = Path.Combine(context.FileRoot, "lib/modules");
        foreach (string module in SerialDrivers.Modules)
        {
            Question question = Question.About(module);
            yield return KernelModules.Look(context.Sysfs, folder, module) switch
            {
                KernelModulePresence.Running => question.Ok($"The driver {module} is there."),
                KernelModulePresence.OnDisk => question.Ok($"The driver {module} is there, and is loaded when it is needed."),
                KernelModulePresence.OtherKernel => question.Problem(
                    $"The driver {module} is not loaded, and the modules on the disk are not for the kernel that runs.", "Restart the "
                        + "machine"),
                KernelModulePresence.Absent => question.Note(
                    $"The kernel has no driver {module}: radios with that chip get no serial port here.",
                    "If yours is one of them, install a kernel that has it; on Ubuntu 'sudo apt install linux-modules-extra-$(uname -r)'"),
                _ => question.Unknown(
                    $"The driver {module} is not loaded, and whether the kernel has it cannot be seen from here.",
                    $"Run 'sudo modprobe {module}' on the machine itself; if it says nothing, all is well"),
            };
        }
    }
}
