using System.Runtime.InteropServices;

namespace Longwire.Platform;

/// <summary>What the kernel says of its clock.</summary>
/// <param name="MaxError">By how much it may be wrong, in microseconds. Nobody who keeps it right: it grows to 16 s.</param>
internal readonly record struct ClockReading(long MaxError)
{
    // NTP_PHASE_LIMIT (include/linux/timex.h). timedatectl judges by the same number, and not by STA_UNSYNC, which may be set to keep the
    // kernel from the hardware clock.
    private const long Unkept = 16_000_000;

    public bool IsSynchronised => MaxError < Unkept;
}

/// <summary>adjtimex(2), which Tmds.LibC does not know. Asking needs no right.</summary>
internal static unsafe partial class KernelClock
{
    // struct timex on 64 bits (include/uapi/linux/timex.h): 208 bytes, with modes at 0 and maxerror at 24.
    private const int Size = 208;
    private const int MaxErrorAt = 24;

    /// <returns>Null: it does not say.</returns>
    public static ClockReading? Read()
    {
        byte* timex = stackalloc byte[Size];
        new Span<byte>(timex, Size).Clear();
        return adjtimex(timex) < 0 ? null : new ClockReading(*(long*)(timex + MaxErrorAt));
    }

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int adjtimex(byte* timex);
}
