using System.Globalization;
using Longwire.Testing;

namespace Longwire.Lab.Machines;

/// <summary>
/// How a guest's clock stands to the test machine's. Both run at the same pace; the difference is learnt from a line that the guest
/// writes into its own kernel log, asked for and received within a few milliseconds.
/// </summary>
internal sealed record GuestClock(long Timestamp, TimeSpan KernelTime, TimeSpan UptimeToKernel)
{
    private const int Readings = 3;

    public static GuestClock Unknown { get; } = new(0, TimeSpan.Zero, TimeSpan.Zero);

    public TimeSpan At(long timestamp, TimeProvider time) => KernelTime + time.GetElapsedTime(Timestamp, timestamp);

    /// <summary>/proc/uptime and the kernel log begin at slightly different moments.</summary>
    public TimeSpan FromUptime(double seconds) => TimeSpan.FromSeconds(seconds) + UptimeToKernel;

    public static async Task<GuestClock> ReadAsync(Guest guest, TimeProvider time)
    {
        GuestClock best = Unknown;
        TimeSpan shortest = TimeSpan.MaxValue;
        for (int reading = 0; reading < Readings; reading++)
        {
            long asked = time.GetTimestamp();
            string mark = string.Create(CultureInfo.InvariantCulture, $"lab: clock reading {asked}");
            string uptime = await guest.RunAsync($"read u _ </proc/uptime; echo '{mark}' >/dev/kmsg; echo $u");
            TimeSpan took = time.GetElapsedTime(asked);
            if (took >= shortest) continue;
            KernelLine line = await guest.Kernel.WaitForAsync(mark, TimeSpan.Zero, Deadlines.Patience);
            shortest = took;
            long middle = asked + (long)(took.TotalSeconds / 2 * time.TimestampFrequency);
            best = new GuestClock(middle, line.Time, line.Time - TimeSpan.FromSeconds(double.Parse(uptime, CultureInfo.InvariantCulture)));
        }
        return best;
    }
}
