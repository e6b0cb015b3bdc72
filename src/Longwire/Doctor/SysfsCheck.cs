using Longwire.Privileges;

namespace Longwire.Doctor;

/// <summary>Whether what Longwire tells the kernel can be written. It is opened for that, and nothing is written.</summary>
/// <param name="file">Below /sys.</param>
internal abstract class SysfsCheck(string file) : LocalCheck
{
    public override Question Question { get; } = new(
        "sysfs_writable", $"/sys/{file} was opened for writing, and nothing was written.", $"/sys/{file}");

    protected override IEnumerable<Finding> Look(DoctorContext context)
    {
        string path = Path.Combine(context.Sysfs.Sys, file);
        // Without the module there is no such file, and that is said by another check.
        if (!File.Exists(path)) yield break;
        yield return MountTable.Read(context.Sysfs).At("/sys") is { ReadOnly: true } ? ReadOnly(context) : Open(path, context);
    }

    private Finding ReadOnly(DoctorContext context) => context.IsInContainer
        // Longwire remounts it at its start, in its own mount namespace; who enters the container with docker exec is in the same one.
        ? Question.Problem(
            "/sys is read-only in this container, so no radio can be attached or exported.",
            ContainerImage.IsUnderSupervisor(context.Environment)
                ? "Start the app again. If that does not help, uninstall and install it: its rights come from its repository"
                : "Give the container a writable /sys (docker run: -v /sys:/sys; compose: volumes: [\"/sys:/sys\"]), or SYS_ADMIN to "
                    + "make it so")
        : Question.Problem(
            "/sys is read-only, so no radio can be attached or exported.",
            "In a systemd unit leave out ProtectKernelTunables. In a container of LXC make /sys writable on its host");

    private Finding Open(string path, DoctorContext context)
    {
        try
        {
            using (File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) return Question.Ok("It may be written.");
        }
        catch (UnauthorizedAccessException) when (!context.IsPrivileged)
        {
            return Question.Unknown("This user may not write there; Longwire itself may well.", "Run 'sudo longwire doctor' to see it");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Question.Problem(
                $"It may not be written, though this is root: a security profile is in the way ({e.Message.TrimEnd('.')}).",
                "In a container name Longwire's own profile (apparmor.txt, security_opt: [\"apparmor=longwire\"]); else see 'sudo dmesg' "
                    + "for DENIED");
        }
    }
}
