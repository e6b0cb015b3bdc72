namespace Longwire.Lab.Containers;

/// <summary>What a container is given beyond nothing.</summary>
public sealed record ContainerRights
{
    /// <summary>Docker's default list (moby's documentation of the default capabilities).</summary>
    public static IReadOnlyList<string> DockerCapabilities { get; } =
    [
        "CHOWN", "DAC_OVERRIDE", "FSETID", "FOWNER", "MKNOD", "NET_RAW", "SETGID", "SETUID", "SETFCAP", "SETPCAP", "NET_BIND_SERVICE",
        "SYS_CHROOT", "KILL", "AUDIT_WRITE",
    ];

    /// <summary>Without the prefix CAP_.</summary>
    public required IReadOnlyList<string> Capabilities { get; init; }

    /// <summary>The profile it is confined by; null for none.</summary>
    public string? AppArmorProfile { get; init; }

    /// <summary>On the machine's own network instead of one behind NAT.</summary>
    public bool HostNetwork { get; init; }

    /// <summary>Sees the processes of the whole machine.</summary>
    public bool HostProcesses { get; init; }
    public bool ReadOnlyRoot { get; init; }
    public bool NoNewPrivileges { get; init; }

    /// <summary>Folders of the machine and where they appear, beside what every container has.</summary>
    public required IReadOnlyList<ContainerMount> Mounts { get; init; }
}

/// <param name="Source">On the machine; for a tmpfs its name.</param>
public sealed record ContainerMount(string Source, string Target, bool ReadOnly, string Type = "bind");
