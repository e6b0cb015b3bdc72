using System.Runtime.InteropServices;

namespace Longwire.Platform;

/// <summary>
/// What tells one content of a file from the next, for files that are replaced as a whole, without reading it: the inode beside time and
/// size, because a clock that was set back may give two contents one time.
/// </summary>
internal readonly partial record struct FileVersion(ulong Inode, long Seconds, uint Nanoseconds, ulong Size)
{
    // statx(2); struct statx (linux/stat.h) is the same on every architecture.
    private const int CurrentFolder = -100;
    private const uint BasicStatistics = 0x7ff;
    private const int StatxSize = 256, InodeAt = 32, SizeAt = 40, ChangedAt = 112;

    /// <returns>Null where there is none, or where that cannot be told: then it must be read.</returns>
    public static FileVersion? Of(string path)
    {
        byte[] found = new byte[StatxSize];
        if (statx(CurrentFolder, path, 0, BasicStatistics, found) != 0) return null;
        ReadOnlySpan<byte> fields = found;
        return new FileVersion(
            MemoryMarshal.Read<ulong>(fields[InodeAt..]), MemoryMarshal.Read<long>(fields[ChangedAt..]),
            MemoryMarshal.Read<uint>(fields[(ChangedAt + 8)..]), MemoryMarshal.Read<ulong>(fields[SizeAt..]));
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int statx(int folder, string path, int flags, uint mask, [Out] byte[] found);
}
