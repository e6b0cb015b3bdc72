using System.Diagnostics;
using System.Globalization;
using Longwire.Testing;

namespace Longwire.Benchmarks.Link;

/// <summary>
/// What many Pis cost of which no radio is attached: paired ones, which say what they have, and stock ones, which are asked. Both programs
/// run at the same time, so that whatever else the machine does meets both alike.
/// </summary>
internal static class Waiting
{
    public const string Measure = "idle";

    private const string Stock = "stock", Paired = "paired";
    private const double Mega = 1024 * 1024;
    private const double PssMore = 12, PssEach = 0.5;
    private const double Share = 0.1;

    // In its first minute a program asks each Pi twice as often as later on.
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(65);
    private static readonly TimeSpan s_during = TimeSpan.FromMinutes(1);

    public static async Task<Figure[]> MeasureAsync(
        LinkArguments arguments, TextWriter output, string command, CancellationToken cancellationToken)
    {
        string program = Path.GetFullPath(arguments.Program);
        await using TwoHouses houses = await TwoHouses.BuildAsync();
        using var folder = new ScratchFolder();
        await using LeashedProcess far = await Half.StartSelfAsync(
            houses.Far, folder.Path, FarHalf.Name, folder.Path, Measure, arguments.Pis.ToString(CultureInfo.InvariantCulture));
        string[] codes = await Half.HearAsync(folder.File(FarHalf.Codes), far, cancellationToken);
        string[] addresses = await Half.HearAsync(folder.File(FarHalf.StockPis), far, cancellationToken);
        await using var stock = await WaitingHost.StartAsync(program, houses.Near, addresses.Select(WaitingHost.StockPi));
        await using var paired = await WaitingHost.StartAsync(program, houses.Near, codes.Select(WaitingHost.PairedPi));
        await Task.Delay(s_settled, cancellationToken);
        (double stockBefore, double pairedBefore, long start) = (stock.ProcessorTime, paired.ProcessorTime, Stopwatch.GetTimestamp());
        await Task.Delay(s_during, cancellationToken);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double stockShare = (stock.ProcessorTime - stockBefore) / seconds * 100;
        double pairedShare = (paired.ProcessorTime - pairedBefore) / seconds * 100;
        stock.RequireRunning();
        paired.RequireRunning();
        (double stockPss, double pairedPss) = (stock.PssBytes / Mega, paired.PssBytes / Mega);
        await output.WriteLineAsync($"{arguments.Pis} Pis, no radio attached, {s_during.TotalSeconds:0} s, {Half.Load}");
        foreach ((string name, double share, double pss) in new[] { (Stock, stockShare, stockPss), (Paired, pairedShare, pairedPss) })
        {
            await output.WriteLineAsync(
                string.Create(CultureInfo.InvariantCulture, $"{name,-8} {share,6:0.00} % of one processor, PSS {pss,6:0.0} MiB"));
        }
        string idle = string.Create(
            CultureInfo.InvariantCulture,
            $"idle with {arguments.Pis} paired Pis (stock: {stockShare:0.00}; {pairedShare / stockShare:0.00} of it)");
        string size = string.Create(CultureInfo.InvariantCulture, $"PSS with {arguments.Pis} paired Pis (stock: {stockPss:0.0})");
        return
        [
            new Figure(idle, pairedShare, "% of one processor", stockShare * Share, command),
            new Figure(size, pairedPss, "MiB", stockPss + PssMore + (PssEach * arguments.Pis), command),
        ];
    }
}
