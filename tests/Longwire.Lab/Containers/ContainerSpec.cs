using System.Text.Json.Nodes;

namespace Longwire.Lab.Containers;

/// <summary>
/// The OCI runtime configuration that Docker would write: its default mounts, masked and read-only paths, no seccomp (the Supervisor
/// switches it off), a read-only sysfs, and the rights that were asked for.
/// </summary>
internal static class ContainerSpec
{
    private static readonly string[] s_masked =
        [
            "/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/sched_debug",
            "/proc/scsi", "/sys/firmware",
        ];

    private static readonly string[] s_readOnly = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    public static string Of(string name, ContainerRights rights, IEnumerable<string> program, IEnumerable<string> environment)
    {
        var namespaces = new JsonArray { Namespace("ipc"), Namespace("uts"), Namespace("mount") };
        if (!rights.HostProcesses) namespaces.Add(Namespace("pid"));
        if (!rights.HostNetwork) namespaces.Add(new JsonObject { ["type"] = "network", ["path"] = $"/run/netns/{name}" });
        var spec = new JsonObject
        {
            ["ociVersion"] = "1.0.2",
            ["process"] = Process(rights, program, environment),
            ["root"] = new JsonObject { ["path"] = "rootfs", ["readonly"] = rights.ReadOnlyRoot },
            ["hostname"] = name,
            ["mounts"] = new JsonArray([.. Mounts(rights)]),
            ["linux"] = new JsonObject
            {
                ["namespaces"] = namespaces,
                ["maskedPaths"] = List(s_masked),
                ["readonlyPaths"] = List(s_readOnly),
                ["resources"] = new JsonObject { ["devices"] = Devices() },
            },
        };
        return spec.ToJsonString();
    }

    /// <summary>One more program in a container that runs.</summary>
    public static JsonObject Process(ContainerRights rights, IEnumerable<string> program, IEnumerable<string> environment)
    {
        string[] capabilities = [.. rights.Capabilities.Select(one => $"CAP_{one}")];
        var process = new JsonObject
        {
            ["user"] = new JsonObject { ["uid"] = 0, ["gid"] = 0 },
            ["args"] = List(program),
            ["env"] = List(environment),
            ["cwd"] = "/",
            ["noNewPrivileges"] = rights.NoNewPrivileges,
            ["capabilities"] = new JsonObject
            {
                ["bounding"] = List(capabilities),
                ["effective"] = List(capabilities),
                ["permitted"] = List(capabilities),
            },
        };
        if (rights.AppArmorProfile is { } profile) process["apparmorProfile"] = profile;
        return process;
    }

    private static IEnumerable<JsonNode> Mounts(ContainerRights rights)
    {
        yield return Mount("proc", "proc", "/proc", "nosuid", "noexec", "nodev");
        yield return Mount("tmpfs", "tmpfs", "/dev", "nosuid", "strictatime", "mode=755", "size=65536k");
        yield return Mount("devpts", "devpts", "/dev/pts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5");
        yield return Mount("tmpfs", "shm", "/dev/shm", "nosuid", "noexec", "nodev", "mode=1777", "size=65536k");
        yield return Mount("sysfs", "sysfs", "/sys", "nosuid", "noexec", "nodev", "ro");
        foreach (ContainerMount mount in rights.Mounts)
        {
            yield return mount.Type == "bind"
                ? Mount("bind", mount.Source, mount.Target, "rbind", "rprivate", mount.ReadOnly ? "ro" : "rw")
                : Mount(mount.Type, mount.Source, mount.Target, "nosuid", "nodev", mount.ReadOnly ? "ro" : "rw");
        }
    }

    // Docker's rules: nothing, but the harmless devices that every container has, and any node may be made, though not opened.
    private static JsonArray Devices()
    {
        var rules = new JsonArray { new JsonObject { ["allow"] = false, ["access"] = "rwm" } };
        foreach (string type in new[] { "c", "b" }) rules.Add(new JsonObject { ["allow"] = true, ["type"] = type, ["access"] = "m" });
        foreach ((int major, int minor) in new[] { (1, 3), (1, 5), (1, 7), (1, 8), (1, 9), (5, 0), (5, 1), (5, 2) })
            rules.Add(new JsonObject { ["allow"] = true, ["type"] = "c", ["major"] = major, ["minor"] = minor, ["access"] = "rwm" });
        return rules;
    }

    private static JsonObject Namespace(string type) => new() { ["type"] = type };

    private static JsonObject Mount(string type, string source, string target, params string[] options) =>
        new() { ["type"] = type, ["source"] = source, ["destination"] = target, ["options"] = List(options) };

    private static JsonArray List(IEnumerable<string> texts) => [.. texts.Select(text => (JsonNode)JsonValue.Create(text)!)];
}
