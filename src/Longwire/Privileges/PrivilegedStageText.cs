using Longwire.UsbIp.Linux;

namespace Longwire.Privileges;

/// <summary>What is said when the first stage cannot do its work, each with its remedy.</summary>
internal static class PrivilegedStageText
{
    private const string WritableSys = "give the container a writable /sys (docker run: -v /sys:/sys; compose: volumes: [\"/sys:/sys\"])";
    private const string Reinstall =
        "Update the app, or uninstall and install it again: the Supervisor takes both its rights and its AppArmor profile from the app's "
            + "repository.";

    public const string ReadOnlyAgain =
        "/sys is read-only again, though Longwire made it writable at its start: something else in this container remounts it. Remove "
            + "that, and start the container again.";

    public const string NotOurSysfs =
        "/sys stays read-only: it belongs to another network or user namespace (host network, rootless Docker, remapped users). Remedy: "
            + WritableSys + ".";

    public static string NoSysAdmin(IReadOnlyDictionary<string, string> environment) => ContainerImage.IsUnderSupervisor(environment)
        ? "/sys is read-only, and the Supervisor did not give Longwire the right to change that (privileged: [SYS_ADMIN] in config.yaml). "
            + Reinstall
        : "/sys is read-only, so no radio can be attached or exported, and Longwire has no right to change that. Remedy: " + WritableSys
            + ", or the right to remount it (docker run: --cap-add SYS_ADMIN; compose: cap_add: [SYS_ADMIN]). In a systemd unit leave out "
            + "ProtectKernelTunables.";

    public static string RemountRefused(KernelRefusedException e, IReadOnlyDictionary<string, string> environment) => e.ErrorNumber switch
    {
        Errno.AccessDenied when ContainerImage.IsUnderSupervisor(environment) =>
            "AppArmor does not let Longwire make /sys writable: the profile in force is not Longwire's own. "
            + Reinstall,
        Errno.AccessDenied =>
            "AppArmor does not let Longwire make /sys writable. Load Longwire's profile (apparmor.txt) on the machine and name it "
            + "(docker run: --security-opt apparmor=longwire; compose: security_opt: [\"apparmor=longwire\"]), or " + WritableSys + ".",
        Errno.NoPermission => NotOurSysfs,
        _ => $"/sys is read-only and could not be made writable ({e.Message}). Remedy: {WritableSys}.",
    };

    public static string NotGivenUp(KernelRefusedException e) =>
        $"Longwire cannot give up the rights that it needs at its start only ({e.Message}), and does not go to the network with them. "
            + "Remedy: add the "
        + "right to drop rights (docker run: --cap-add SETPCAP; compose: cap_add: [SETPCAP]), or take SYS_ADMIN and SYS_MODULE away and "
        + "do their work on the "
        + "machine itself: " + WritableSys + ", and load the modules there.";

    public static string NotStartedAgain(string reason) =>
        $"Longwire could not start itself again without the rights of its start ({reason}). If the container has a security profile of "
            + $"your own, let {Environment.ProcessPath ?? "/usr/bin/longwire"} execute itself.";
}
