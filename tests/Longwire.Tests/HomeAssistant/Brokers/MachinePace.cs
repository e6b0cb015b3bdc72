using System.Diagnostics;
using System.Globalization;

namespace Longwire.Tests.HomeAssistant.Brokers;

/// <summary>
/// How much slower the test machine is at this moment than one that does nothing else, asked of its kernel: how long a thread that wants to
/// run waits for a processor. What is promised in seconds is promised for a machine that has the time.
/// </summary>
internal static class MachinePace
{
    /// <summary>More than this, and what a test measures is the test machine.</summary>
    public const double Slowest = 10;

    private const string Statistics = "/proc/thread-self/schedstat";
    private static readonly TimeSpan Sample = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Whether what took so long keeps the promise, on a machine as slow as this one is now. Takes a tenth of a second if it took longer
    /// than promised.
    /// </summary>
    public static bool Keeps(TimeSpan took, TimeSpan promised)
    {
        if (took <= promised) return true;
        return took <= promised * Slowest && took <= promised * Math.Clamp(Now(), 1, Slowest);
    }

    // Both on one thread: it is this thread's own waiting that is asked for.
    private static double Now()
    {
        (double ran, double waited) before = Read();
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < Sample) Thread.SpinWait(1000);
        (double ran, double waited) after = Read();
        double running = after.ran - before.ran;
        return running <= 0 ? Slowest : (running + after.waited - before.waited) / running;
    }

    /// <summary>Nanoseconds on a processor, and ready to run without one (Documentation/scheduler/sched-stats.rst).</summary>
    private static (double Ran, double Waited) Read()
    {
        string[] columns = File.ReadAllText(Statistics).Split(' ');
        return (double.Parse(columns[0], CultureInfo.InvariantCulture), double.Parse(columns[1], CultureInfo.InvariantCulture));
    }
}
