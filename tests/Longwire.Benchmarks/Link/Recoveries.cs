using System.Diagnostics;
using System.Globalization;
using Longwire.Benchmarks.Beside;
using Longwire.Testing;

namespace Longwire.Benchmarks.Link;

/// <summary>
/// How soon after an outage of 20 s the first line arrives at the far end: over the link, held and resumed, and over a TCP connection of
/// the kernel's, which waits longer from one attempt to the next.
/// </summary>
internal static class Recoveries
{
    public const string Measure = "recovery";

    private const int AtOnce = 5;
    private const int Seed = 20;
    private static readonly TimeSpan s_cut = TimeSpan.FromSeconds(20), s_down = TimeSpan.FromSeconds(10);

    // Twice the time between two attempts of ours, ten times that between two lines: no cut ends at a moment that suits anybody.
    private static readonly TimeSpan s_atMostLater = TimeSpan.FromSeconds(1);
    // What was in a process's hands at the cut.
    private static readonly TimeSpan s_onTheWay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    // TCP knows the round trip again, and no side of the link still says what it has.
    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(5);

    public static async Task<Figure[]> MeasureAsync(
        LinkArguments arguments, TextWriter output, string command, CancellationToken cancellationToken)
    {
        int atOnce = Math.Min(AtOnce, arguments.Connections), cuts = (arguments.Connections + atOnce - 1) / atOnce;
        await using TwoHouses houses = await TwoHouses.BuildAsync();
        using var folder = new ScratchFolder();
        string count = atOnce.ToString(CultureInfo.InvariantCulture);
        await using LeashedProcess far = await Half.StartSelfAsync(houses.Far, folder.Path, FarHalf.Name, folder.Path, Measure, count);
        await Half.HearAsync(folder.File(FarHalf.TcpPort), far, cancellationToken);
        await using LeashedProcess near = await Half.StartSelfAsync(houses.Near, folder.Path, NearHalf.Name, folder.Path, Measure, count);
        var after = new Dictionary<string, List<double>> { [FarHalf.Link] = [], [FarHalf.Tcp] = [] };
        var random = new Random(Seed);
        await WaitForAsync(folder, atOnce, 0, near, cancellationToken);
        for (int cut = 1; cut <= cuts; cut++)
        {
            await Task.Delay(s_quiet, cancellationToken);
            await houses.CutAsync();
            long cutAt = Stopwatch.GetTimestamp();
            await Task.Delay(s_cut + (random.NextDouble() * s_atMostLater), cancellationToken);
            // Before it is mended: whatever this takes counts for both.
            long mended = Stopwatch.GetTimestamp();
            await houses.MendAsync();
            List<(string Kind, double Seconds)> arrived = await WaitForAsync(folder, atOnce, mended, near, cancellationToken);
            await RequireCutAsync(folder, cutAt, mended);
            foreach ((string kind, double seconds) in arrived) after[kind].Add(seconds);
            await output.WriteLineAsync($"cut {cut} of {cuts}: {Text(arrived, FarHalf.Link)}; {Text(arrived, FarHalf.Tcp)}; {Half.Load}");
        }
        var up = new List<double>();
        for (int cut = 1; cut <= cuts; cut++)
        {
            await Task.Delay(s_quiet, cancellationToken);
            await houses.InterfaceDownAsync();
            await Task.Delay(s_down + (random.NextDouble() * s_atMostLater), cancellationToken);
            long mended = Stopwatch.GetTimestamp();
            await houses.InterfaceUpAsync();
            List<(string Kind, double Seconds)> arrived = await WaitForAsync(folder, atOnce, mended, near, cancellationToken);
            up.AddRange(arrived.Where(one => one.Kind == FarHalf.Link).Select(one => one.Seconds));
            await output.WriteLineAsync($"interface down {cut} of {cuts}: {Text(arrived, FarHalf.Link)}; {Text(arrived, FarHalf.Tcp)}");
        }
        (double ours, double theirs) = (PiReturn.Median(after[FarHalf.Link]), PiReturn.Median(after[FarHalf.Tcp]));
        string title = string.Create(
            CultureInfo.InvariantCulture,
            $"first line after a cut of {s_cut.TotalSeconds:0} s, median of {cuts * atOnce} "
                + $"(TCP: {theirs:0.00} s, {theirs / ours:0.0} times that)");
        return
        [
            new Figure(title, ours, "s", theirs / 5, command),
            Worst($"first line after packets were filtered for {s_cut.TotalSeconds:0} s", after[FarHalf.Link], 1, command),
            Worst($"first line after an interface was down for {s_down.TotalSeconds:0} s", up, 2.5, command),
        ];
    }

    private static Figure Worst(string what, List<double> seconds, double bound, string command)
    {
        seconds.Sort();
        string title = string.Create(
            CultureInfo.InvariantCulture, $"{what}, p95 of {seconds.Count} (p50: {PiReturn.Median(seconds):0.00} s)");
        return new Figure(title, seconds[(int)Math.Ceiling(0.95 * seconds.Count) - 1], "s", bound, command);
    }

    private static string Text(List<(string Kind, double Seconds)> arrived, string kind)
    {
        IEnumerable<double> seconds = arrived.Where(one => one.Kind == kind).Select(one => one.Seconds);
        return $"{kind} {string.Join(' ', seconds.Select(one => one.ToString("0.00", CultureInfo.InvariantCulture)))} s";
    }

    // The first of each connection since then.
    private static async Task<List<(string Kind, double Seconds)>> WaitForAsync(
        ScratchFolder folder, int atOnce, long since, LeashedProcess near, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(s_patience);
        while (true)
        {
            var first = new Dictionary<(string, int), double>();
            foreach ((string kind, int number, long at) in await ReadAsync(folder.File(FarHalf.Arrivals)))
            {
                if (at >= since) first.TryAdd((kind, number), Stopwatch.GetElapsedTime(since, at).TotalSeconds);
            }
            if (first.Count == 2 * atOnce) return [.. first.Select(one => (one.Key.Item1, one.Value))];
            if (near.HasExited) throw new InvalidOperationException($"The near half ended. It said:\n{near.Said}");
            if (patience.IsCancellationRequested)
            {
                throw new TimeoutException(
                    $"{first.Count} of {2 * atOnce} connections came back within {s_patience.TotalSeconds:0} s. {near.Said}");
            }
            await Task.Delay(TimeSpan.FromMilliseconds(500), cancellationToken);
        }
    }

    // An outage that was none would give figures all the same.
    private static async Task RequireCutAsync(ScratchFolder folder, long cut, long mended)
    {
        int through = (await ReadAsync(folder.File(FarHalf.Arrivals))).Count(
            one => one.At < mended && Stopwatch.GetElapsedTime(cut, one.At) > s_onTheWay);
        if (through > 0) throw new InvalidOperationException($"The cut is none: {through} lines arrived during it.");
    }

    private static async Task<List<(string Kind, int Number, long At)>> ReadAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        string text = await reader.ReadToEndAsync();
        // The last line may be under way.
        string[] lines = text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. lines.Select(line => line.Split(' ')).Select(
            parts => (parts[0], int.Parse(parts[1], CultureInfo.InvariantCulture), long.Parse(parts[2], CultureInfo.InvariantCulture)))];
    }
}
