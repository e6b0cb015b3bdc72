using System.Runtime.InteropServices;
using Longwire.UsbIp.Linux;
using Microsoft.Win32.SafeHandles;

namespace Longwire.Platform;

/// <summary>A folder's own entries on the disk: names that were given or moved live there, not in the files (fsync(2)).</summary>
internal static partial class FolderOnDisk
{
    // O_RDONLY | O_CLOEXEC. Without O_DIRECTORY, whose number differs between amd64 and arm64.
    private const int ReadOnlyCloseOnExec = 0x80000;

    /// <summary>Returns when what the folder lists is on the disk, or when that cannot be asked for here.</summary>
    /// <exception cref="IOException">The disk reports an error.</exception>
    public static void Flush(string folder)
    {
        using SafeFileHandle handle = open(folder, ReadOnlyCloseOnExec);
        int error = handle.IsInvalid || fsync(handle) != 0 ? Marshal.GetLastPInvokeError() : 0;
        // Some file systems have no fsync for folders, and a folder may be for writing and not for reading: no worse than it ever was.
        if (error is 0 or Errno.InvalidArgument or Errno.AccessDenied) return;
        throw new IOException($"{folder} cannot be brought to the disk: {Errno.Name(error)}");
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial SafeFileHandle open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int fsync(SafeFileHandle file);
}
