using Longwire.Platform;
using Longwire.UsbIp.Linux;

namespace Longwire.Export.Link;

/// <summary>
/// When something happened, on a machine whose clock may be wrong: a Pi has 1970 or the time of its last stop until it hears from a time
/// server, and jumps then. So within one boot the time since the boot counts, which nobody can set. Across boots there is nothing but the
/// clock; one that stands before the moment has been set back, and then nobody knows how long ago it was.
/// </summary>
/// <param name="BootId">Empty if unknown.</param>
/// <param name="UptimeSeconds">Null if unknown.</param>
internal sealed record Moment(string BootId, double? UptimeSeconds, DateTimeOffset Clock)
{
    public static Moment Now(SysfsRoot root, TimeProvider time) =>
        new(KernelBootId.Read(root.Proc), KernelUptime.Read(root.Proc)?.TotalSeconds, time.GetUtcNow());

    /// <summary>How long after another one; null if nobody knows.</summary>
    public TimeSpan? Since(Moment before)
    {
        bool sameBoot = BootId.Length > 0 && BootId == before.BootId && UptimeSeconds is not null && before.UptimeSeconds is not null;
        double seconds = sameBoot ? (UptimeSeconds - before.UptimeSeconds)!.Value : (Clock - before.Clock).TotalSeconds;
        // A container's /proc may count from the container's start, so even within a boot it may go back.
        return seconds is >= 0 and < 1e9 ? TimeSpan.FromSeconds(seconds) : null;
    }
}
