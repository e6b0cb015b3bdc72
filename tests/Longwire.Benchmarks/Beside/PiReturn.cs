using System.Globalization;
using Longwire.Testing.Brokers;

namespace Longwire.Benchmarks.Beside;

/// <summary>What one program made of one Pi's return, each in seconds after it.</summary>
/// <param name="Asked">It asked the Pi for its list.</param>
/// <param name="State">It published that the Pi is reachable.</param>
/// <param name="Discovery">It published another discovery message; null: it did not.</param>
/// <param name="Shown">Home Assistant shows the Pi as reachable, and does so from then on.</param>
internal sealed record PiReturn(double Asked, double State, double? Discovery, double Shown)
{
    private const string IsReachable = "\"reachable\":true";

    /// <param name="returned">When the Pi listened again (<see cref="TimeProvider.GetTimestamp"/>).</param>
    /// <param name="asked">When the first client came then.</param>
    /// <param name="messages">All that were published; the entity must be on at their end.</param>
    public static PiReturn Of(string program, int pi, long returned, long asked, IReadOnlyList<Message> messages)
    {
        Message[] later = [.. messages.Where(message => message.Timestamp > returned)];
        Message state = later.First(
            message => message.Topic == StateTopic(program, pi) && message.Payload.Contains(IsReachable, StringComparison.Ordinal));
        Message? discovery = later.FirstOrDefault(message => message.Topic == DiscoveryTopic(program, pi));
        Shown shown = EntityOf(program, pi, messages).History[^1];
        return new PiReturn(
            (Time(asked) - Time(returned)).TotalSeconds,
            (Time(state.Timestamp) - Time(returned)).TotalSeconds,
            discovery is null ? null : (Time(discovery.Timestamp) - Time(returned)).TotalSeconds,
            (shown.At - Time(returned)).TotalSeconds);
    }

    /// <summary>A Pi's <em>Reachable</em> as Home Assistant shows it by now.</summary>
    public static CoreEntity EntityOf(string program, int pi, IReadOnlyList<Message> messages)
    {
        string[] topics = [DiscoveryTopic(program, pi), StateTopic(program, pi), $"{program}/bridge/state"];
        var entity = new CoreEntity("reachable");
        foreach (Message message in messages.Where(message => topics.Contains(message.Topic)))
            entity.Hear(Time(message.Timestamp), message.Topic, message.Payload);
        entity.AdvanceTo(Time(TimeProvider.System.GetTimestamp()));
        return entity;
    }

    /// <summary>Where the time goes: medians, with the shortest and the longest.</summary>
    public static string Describe(IReadOnlyCollection<PiReturn> returns)
    {
        double[] discoveries = [.. returns.Select(one => one.Discovery).OfType<double>()];
        string asked = Spread(returns.Select(one => one.Asked));
        string state = Spread(returns.Select(one => one.State));
        string discovery = discoveries.Length == 0 ? "unchanged" : $"changed by {discoveries.Length} after {Spread(discoveries)}";
        string shown = Spread(returns.Select(one => one.Shown));
        return $"asked after {asked}, state after {state}, discovery {discovery}, shown for good after {shown}";
    }

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static string Spread(IEnumerable<double> seconds)
    {
        double[] sorted = [.. seconds.Order()];
        return string.Create(CultureInfo.InvariantCulture, $"{Median(sorted):0.00} s ({sorted[0]:0.00} to {sorted[^1]:0.00})");
    }

    private static TimeSpan Time(long timestamp) => TimeProvider.System.GetElapsedTime(0, timestamp);

    private static string DiscoveryTopic(string program, int pi) => $"homeassistant/device/{program}_pi_{Contestant.PiId(pi)}/config";

    private static string StateTopic(string program, int pi) => $"{program}/pi/{Contestant.PiId(pi)}/state";
}
