namespace Longwire.Composition;

/// <summary>Where a role keeps its memory, and the lock that lets only one process of that role do so.</summary>
internal static class DataFolder
{
    public const string Default = "/var/lib/longwire";

    /// <summary>In our image: the Supervisor's, beside the options that it writes, and a named volume elsewhere.</summary>
    public const string Container = "/data";

    /// <summary>
    /// Held until disposed, and let go by the kernel when the process dies, however it dies. Null: another process has it.
    /// </summary>
    /// <exception cref="IOException">The folder cannot be made or written to.</exception>
    /// <exception cref="UnauthorizedAccessException">Permission is denied.</exception>
    public static IDisposable? TryLock(string folder, string role)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, role + ".lock");
        try
        {
            // FileShare.None is flock(LOCK_EX | LOCK_NB) on Linux: a lock on the open file, not a file whose mere presence locks.
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException e) when (e.GetType() == typeof(IOException) && (e.HResult & 0xffff) == WouldBlock)
        {
            return null;
        }
    }

    // EWOULDBLOCK, as the runtime passes it on for a lock that is held.
    private const int WouldBlock = 11;
}
