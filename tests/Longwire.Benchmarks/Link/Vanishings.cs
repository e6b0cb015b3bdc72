using System.Diagnostics;
using System.Globalization;
using Longwire.Testing;

namespace Longwire.Benchmarks.Link;

/// <summary>
/// How soon a Pi of which no radio is attached, and whose control connection is quiet for that, counts as away once it has vanished.
/// </summary>
internal static class Vanishings
{
    public const string Measure = "vanish";

    // A connection that says something each second is lost after 3 s, the Pi is in doubt for 8 s more, and the attempt that is the last one
    // takes 2 s, with half a second before it: so it was when each Pi was pinged.
    private const double AtMost = 13.5;

    // Longer than any ping would be away.
    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(10);

    public static async Task<Figure[]> MeasureAsync(
        LinkArguments arguments, TextWriter output, string command, CancellationToken cancellationToken)
    {
        await using TwoHouses houses = await TwoHouses.BuildAsync();
        using var folder = new ScratchFolder();
        await using LeashedProcess far = await Half.StartSelfAsync(houses.Far, folder.Path, FarHalf.Name, folder.Path, Measure, "1");
        await Half.HearAsync(folder.File(FarHalf.Codes), far, cancellationToken);
        await using LeashedProcess near = await Half.StartSelfAsync(houses.Near, folder.Path, NearHalf.Name, folder.Path, Measure, "1");
        await Half.HearAsync(folder.File(NearHalf.Answered), near, cancellationToken);
        await Task.Delay(s_quiet, cancellationToken);
        long cut = Stopwatch.GetTimestamp();
        await houses.CutAsync();
        string silent = (await Half.HearAsync(folder.File(NearHalf.Silent), near, cancellationToken))[0];
        double seconds = Stopwatch.GetElapsedTime(cut, long.Parse(silent, CultureInfo.InvariantCulture)).TotalSeconds;
        string told = string.Create(CultureInfo.InvariantCulture, $"a Pi that vanished is away after {seconds:0.0} s; {Half.Load}");
        await output.WriteLineAsync(told);
        return [new Figure("from a Pi's vanishing to its being away", seconds, "s", AtMost, command)];
    }
}
