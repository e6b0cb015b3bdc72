using Longwire.Platform;

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
    public static IDisposable? TryLock(string folder, string role) => FileLock.TryTake(Path.Combine(folder, role + ".lock"));
}
