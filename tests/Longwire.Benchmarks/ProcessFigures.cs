using System.Globalization;

namespace Longwire.Benchmarks;

/// <summary>What the kernel has counted of a process (proc(5)).</summary>
internal static class ProcessFigures
{
    // As sysconf(_SC_CLK_TCK) says on every Linux: the unit of the times in /proc/PID/stat, where these are the 14th and the 15th field.
    private const double TicksPerSecond = 100;
    private const int UserTime = 14;

    /// <summary>Of the processor, since its start.</summary>
    public static double ProcessorSeconds(int process)
    {
        string stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));
        // The second field is the program's name in brackets, which may hold anything.
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return fields[(UserTime - 3)..(UserTime - 1)].Sum(ticks => double.Parse(ticks, CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    /// <summary>Its share of memory: what several processes have counts in parts.</summary>
    public static double PssBytes(int process) => Kibibytes(process, "smaps_rollup", "Pss:") * 1024;

    /// <summary>The most that it ever had resident, so that nothing hides behind the moment of looking.</summary>
    public static double PeakBytes(int process) => Kibibytes(process, "status", "VmHWM:") * 1024;

    private static double Kibibytes(int process, string file, string field)
    {
        string line = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/{file}")).First(
            line => line.StartsWith(field, StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture);
    }
}
