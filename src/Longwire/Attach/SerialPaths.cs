using Longwire.UsbIp.Sysfs;

namespace Longwire.Attach;

/// <summary>
/// The names under which people and programs should open a radio's ttys: udev's by-id link, which is the one it would have
/// locally; its by-path link where another device claims the same by-id name; the tty itself where there is no udev.
/// </summary>
/// <param name="Paths">One per tty, in the same order.</param>
/// <param name="Complete">Every tty has a link; false: udev may not have come to it yet.</param>
internal readonly record struct SerialPaths(IReadOnlyList<string> Paths, bool Complete)
{
    public static SerialPaths Of(SysfsRoot root, IReadOnlyList<string> ttys)
    {
        Dictionary<string, string> byId = Links(root, "by-id"), byPath = Links(root, "by-path");
        var paths = new List<string>(ttys.Count);
        bool complete = true;
        HashSet<string> shared = SharedNames(root);
        foreach (string tty in ttys)
        {
            bool alone = !shared.Contains(tty);
            string? link = (alone ? byId.GetValueOrDefault(tty) : null) ?? byPath.GetValueOrDefault(tty);
            complete &= alone ? byId.ContainsKey(tty) : link is not null;
            paths.Add(link ?? Path.Combine(root.Dev, tty));
        }
        return new SerialPaths(paths, complete);
    }

    // Two devices of one vendor, product and serial have one by-id name between them, and the link shows whichever came last.
    private static HashSet<string> SharedNames(SysfsRoot root)
    {
        IEnumerable<IGrouping<object, SysfsUsbDevice>> alike = UsbDevices.Enumerate(root)
            .Where(device => device.Ttys.Any())
            .GroupBy(device => (object)(device.Id, Serial(device)));
        return [.. alike.Where(group => group.Count() > 1).SelectMany(group => group).SelectMany(device => device.Ttys)];
    }

    private static string Serial(SysfsUsbDevice device)
    {
        try
        {
            return File.ReadAllText(Path.Combine(device.Folder, "serial")).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static Dictionary<string, string> Links(SysfsRoot root, string kind)
    {
        var links = new Dictionary<string, string>(StringComparer.Ordinal);
        string folder = Path.Combine(root.Dev, "serial", kind);
        try
        {
            // Sorted, so that of several links (by-path has one with and one without the USB revision) it is always the same.
            foreach (string link in Directory.EnumerateFileSystemEntries(folder).Order(StringComparer.Ordinal))
            {
                if (File.ResolveLinkTarget(link, returnFinalTarget: false) is { } target) links.TryAdd(Path.GetFileName(target.FullName), link);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No udev here, or none of its links yet.
        }
        return links;
    }
}
