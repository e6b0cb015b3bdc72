using System.Text;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Longwire.UsbIp.Linux;

/// <summary>
/// Reads and writes of one sysfs attribute. Internal on purpose: what may be written to the kernel is decided by the classes that
/// know one driver each, and nobody outside this library writes attributes at all.
/// </summary>
internal static class SysfsFile
{
    // A sysfs attribute is one page at most (PAGE_SIZE; Documentation/filesystems/sysfs.rst).
    private const int MostBytes = 65536;

    /// <summary>
    /// The attribute's text without its closing newline; null if it is not there (any more). A device may vanish between two reads, and
    /// then it is the kernel that says so, by ENOENT, ENODEV or EIO: that is an answer, not a failure.
    /// </summary>
    public static string? Read(string path) =>
        ReadBytes(path) is { } bytes ? Encoding.UTF8.GetString(bytes).TrimEnd('\n', '\0') : null;

    /// <summary>A binary attribute; null if it is not there (any more).</summary>
    public static byte[]? ReadBytes(string path)
    {
        try
        {
            using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var buffer = new byte[4096];
            int length = 0;
            while (true)
            {
                int read = RandomAccess.Read(file, buffer.AsSpan(length), length);
                if (read == 0) return buffer[..length];
                length += read;
                if (length < buffer.Length) continue;
                if (length >= MostBytes) return buffer;
                Array.Resize(ref buffer, buffer.Length * 2);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>
    /// One write(2) of exactly this text: an attribute takes each write as one command, so a text in two parts would be two commands,
    /// and a newline that is not asked for becomes part of a name (match_busid).
    /// </summary>
    /// <exception cref="KernelRefusedException">The kernel said no, or the file is not there.</exception>
    public static unsafe void Write(string path, string text)
    {
        RefuseWhatCrashesKernels(path, text);
        byte[] pathBytes = Encoding.UTF8.GetBytes(path + '\0');
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        fixed (byte* pathPointer = pathBytes)
        fixed (byte* pointer = bytes)
        {
            int file = open(pathPointer, O_WRONLY | O_CLOEXEC);
            if (file < 0) throw new KernelRefusedException(path, text, errno);
            try
            {
                ssize_t written;
                do written = write(file, pointer, bytes.Length);
                while (written < 0 && errno == Errno.InterruptedCall);
                if (written < 0) throw new KernelRefusedException(path, text, errno);
                if (written != bytes.Length) throw new KernelRefusedException(path, text, Errno.InputOutput);
            }
            finally
            {
                _ = close(file);
            }
        }
    }

    // usbip-host's `rebind` dereferences a null pointer for a bus id that was added and never probed, and uses freed memory after an
    // unplug; `match_busid`'s `del` leads to the same. No check from user space closes those races, so no caller may even ask.
    private static void RefuseWhatCrashesKernels(string path, string text)
    {
        string name = Path.GetFileName(path);
        if (name == "rebind" || (name == "match_busid" && !text.StartsWith("add ", StringComparison.Ordinal)))
        {
            throw new InvalidOperationException($"writing '{text}' to {path} can crash the kernel and is never done");
        }
    }
}
