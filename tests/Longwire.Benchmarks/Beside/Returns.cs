using System.Diagnostics;
using System.Globalization;
using Longwire.Lab.Brokers;
using Longwire.UsbIp.Wire;

namespace Longwire.Benchmarks.Beside;

/// <summary>
/// How long a Pi that is back is not yet <em>Reachable</em> in Home Assistant. All Pis go away, and each comes back at a random phase of the programs'
/// heartbeat. As seen by Home Assistant: the time until the entity is on and stays so (<see cref="CoreEntity"/>), not until a message says it.
/// </summary>
internal static class Returns
{
    private const int Pis = 20;
    private const int Seed = 8;

    /// <summary>States are published again this often, changed or not; both programs do it in the same rhythm, each from its own start.</summary>
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
        byte[] list = [.. DeviceListReply.Encode([]), .. new ExportNotice { Version = "0.1.0" }.Encode()];
        await using Pair pair = await Pair.StartAsync(before, after, Pis, list, OnImport.Busy);
        long started = Stopwatch.GetTimestamp();
        await UntilAsync(pair, state => state == "on", "all Pis are shown as reachable");
        await pair.AllGoAwayAsync();
        await UntilAsync(pair, state => state != "on", "all Pis are shown as gone");

        if (s_settled - Stopwatch.GetElapsedTime(started) is var left && left > TimeSpan.Zero) await Task.Delay(left);
        int from = pair.Watch.Count;
        long[] returns = await ReturnAsync(pair);
        await Task.Delay(s_over);
        await UntilAsync(pair, state => state == "on", "all Pis are shown as reachable again");
        pair.RequireRunning();

        IReadOnlyList<Message> messages = pair.Watch.Messages;
        var seen = Pair.Both.ToDictionary(name => name, name => Enumerable.Range(0, Pis).Select(pi => Look(pair, name, pi, returns[pi], messages, from)).ToArray());
        foreach (string name in Pair.Both) await output.WriteLineAsync(Describe(name, seen[name]));
        double was = Median(seen[Pair.Before].Select(one => one.Shown)), now = Median(seen[Pair.After].Select(one => one.Shown));
        string title = string.Create(CultureInfo.InvariantCulture, $"a Pi's return until Reachable in Home Assistant, median of {Pis} (before: {was:0.##} s)");
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
            if (Pair.Both.All(name => Enumerable.Range(0, Pis).All(pi => holds(EntityOf(name, pi, messages).State)))) return;
            if (Stopwatch.GetElapsedTime(start) > s_patience) throw new TimeoutException($"not within {s_patience.TotalSeconds} s: {what}\n{pair.Watch.Describe()}");
            await Task.Delay(s_look);
        }
    }

    private static CoreEntity EntityOf(string name, int pi, IReadOnlyList<Message> messages)
    {
        var entity = new CoreEntity("reachable");
        foreach (Message message in messages)
        {
            if (message.Topic == Config(name, pi) || message.Topic == State(name, pi) || message.Topic == $"{name}/bridge/state")
                entity.Hear(TimeProvider.System.GetElapsedTime(0, message.Timestamp), message.Topic, message.Payload);
        }
        entity.AdvanceTo(TimeProvider.System.GetElapsedTime(0, TimeProvider.System.GetTimestamp()));
        return entity;
    }

    private static Seen Look(Pair pair, string name, int pi, long returned, IReadOnlyList<Message> messages, int from)
    {
        double Since(Message message) => TimeProvider.System.GetElapsedTime(returned, message.Timestamp).TotalSeconds;
        Message[] later = [.. messages.Skip(from).Where(message => message.Timestamp > returned)];
        double shown = (EntityOf(name, pi, messages).History[^1].At - TimeProvider.System.GetElapsedTime(0, returned)).TotalSeconds;
        return new Seen(
            TimeProvider.System.GetElapsedTime(returned, pair.Pi(name, pi).FirstAsked).TotalSeconds,
            Since(later.First(message => message.Topic == State(name, pi) && message.Payload.Contains("\"reachable\":true", StringComparison.Ordinal))),
            later.FirstOrDefault(message => message.Topic == Config(name, pi)) is { } config ? Since(config) : null,
            shown);
    }

    private static string Describe(string name, Seen[] seen)
    {
        string configs = seen.Count(one => one.Config is not null) is > 0 and int count
            ? string.Create(CultureInfo.InvariantCulture, $"changed discovery ({count} of {Pis}) after {Spread(seen.Select(one => one.Config).OfType<double>())}")
            : "discovery unchanged";
        return $"{name}: asked after {Spread(seen.Select(one => one.Asked))}, state after {Spread(seen.Select(one => one.State))}, {configs}, "
            + $"shown for good after {Spread(seen.Select(one => one.Shown))}";
    }

    private static string Spread(IEnumerable<double> seconds)
    {
        double[] sorted = [.. seconds.Order()];
        return string.Create(CultureInfo.InvariantCulture, $"{Median(sorted):0.00} s ({sorted[0]:0.00} to {sorted[^1]:0.00})");
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static string Config(string name, int pi) => $"homeassistant/device/{name}_pi_{Contestant.PiId(pi)}/config";

    private static string State(string name, int pi) => $"{name}/pi/{Contestant.PiId(pi)}/state";

    /// <summary>What one program made of one return, each in seconds after it.</summary>
    /// <param name="Asked">It asked the Pi for its list.</param>
    /// <param name="State">It published that the Pi is reachable.</param>
    /// <param name="Config">It published another discovery message; null: it did not.</param>
    /// <param name="Shown">The entity went on for good.</param>
    private sealed record Seen(double Asked, double State, double? Config, double Shown);
}
