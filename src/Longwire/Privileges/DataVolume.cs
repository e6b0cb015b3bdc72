using Longwire.UsbIp.Linux;

namespace Longwire.Privileges;

/// <summary>Whether the data folder outlives the container.</summary>
internal static class DataVolume
{
    private static readonly string[] s_inMemory = ["tmpfs", "ramfs"];

    /// <summary>Null, or a sentence: what is lost with the container, and what to do.</summary>
    public static string? Problem(SysfsRoot root, IReadOnlyDictionary<string, string> environment, string folder)
    {
        if (!ContainerImage.IsOurs(environment) || ContainerImage.IsUnderSupervisor(environment)) return null;
        // Without a table nothing is known, and nothing is said.
        if (MountTable.Read(root).Of(folder) is not { } mount) return null;
        if (mount.Point != "/" && !s_inMemory.Contains(mount.FileSystem)) return null;
        return $"{folder} is part of this container and goes with it at the next update: what Longwire remembers is lost then. Remedy: "
            + "give it a named volume "
            + $"(docker run: -v longwire:{folder}; compose: volumes: [\"longwire:{folder}\"] in the service and \"volumes: {{longwire: "
            + $"{{}}}}\" at the end of the file)";
    }
}
