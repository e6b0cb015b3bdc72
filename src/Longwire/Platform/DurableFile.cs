namespace Longwire.Platform;

/// <summary>How everything in the data folder is written.</summary>
internal static class DurableFile
{
    /// <summary>
    /// Replaces a file as a whole, and makes its folder where there is none. After a power cut there is the old file or the new one, never
    /// a half; and once this has returned it is the new one: the bytes are on the disk before the name points at them, and the name before
    /// we go on.
    /// </summary>
    /// <param name="mode">Who may read it; null: whom the process's umask lets. It is so from the first byte on.</param>
    /// <exception cref="IOException">The disk is full, or the folder cannot be made or written; the old file is untouched.</exception>
    /// <exception cref="UnauthorizedAccessException">Permission is denied; the old file is untouched.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> content, UnixFileMode? mode = null)
    {
        string folder = Path.GetDirectoryName(path) ?? throw new ArgumentException($"'{path}' names no file", nameof(path));
        Directory.CreateDirectory(folder);
        string fresh = path + ".new";
        using (var file = new FileStream(fresh, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            // Also where a crash left the file behind. Empty until then, so nobody reads what he must not.
#pragma warning disable CA1416 // Runs on Linux alone.
            if (mode is { } only) File.SetUnixFileMode(file.SafeFileHandle, only);
#pragma warning restore CA1416
            file.Write(content);
            file.Flush(flushToDisk: true);
        }
        File.Move(fresh, path, overwrite: true);
        FolderOnDisk.Flush(folder);
    }
}
