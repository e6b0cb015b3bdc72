using System.Collections.Immutable;

namespace Longwire.UsbIp.Linux;

/// <summary>Whether the kernel's log could be read.</summary>
public enum KernelLogAccess
{
    /// <summary>There is none to be seen from here, as in a container.</summary>
    Absent,

    /// <summary>Not by this user.</summary>
    Denied,
    Granted,
}

/// <param name="SinceBoot">By the kernel's own clock, which stands still while the machine sleeps.</param>
/// <param name="Text">One line. What a device says of itself may stand in it.</param>
public sealed record KernelLogRecord(TimeSpan SinceBoot, string Text);

/// <param name="Records">The oldest first.</param>
public sealed record KernelLogReading(KernelLogAccess Access, ImmutableArray<KernelLogRecord> Records);
