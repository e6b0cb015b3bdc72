using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Longwire.UsbIp.Linux;

/// <summary>
/// Tells when somebody closes one of some files, such as a tty (inotify(7)). Open it, then look whether the file is still open, then
/// wait: in any other order the last close can slip through. It watches the node in this /dev: a process that uses another node for the
/// same tty, in a container's own /dev, is not seen.
/// </summary>
public sealed partial class FileCloseWatch : IDisposable
{
    private const int NonBlockingCloseOnExec = 0x800 | 0x80000;
    private const uint CloseWrite = 0x8;
    private const uint CloseNoWrite = 0x10;

    private readonly SafeFileHandle _inotify;

    private FileCloseWatch(SafeFileHandle inotify) => _inotify = inotify;

    /// <summary>Paths that are not there are left out: there is nothing to be closed any more.</summary>
    /// <exception cref="KernelRefusedException">No inotify instances left (fs.inotify.max_user_instances).</exception>
    public static FileCloseWatch Open(IEnumerable<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        int descriptor = inotify_init1(NonBlockingCloseOnExec);
        if (descriptor < 0) throw new KernelRefusedException("inotify_init1", "", Marshal.GetLastPInvokeError());
        var watch = new FileCloseWatch(new SafeFileHandle(descriptor, ownsHandle: true));
        foreach (string path in paths) _ = inotify_add_watch(descriptor, Encoding.UTF8.GetBytes(path + '\0'), CloseWrite | CloseNoWrite);
        return watch;
    }

    public Task WaitAsync(DescriptorEvents events, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(events);
        return events.WaitForInputAsync(_inotify, cancellationToken);
    }

    public void Dispose() => _inotify.Dispose();

    // inotify(7); Tmds.LibC has neither.
    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int inotify_init1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int inotify_add_watch(int descriptor, byte[] path, uint mask);
}
