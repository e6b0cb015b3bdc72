using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Ports;

/// <summary>
/// The names under which people and programs should open a radio's ttys: udev's by-id link, which is the one it would have
/// locally; its by-path link where another device claims the same by-id name, or may; the tty itself where there is no udev.
/// </summary>
/// <param name="Ports">One per tty, in the same order.</param>
internal sealed record SerialPaths(IReadOnlyList<SerialPath> Ports)
{
    public IReadOnlyList<string> Paths { get; } = [.. Ports.Select(port => port.Path)];

    /// <summary>Those of them that may still change: udev, or another device's serial, may still come.</summary>
    public IReadOnlyList<string> Provisional { get; } = [.. Ports.Where(port => !port.Stays).Select(port => port.Path)];

    /// <summary>Those of them that may lead to another device by now.</summary>
    public IReadOnlyList<SharedSerialPath> Shared { get; } =
        [.. Ports.Where(port => port.IsShared).Select(port => new SharedSerialPath(port.Path, port.ByPath))];

    /// <summary>Every tty has the link that it will keep.</summary>
    public bool Complete => Provisional.Count == 0;

    public bool SaysTheSameAs(SerialPaths? other) =>
        other is not null
            && Paths.SequenceEqual(other.Paths)
            && Provisional.SequenceEqual(other.Provisional)
            && Shared.SequenceEqual(other.Shared);

    /// <summary>
    /// The same as it is to be said where something was said before. A name that was said to stay stays, though a device comes that has the
    /// same one, or such a device goes: programs have it open, and were given it.
    /// </summary>
    public SerialPaths After(SerialPaths? told) =>
        told is null ? this : new SerialPaths([.. Ports.Zip(told.Ports, (now, before) => now.After(before))]);

    public static async Task<SerialPaths> FindAsync(
        SysfsRoot root, SerialNumbers serials, IReadOnlyList<string> ttys, CancellationToken cancellationToken)
    {
        (HashSet<string> shared, HashSet<string> undecided) = await SharedNamesAsync(root, serials, cancellationToken);
        Dictionary<string, string> byId = Links(root, "by-id"), byPath = Links(root, "by-path");
        return new SerialPaths([.. ttys.Select(Of)]);

        SerialPath Of(string tty)
        {
            bool alone = !shared.Contains(tty);
            string? place = byPath.GetValueOrDefault(tty), link = (alone ? byId.GetValueOrDefault(tty) : null) ?? place;
            return new SerialPath(
                link ?? Path.Combine(root.Dev, tty),
                place,
                Stays: !undecided.Contains(tty) && (alone ? byId.ContainsKey(tty) : link is not null),
                HasTwin: !alone && !undecided.Contains(tty),
                MayHaveTwin: !alone);
        }
    }

    // Two devices of one vendor, product and serial have one by-id name between them, and the link shows whichever came last. One that does
    // not say its serial may be such a twin.
    private static async Task<(HashSet<string> Shared, HashSet<string> Undecided)> SharedNamesAsync(
        SysfsRoot root, SerialNumbers serials, CancellationToken cancellationToken)
    {
        SysfsUsbDevice[] present = [.. UsbDevices.Enumerate(root).Where(device => device.Ttys.Any())];
        SysfsUsbDevice[] alike = [.. present.GroupBy(device => device.Id).Where(group => group.Count() > 1).SelectMany(group => group)];
        IReadOnlyDictionary<BusId, string> known = await serials.KnownAsync(present, alike, cancellationToken);
        HashSet<string> shared = [], undecided = [];
        foreach (SysfsUsbDevice device in alike)
        {
            SysfsUsbDevice[] others = [.. alike.Where(other => other.Id == device.Id && other.BusId != device.BusId)];
            string? serial = known.GetValueOrDefault(device.BusId);
            bool twin = serial is not null && others.Any(other => known.GetValueOrDefault(other.BusId) == serial);
            bool maybe = serial is null || others.Any(other => !known.ContainsKey(other.BusId));
            if (twin || maybe) shared.UnionWith(device.Ttys);
            if (maybe && !twin) undecided.UnionWith(device.Ttys);
        }
        return (shared, undecided);
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
                if (File.ResolveLinkTarget(link, returnFinalTarget: false) is { } target)
                {
                    links.TryAdd(Path.GetFileName(target.FullName), link);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No udev here, or none of its links yet.
        }
        return links;
    }
}
