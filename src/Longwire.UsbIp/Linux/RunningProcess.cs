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

    internal static IEnumerable<RunningProcess> All(SysfsRoot root)
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
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int id)) continue;
            // A process names itself, so the name may hold anything.
            if (Usb.DeviceText.Clean(SysfsFile.Read(Path.Combine(folder, "comm"))) is { } name) yield return new RunningProcess(id, name);
        }
    }

    /// <summary>Paths of its open descriptors; empty if it ended, or belongs to somebody we may not look at.</summary>
    internal IReadOnlyList<string> Descriptors(SysfsRoot root)
    {
        try
        {
            return Directory.GetFileSystemEntries(Path.Combine(root.Proc, Id.ToString(CultureInfo.InvariantCulture), "fd"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
