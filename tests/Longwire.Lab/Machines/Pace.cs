using System.Globalization;

namespace Longwire.Lab.Machines;

/// <summary>
/// How slow a guest's emulated processor is at this moment, against the one on which the promises of the tests were first kept: 1 is as
/// fast, 2 takes twice as long. Emulation makes a guest as slow as the test machine is busy, or shared; what a test promises in seconds is
/// kept by real machines, which are more than ten times faster than either.
/// </summary>
public static class Pace
{
    /// <summary>
    /// More than this, and what a test measures is the test machine: so slow it must not be by itself. script/test --busy makes it slower,
    /// and wants to know whether a test fails for that alone.
    /// </summary>
    public static readonly double Slowest = IsSlowedOnPurpose ? 16 : 4;

    /// <summary>Beside what script/test --busy runs.</summary>
    public static bool IsSlowedOnPurpose => Environment.GetEnvironmentVariable("LAB_BUSY") is not null;

    private const int Count = 20_000;

    // A count to that in the guest's shell, on the guest's clock, measured on two cores at 2.4 GHz that did nothing else. Beside a second
    // guest that is busy it takes 1.8 times as long there.
    private static TimeSpan Reference(string architecture) => architecture switch
    {
        "amd64" => TimeSpan.FromMilliseconds(660),
        "arm64" => TimeSpan.FromMilliseconds(900),
        _ => throw new ArgumentOutOfRangeException(nameof(architecture), architecture, null),
    };

    /// <summary>
    /// How many have wanted a processor of the test machine in the last minute, for each that there is. A guest's own pace is measured when
    /// the moment that took too long is over, and the other house, which may have been booting, has rested since: 6.8 s were taken for 6
    /// that are promised, and a pace of 1.05 was measured right after.
    /// </summary>
    public static double OfTheLastMinute() =>
        double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture) / Environment.ProcessorCount;

    public static async Task<double> OfAsync(Guest guest)
    {
        string[] clock = (await guest.RunAsync(string.Create(CultureInfo.InvariantCulture,
            $"read a _ </proc/uptime; i=0; while [ $i -lt {Count} ]; do i=$((i+1)); done; read b _ </proc/uptime; echo $a $b"))).Split(' ');
        double took = double.Parse(clock[1], CultureInfo.InvariantCulture) - double.Parse(clock[0], CultureInfo.InvariantCulture);
        return took / Reference(guest.Architecture).TotalSeconds;
    }
}
