namespace Longwire.Doctor;

/// <summary>A short file of the kernel's, for a check that says so when it may not be read.</summary>
internal static class KernelText
{
    /// <returns>Null: it is not there, or not to be read.</returns>
    public static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>What stands behind a key in /proc/self/status.</summary>
    public static string? OwnStatus(DoctorContext context, string key) =>
        (Read(Path.Combine(context.Sysfs.Proc, "self/status")) ?? "").Split('\n')
            .FirstOrDefault(line => line.StartsWith(key + ":", StringComparison.Ordinal))?[(key.Length + 1)..].Trim();
}
