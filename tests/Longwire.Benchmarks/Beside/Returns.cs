using System.Diagnostics;
using System.Globalization;
using Longwire.Testing.Brokers;
using Longwire.UsbIp.Wire;

namespace Longwire.Benchmarks.Beside;

/// <summary>
/// How long a Pi that is back is not yet <em>Reachable</em> in Home Assistant. All Pis go away, and each comes back at a random phase of
/// the programs' heartbeat. As seen by Home Assistant: the time until the entity is on and stays so (<see cref="CoreEntity"/>), not until a
/// message says it.
/// </summary>
internal static class Returns
{
    private const int Pis = 20;
    private const int Seed = 8;

    /// <summary>States are published again this often, changed or not, by each program from its own start on.</summary>
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    /// <summary>In its first minute a program asks each Pi twice as often as later on.</summary>
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(61);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(250);

    /// <summary>After the last return: whatever it leads to has happened, an expired state's next heartbeat included.</summary>
    private static readonly TimeSpan s_over = s_heartbeat + TimeSpan.FromSeconds(10);

    public static async Task<Figure> MeasureAsync(string before, string after, TextWriter output, string command)
    {
        // As a Longwire answers that has no stick: its version is in the Pi's discovery while it answers, and was not while it did not.
        byte[] list = [.. DeviceListReply.Encode([]), .. new LongwireListExtension { Version = "0.1.0" }.Encode()];
        await using Pair pair = await Pair.StartAsync(before, after, Pis, list);
        long started = Stopwatch.GetTimestamp();
        await UntilAsync(pair, state => state == "on", "all Pis are shown as reachable");
        await pair.AllGoAwayAsync();
        await UntilAsync(pair, state => state != "on", "all Pis are shown as gone");

        if (s_settled - Stopwatch.GetElapsedTime(started) is var left && left > TimeSpan.Zero) await Task.Delay(left);
        long[] returns = await ReturnAsync(pair);
        await Task.Delay(s_over);
        await UntilAsync(pair, state => state == "on", "all Pis are shown as reachable again");
        pair.RequireRunning();

        IReadOnlyList<Message> messages = pair.Watch.Messages;
        var medians = new Dictionary<string, double>();
        foreach (string name in Pair.Both)
        {
            PiReturn[] seen =
                [.. Enumerable.Range(0, Pis).Select(pi => PiReturn.Of(name, pi, returns[pi], pair.Pi(name, pi).FirstAsked, messages))];
            await output.WriteLineAsync($"{name}: {PiReturn.Describe(seen)}");
            medians[name] = PiReturn.Median(seen.Select(one => one.Shown));
        }
        (double was, double now) = (medians[Pair.Before], medians[Pair.After]);
        string title = string.Create(
            CultureInfo.InvariantCulture, $"a Pi's return until Reachable in Home Assistant, median of {Pis} (before: {was:0.##} s)");
        return new Figure(title, now, "s", was / 10, command);
    }

    private static async Task<long[]> ReturnAsync(Pair pair)
    {
        var random = new Random(Seed);
        var returns = new long[Pis];
        long start = Stopwatch.GetTimestamp();
        for (int pi = 0; pi < Pis; pi++)
        {
            // One at random in each twentieth of the heartbeat: a median that no lucky draw moves.
            TimeSpan at = (pi + random.NextDouble()) / Pis * s_heartbeat;
            TimeSpan left = at - Stopwatch.GetElapsedTime(start);
            if (left > TimeSpan.Zero) await Task.Delay(left);
            pair.Listen(pi);
            returns[pi] = TimeProvider.System.GetTimestamp();
        }
        return returns;
    }

    private static async Task UntilAsync(Pair pair, Func<string, bool> holds, string what)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            pair.RequireRunning();
            IReadOnlyList<Message> messages = pair.Watch.Messages;
            if (Pair.Both.All(name => Enumerable.Range(0, Pis).All(pi => holds(PiReturn.EntityOf(name, pi, messages).State)))) return;
            if (Stopwatch.GetElapsedTime(start) > s_patience)
                throw new TimeoutException($"not within {s_patience.TotalSeconds} s: {what}\n{pair.Watch.Describe()}");
            await Task.Delay(s_look);
        }
    }
}
