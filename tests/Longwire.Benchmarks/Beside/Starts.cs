using System.Globalization;

namespace Longwire.Benchmarks.Beside;

/// <summary>What the programs weigh, and how long each takes from its start to its first attempt: one after the other, in turns.</summary>
internal static class Starts
{
    private const int Each = 10;
    private const double LargerAtMost = 1.02;
    private const double LaterAtMost = 1.05;
    private const double Mega = 1_000_000;

    public static async Task<Figure[]> MeasureAsync(string before, string after, TextWriter output, string command)
    {
        string[] programs = [before, after];
        var times = programs.ToDictionary(program => program, _ => new List<double>());
        // The first start of each reads the program from the disk.
        for (int start = 0; start <= Each; start++)
        {
            foreach (string program in programs)
            {
                double milliseconds = await new NativeProgram(program).StartAsync();
                if (start > 0) times[program].Add(milliseconds);
            }
        }
        foreach ((string name, string program) in Pair.Both.Zip(programs))
        {
            string all = string.Join(", ", times[program].Order().Select(time => time.ToString("0.0", CultureInfo.InvariantCulture)));
            await output.WriteLineAsync($"{name}: starts in {all} ms");
        }
        (double was, double now) = (PiReturn.Median(times[before]), PiReturn.Median(times[after]));
        (double weighed, double weighs) = (new FileInfo(before).Length / Mega, new FileInfo(after).Length / Mega);
        return
        [
            Of("size of the program", weighed, weighs, "MB", LargerAtMost, command),
            Of($"start to first attempt, median of {Each}", was, now, "ms", LaterAtMost, command),
        ];
    }

    private static Figure Of(string name, double was, double now, string unit, double atMost, string command)
    {
        string title = string.Create(CultureInfo.InvariantCulture, $"{name} (before: {was:0.00}; {now / was:0.000} times)");
        return new Figure(title, now, unit, was * atMost, command);
    }
}
