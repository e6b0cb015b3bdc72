using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Longwire.UsbIp.Linux;

/// <summary>Who has a character device open, by device number: the node may have any name in the process's own /dev.</summary>
/// <remarks>
/// Any process may have a file open whose file server is dead, and whoever looks at that file waits for the server. So the links are read
/// first, and only what lies below /dev is looked at.
/// </remarks>
public static class OpenDevices
{
    // As the process sees it: every mount namespace has its devices there.
    private const string Devices = "/dev/";

    /// <summary>The processes that have one of these ttys open.</summary>
    public static ImmutableArray<RunningProcess> HoldersOf(SysfsRoot root, IEnumerable<string> ttys)
    {
        ArgumentNullException.ThrowIfNull(root);
        HashSet<ulong> numbers = [.. ttys.Select(tty => NumberOf(root, tty)).OfType<ulong>()];
        if (numbers.Count == 0) return [];
        return [.. RunningProcess.WithOpen(root, file => IsOneOf(file, numbers))];
    }

    // "166:0" as makedev(3) packs it.
    private static ulong? NumberOf(SysfsRoot root, string tty)
    {
        string[] parts = (SysfsFile.Read(Path.Combine(root.Sys, "class/tty", tty, "dev")) ?? "").Split(':');
        if (parts.Length != 2) return null;
        if (!ulong.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out ulong major)) return null;
        if (!ulong.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out ulong minor)) return null;
        return ((major & 0xfffff000) << 32) | ((major & 0xfff) << 8) | ((minor & 0xffffff00) << 12) | (minor & 0xff);
    }

    private static unsafe bool IsOneOf(OpenFile file, HashSet<ulong> numbers)
    {
        if (!file.Target.StartsWith(Devices, StringComparison.Ordinal)) return false;
        fixed (byte* pointer = Encoding.UTF8.GetBytes(file.Descriptor + '\0'))
        {
            stat status;
            return LibC.stat(pointer, &status) == 0 && (status.st_mode & S_IFMT) == S_IFCHR && numbers.Contains((ulong)status.st_rdev);
        }
    }
}
