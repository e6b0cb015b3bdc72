using System.Globalization;

namespace Longwire.Platform;

/// <summary>How long ago the kernel was booted, time asleep included (CLOCK_BOOTTIME): no setting of the clock changes it.</summary>
internal static class KernelUptime
{
    /// <param name="proc">Where procfs is mounted.</param>
    /// <returns>Null if it cannot be read.</returns>
    public static TimeSpan? Read(string proc)
    {
        try
        {
            // "350735.47 234388.90": seconds since the boot (proc_uptime(5)).
            string uptime = File.ReadAllText(Path.Combine(proc, "uptime")).Split(' ')[0];
            return double.TryParse(uptime, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds)
                ? TimeSpan.FromSeconds(seconds)
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OverflowException)
        {
            return null;
        }
    }
}
