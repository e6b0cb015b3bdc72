namespace Longwire.Platform;

/// <summary>The kernel's random id of a boot: what is remembered of ports, sticks and processes means nothing after another one.</summary>
internal static class KernelBootId
{
    /// <param name="proc">Where procfs is mounted.</param>
    /// <returns>Empty if it cannot be read.</returns>
    public static string Read(string proc)
    {
        try
        {
            return File.ReadAllText(Path.Combine(proc, "sys/kernel/random/boot_id")).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
