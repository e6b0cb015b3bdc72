namespace Longwire.Doctor;

/// <summary>How much of the machine this run sees.</summary>
internal static class Visibility
{
    /// <summary>
    /// All of the machine's processes, and what they have open. A process namespace of one's own has no kthreadd as process 2; others' open
    /// files are for root alone.
    /// </summary>
    public static bool OfProcesses(DoctorContext context) =>
        KernelText.Read(Path.Combine(context.Sysfs.Proc, "2/comm")) == "kthreadd" && RunsAsRoot(context) == true;

    /// <summary>
    /// "Uid: real effective saved file system" (proc_pid_status(5)). Null: the kernel does not say.
    /// </summary>
    public static bool? RunsAsRoot(DoctorContext context) =>
        KernelText.OwnStatus(context, "Uid")?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is [_, var effective, ..]
            ? effective == "0"
            : null;
}
