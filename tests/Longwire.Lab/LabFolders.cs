namespace Longwire.Lab;

/// <summary>Where the lab finds what script/test has made, and where it puts what a run leaves behind.</summary>
internal static class LabFolders
{
    public static string Images { get; } = Path.Combine(Artifacts(), "lab");

    /// <summary>A guest's kernel and initrd.</summary>
    /// <param name="kernel">A series such as 6.12; Debian's own if null.</param>
    public static string Image(string architecture, string? kernel)
    {
        string folder = Path.Combine(Images, kernel is null ? architecture : $"{architecture}-{kernel}");
        return File.Exists(Path.Combine(folder, "initrd"))
            ? folder
            : throw new InvalidOperationException(
                $"{folder} has no initrd: run script/lab --long once, it makes the images of all kernels.");
    }

    /// <summary>The repository's root, where the add-on's files are.</summary>
    public static string Repository { get; } = Path.GetDirectoryName(Artifacts())!;

    /// <summary>The root file system of our image for an architecture, as the Dockerfile makes it.</summary>
    public static string ContainerRoot(string architecture) => Path.Combine(Artifacts(), "image", architecture, "rootfs");

    /// <summary>The root file system of the machine that has systemd and dpkg.</summary>
    public static string DebianDisk { get; } = Path.Combine(Images, "debian", "disk");

    /// <summary>Our Debian packages as script/test makes them, of this version and of a later one.</summary>
    public static string Packages { get; } = Path.Combine(Artifacts(), "lab", "packages");

    /// <summary>The programs that people use a radio with; only a long run makes them.</summary>
    public static string Consumers { get; } = Path.Combine(Artifacts(), "consumers", "share");

    /// <summary>What buildah knows of the image: its program, its environment, its health check.</summary>
    public static string ContainerImage(string architecture) => Path.Combine(Artifacts(), "image", architecture, "image.json");

    /// <summary>A new folder for one lab's disks and consoles. The last runs are kept: a failure can be looked at afterwards.</summary>
    public static string NewRun(string name, TimeProvider time)
    {
        string runs = Path.Combine(Artifacts(), "lab", "runs");
        string run = Path.Combine(runs, $"{time.GetUtcNow():yyyyMMdd-HHmmss}-{Environment.ProcessId}-{name}");
        Directory.CreateDirectory(run);
        foreach (string old in Directory.GetDirectories(runs).Order(StringComparer.Ordinal).SkipLast(RunsKept)) Remove(old);
        return run;
    }

    // Two houses each.
    private const int RunsKept = 12;

    private static void Remove(string run)
    {
        try
        {
            Directory.Delete(run, recursive: true);
        }
        catch (IOException)
        {
            // Another run tidies up at the same moment.
        }
    }

    private static string Artifacts()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Longwire.slnx"))) folder = Path.GetDirectoryName(folder);
        if (folder is null) throw new InvalidOperationException($"{AppContext.BaseDirectory} does not lie in the repository.");
        string artifacts = Path.Combine(folder, "artifacts");
        foreach (string architecture in new[] { "amd64", "arm64" })
        {
            string image = Path.Combine(artifacts, "lab", architecture, "initrd");
            if (!File.Exists(image))
            {
                throw new InvalidOperationException(
                    $"{image} is missing: run script/test (or script/lab) once, it makes the guests' images.");
            }
        }
        return artifacts;
    }
}
