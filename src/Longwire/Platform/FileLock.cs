namespace Longwire.Platform;

/// <summary>
/// A lock on an open file, not a file whose mere presence locks: the kernel lets it go when its holder dies, however it dies. Between
/// processes, and between two holders within one.
/// </summary>
internal static class FileLock
{
    // EWOULDBLOCK, as the runtime passes it on for a lock that is held.
    private const int WouldBlock = 11;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    // Longer than a worn card takes for the few files that are written under such a lock.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>Held until disposed. Null: somebody else has it.</summary>
    /// <exception cref="IOException">The folder cannot be made or written to.</exception>
    /// <exception cref="UnauthorizedAccessException">Permission is denied.</exception>
    public static IDisposable? TryTake(string path)
    {
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
        try
        {
            // FileShare.None is flock(LOCK_EX | LOCK_NB) on Linux.
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException e) when (e.GetType() == typeof(IOException) && (e.HResult & 0xffff) == WouldBlock)
        {
            return null;
        }
    }

    /// <summary>Waits for it, for a change to a file that takes milliseconds. Nothing that may hang is done while it is held.</summary>
    /// <exception cref="IOException">As above, or its holder keeps it for too long.</exception>
    /// <exception cref="UnauthorizedAccessException">Permission is denied.</exception>
    public static IDisposable Take(string path)
    {
        for (int left = (int)(s_patience / s_pause); left > 0; left--)
        {
            IDisposable? held = TryTake(path);
            if (held is not null) return held;
            Thread.Sleep(s_pause);
        }
        throw new IOException($"another longwire holds {path} for more than {s_patience.TotalSeconds:0} s");
    }
}
