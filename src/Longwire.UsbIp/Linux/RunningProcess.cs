using System.Globalization;

namespace Longwire.UsbIp.Linux;

/// <summary>
/// A process as a person knows it. Of other process namespaces nothing is seen: a container needs the machine's (<c>pid: host</c>).
/// </summary>
/// <param name="Name">The kernel's short name for it, <c>/proc/N/comm</c>, without control characters.</param>
public sealed record RunningProcess(int Id, string Name)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} (pid {Id})");

    /// <summary>Processes by their short name.</summary>
    public static IEnumerable<RunningProcess> Named(SysfsRoot root, string name) => All(root).Where(process => process.Name == name);

    internal static IEnumerable<RunningProcess> All(SysfsRoot root) => Ids(root).Select(id => TryRead(root, id)).OfType<RunningProcess>();

    /// <summary>
    /// Those that have such a file open. Of the others not even the name is read: a stick that was plugged in waits for this.
    /// </summary>
    internal static IEnumerable<RunningProcess> WithOpen(SysfsRoot root, Func<OpenFile, bool> which) =>
        Ids(root).Where(id => OpenFiles(root, id).Any(which)).Select(id => TryRead(root, id)).OfType<RunningProcess>();

    private static IEnumerable<int> Ids(SysfsRoot root)
    {
        ArgumentNullException.ThrowIfNull(root);
        string[] folders;
        try
        {
            folders = Directory.GetDirectories(root.Proc);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            yield break;
        }
        foreach (string folder in folders)
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int id)) yield return id;
        }
    }

    /// <returns>Null: it has ended.</returns>
    // A process names itself, so the name may hold anything.
    private static RunningProcess? TryRead(SysfsRoot root, int id) =>
        Usb.DeviceText.Clean(SysfsFile.Read(Path.Combine(FolderOf(root, id), "comm"))) is { } name ? new RunningProcess(id, name) : null;

    /// <summary>A process's open descriptors; none if it ended, or belongs to somebody we may not look at.</summary>
    private static IEnumerable<OpenFile> OpenFiles(SysfsRoot root, int id)
    {
        string folder = FolderOf(root, id);
        // By the names in fdinfo, which are plain files: where the entries are links, as in fd, .NET's listing looks at what each leads to.
        foreach (string number in SysfsFolder.Names(Path.Combine(folder, "fdinfo")))
        {
            string descriptor = Path.Combine(folder, "fd", number);
            if (TargetOf(descriptor) is { } target) yield return new OpenFile(descriptor, target);
        }
    }

    private static string FolderOf(SysfsRoot root, int id) => Path.Combine(root.Proc, id.ToString(CultureInfo.InvariantCulture));

    private static string? TargetOf(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

/// <param name="Descriptor"><c>/proc/N/fd/M</c>. Looking at it is looking at the file, wherever that is, and may wait for a server.</param>
/// <param name="Target">
/// What the link says, which is the kernel's own text: the file's path as its process sees it, or <c>socket:[N]</c> and its like.
/// </param>
internal readonly record struct OpenFile(string Descriptor, string Target);
