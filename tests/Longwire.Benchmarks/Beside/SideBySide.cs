namespace Longwire.Benchmarks.Beside;

/// <summary>An earlier build and this one, beside each other in one run: what Home Assistant and the log's readers gain.</summary>
internal static class SideBySide
{
    private static readonly Dictionary<string, Func<string, string, TextWriter, string, Task<Figure[]>>> s_measures =
        new(StringComparer.Ordinal)
        {
            ["returns"] = async (before, after, output, command) => [await Returns.MeasureAsync(before, after, output, command)],
            ["floods"] = async (before, after, output, command) => [await Floods.MeasureAsync(before, after, output, command)],
            ["idle"] = Idle.MeasureAsync,
            ["starts"] = Starts.MeasureAsync,
            ["rests"] = Rests.MeasureAsync,
        };

    private static string Usage =>
        $"usage: Longwire.Benchmarks beside BEFORE AFTER [{string.Join('|', s_measures.Keys)}]..., both paths of a longwire program";

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is not [string before, string after, .. string[] chosen] || chosen.Any(one => !s_measures.ContainsKey(one)))
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }
        foreach (string program in new[] { before, after })
        {
            if (File.Exists(program)) continue;
            await Console.Error.WriteLineAsync($"There is no program at {program}; script/beside builds both.");
            return 2;
        }
        (before, after) = (Path.GetFullPath(before), Path.GetFullPath(after));
        bool kept = true;
        foreach (string measure in chosen.Length > 0 ? chosen : [.. s_measures.Keys])
        {
            string command = $"dotnet run -c Release --project tests/Longwire.Benchmarks -- beside {before} {after} {measure}";
            foreach (Figure figure in await s_measures[measure](before, after, Console.Out, command))
            {
                await Console.Out.WriteLineAsync(figure.ToString());
                kept &= figure.Kept;
            }
        }
        return kept ? 0 : 1;
    }
}
