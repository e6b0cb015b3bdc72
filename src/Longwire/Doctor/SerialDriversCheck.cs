using Longwire.Attach.Ports;
using Longwire.UsbIp.Linux;

namespace Longwire.Doctor;

/// <summary>The drivers that make a serial port of a radio, by its chip.</summary>
internal sealed class SerialDriversCheck : LocalCheck
{
    private const string Chips = "radios with such chips get no serial port here";

    public override Question Question { get; } = new(
        "module_serial", "The kernel was asked for the drivers that make serial ports of radios.");

    protected override IEnumerable<Finding> Look(DoctorContext context)
    {
        string folder = Path.Combine(context.FileRoot, "lib/modules");
        ILookup<KernelModulePresence, string> drivers = SerialDrivers.Modules.ToLookup(
            module => KernelModules.Look(context.Sysfs, folder, module));
        string absent = Names(KernelModulePresence.Absent), unknown = Names(KernelModulePresence.Unknown);
        if (Names(KernelModulePresence.OtherKernel) is { Length: > 0 } other)
        {
            yield return Question.Problem(
                $"Not loaded: {other}. The modules on the disk are not for the kernel that runs, so {Chips}.", "Restart the machine");
        }
        else if (absent.Length > 0)
        {
            yield return Question.Note(
                $"The kernel does not have {absent}: {Chips}.",
                "If yours is one of them, install a kernel that has it; on Ubuntu 'sudo apt install linux-modules-extra-$(uname -r)'");
        }
        else if (unknown.Length > 0)
        {
            yield return Question.Unknown(
                $"Not loaded: {unknown}. Whether the kernel has them cannot be seen from here.",
                "Run 'sudo modprobe' with each name on the machine itself: where it says nothing, all is well");
        }
        else yield return Question.Ok("All of them are there.");

        string Names(KernelModulePresence presence) => string.Join(", ", drivers[presence]);
    }
}
