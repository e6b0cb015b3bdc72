using Longwire.Platform;

namespace Longwire.DependentApps;

/// <summary>The boot of this machine that we run in.</summary>
/// <param name="Id">/proc/sys/kernel/random/boot_id; empty if it cannot be read.</param>
/// <param name="Uptime">Since that boot, when we started.</param>
internal sealed record HostBoot(string Id, TimeSpan Uptime)
{
    public static HostBoot OfThisMachine() => new(KernelBootId.Read("/proc"), TimeSpan.FromMilliseconds(Environment.TickCount64));

    /// <param name="remembered">The boot id of our last run; null or empty if unknown.</param>
    public bool IsNewSince(string? remembered) =>
        string.IsNullOrEmpty(remembered) || Id.Length == 0 ? Uptime < DependentAppTimers.JustBooted : remembered != Id;
}
