using System.Collections.Immutable;
using System.Text;
using Longwire.UsbIp.Linux;

namespace Longwire.Privileges;

/// <param name="Point">Where it is mounted.</param>
/// <param name="ReadOnly">The mount or the file system itself (its superblock): either refuses a write.</param>
internal sealed record Mount(string Point, string FileSystem, bool ReadOnly);

/// <summary>What is mounted where in our own mount namespace: /proc/self/mountinfo (proc_pid_mountinfo(5)).</summary>
internal static class MountTable
{
    /// <summary>In the kernel's order: of two at one place the later one is on top. Empty if it cannot be read.</summary>
    public static ImmutableArray<Mount> Read(SysfsRoot root)
    {
        try
        {
            return [.. File.ReadLines(Path.Combine(root.Proc, "self/mountinfo")).Select(Parse).OfType<Mount>()];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The topmost mount at just this place.</summary>
    public static Mount? At(this ImmutableArray<Mount> mounts, string point) => mounts.LastOrDefault(mount => mount.Point == point);

    /// <summary>The mount that a path is on.</summary>
    public static Mount? Of(this ImmutableArray<Mount> mounts, string path)
    {
        string full = Path.GetFullPath(path);
        return mounts.Where(mount => full == mount.Point || full.StartsWith(mount.Point.TrimEnd('/') + '/', StringComparison.Ordinal))
            .OrderBy(mount => mount.Point.Length).LastOrDefault();
    }

    // "23 27 0:22 / /sys ro,nosuid shared:7 - sysfs sysfs ro": any number of optional fields stand before the hyphen.
    private static Mount? Parse(string line)
    {
        string[] fields = line.Split(' ');
        int hyphen = Array.IndexOf(fields, "-", Math.Min(6, fields.Length));
        if (hyphen < 0 || fields.Length < hyphen + 4) return null;
        return new Mount(Unescape(fields[4]), fields[hyphen + 1], IsReadOnly(fields[5]) || IsReadOnly(fields[^1]));
    }

    private static bool IsReadOnly(string options) => options.Split(',').Contains("ro");

    // Space, tab, newline and backslash are written as \040 and so on.
    private static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal)) return text;
        var plain = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 3 < text.Length && text.AsSpan(i + 1, 3).IndexOfAnyExceptInRange('0', '7') < 0)
            {
                plain.Append((char)(((text[i + 1] - '0') << 6) | ((text[i + 2] - '0') << 3) | (text[i + 3] - '0')));
                i += 3;
            }
            else
            {
                plain.Append(text[i]);
            }
        }
        return plain.ToString();
    }
}
