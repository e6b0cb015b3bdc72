using System.Diagnostics;
using System.Globalization;
using Longwire.UsbIp.Wire;

namespace Longwire.Benchmarks.Beside;

/// <summary>
/// What it costs to wait: many stock Pis, of each of which one radio is missing, so that each is asked every other second. And what it must
/// not cost: how soon a stick that is there again is asked for.
/// </summary>
internal static class Idle
{
    private const int Pis = 64;
    private const int Rounds = 3;
    private const int Seed = 64;

    /// <summary>Less than this much later is chance: the mean of so many waits of up to two seconds.</summary>
    private const double Chance = 1.15;

    /// <summary>In its first minute a program asks each Pi twice as often as later on.</summary>
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(65);
    private static readonly TimeSpan s_during = TimeSpan.FromMinutes(1);

    /// <summary>Each stick comes back at a random moment of this time: twice the time between two questions.</summary>
    private static readonly TimeSpan s_returns = TimeSpan.FromSeconds(4);

    /// <summary>After the last return of a round, and after all have gone again.</summary>
    private static readonly TimeSpan s_over = TimeSpan.FromSeconds(6);

    private static readonly byte[] s_none = DeviceListReply.Encode([]);
    private static readonly byte[] s_stick = DeviceListReply.Encode([WantedStick.Device]);

    public static async Task<Figure[]> MeasureAsync(string before, string after, TextWriter output, string command)
    {
        await using Pair pair = await Pair.StartAsync(before, after, Pis, s_none, Refusal.Absent, WantedStick.Device.Id, known: true);
        await Task.Delay(s_settled);
        Dictionary<string, double> idle = await ShareOfProcessorAsync(pair, s_during);
        Dictionary<string, double> returns = await ReturnsAsync(pair);
        foreach (string name in Pair.Both)
        {
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{name}: {idle[name]:0.00} % of one core; a stick that is back is asked for after {returns[name]:0.00} s on average"));
        }
        return
        [
            Of($"idle with {Pis} stock Pis, each with a missing radio", idle, "% of one core", share: 0.5, command),
            Of($"a stick's return until it is asked for, mean of {Pis * Rounds}", returns, "s", Chance, command),
        ];
    }

    private static Figure Of(string name, Dictionary<string, double> measured, string unit, double share, string command)
    {
        (double was, double now) = (measured[Pair.Before], measured[Pair.After]);
        string title = string.Create(CultureInfo.InvariantCulture, $"{name} (before: {was:0.00}; {now / was:0.00} of it)");
        return new Figure(title, now, unit, was * share, command);
    }

    /// <summary>In percent of one core, of each program by its name.</summary>
    public static async Task<Dictionary<string, double>> ShareOfProcessorAsync(Pair pair, TimeSpan during)
    {
        Dictionary<string, double> at = Pair.Both.ToDictionary(name => name, name => pair[name].ProcessorTime);
        long start = Stopwatch.GetTimestamp();
        await Task.Delay(during);
        pair.RequireRunning();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return Pair.Both.ToDictionary(name => name, name => (pair[name].ProcessorTime - at[name]) / seconds * 100);
    }

    private static async Task<Dictionary<string, double>> ReturnsAsync(Pair pair)
    {
        var random = new Random(Seed);
        var waits = Pair.Both.ToDictionary(name => name, _ => new List<double>());
        for (int round = 0; round < Rounds; round++)
        {
            TimeSpan[] moments = [.. Enumerable.Range(0, Pis).Select(_ => random.NextDouble() * s_returns)];
            long[] returned = await Task.WhenAll(moments.Select((moment, pi) => ReturnAsync(pair, pi, moment)));
            await Task.Delay(s_over);
            pair.RequireRunning();
            foreach (string name in Pair.Both)
            {
                for (int pi = 0; pi < Pis; pi++)
                {
                    long asked = pair.Pi(name, pi).FirstImport;
                    if (asked == 0) throw new TimeoutException($"{name} did not ask for the stick of {Contestant.PiId(pi)}.");
                    waits[name].Add(Stopwatch.GetElapsedTime(returned[pi], asked).TotalSeconds);
                    pair.Pi(name, pi).Offer(s_none);
                }
            }
            await Task.Delay(s_over);
        }
        return waits.ToDictionary(one => one.Key, one => one.Value.Average());
    }

    /// <returns>When it was there again.</returns>
    private static async Task<long> ReturnAsync(Pair pair, int pi, TimeSpan at)
    {
        await Task.Delay(at);
        foreach (string name in Pair.Both) pair.Pi(name, pi).Offer(s_stick);
        return TimeProvider.System.GetTimestamp();
    }
}
