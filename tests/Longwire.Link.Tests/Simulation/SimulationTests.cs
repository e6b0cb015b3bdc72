using System.Collections.Concurrent;
using Longwire.Link.Wire;
using Xunit;

namespace Longwire.Link.Tests.Simulation;

/// <summary>
/// Both ends over a network that loses, delays, cuts and lets them connect again. Whatever happens, each message is taken once and in
/// order, or the session is over with a reason at both ends; and nothing ever holds more than its bound.
/// </summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    [Fact]
    public void Whatever_the_network_does_each_message_is_taken_once_and_in_order_or_the_session_is_over_with_a_reason()
    {
        int first = Seeds.First, count = Seeds.Plans(10_000);
        output.WriteLine($"seeds {first} to {first + count - 1}");
        var seen = new ConcurrentDictionary<string, int>();
        Parallel.For(first, first + count, seed => See(seen, Run(new Plan(seed))));
        output.WriteLine(string.Join(", ", seen.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"{one.Key} {one.Value}")));
        // Plans in which nothing of a kind happens would say nothing of it.
        if (count < 10_000) return;
        foreach (string kind in (ReadOnlySpan<string>)
        [
            "all delivered", "resumed", "late frames dropped", "withdrawn",
            nameof(EndReason.Requested), nameof(EndReason.SubjectGone), nameof(EndReason.UnknownSession), nameof(EndReason.HoldExpired),
        ])
        {
            Assert.True(seen.GetValueOrDefault(kind) >= 100, $"{kind}: {seen.GetValueOrDefault(kind)}");
        }
    }

    [Fact]
    public void A_connection_may_be_cut_at_every_byte_of_either_direction()
    {
        const int seed = 42;
        (int toServer, int toClient) = Run(Cut(seed, int.MaxValue, int.MaxValue)).FirstCarried;
        Assert.True(toServer > 300 && toClient > 300, $"{toServer} and {toClient} bytes");
        for (int at = 0; at <= toServer; at++) Run(Cut(seed, at, int.MaxValue));
        for (int at = 0; at <= toClient; at++) Run(Cut(seed, int.MaxValue, at));
        for (int at = 0; at <= Math.Min(toServer, toClient); at++) Run(Cut(seed, at, at));
    }

    private static Plan Cut(int seed, int toServer, int toClient) => new(seed)
    {
        Faults = 0,
        ClientMessages = 12,
        ServerMessages = 12,
        LongestMessage = 30,
        Withdraws = false,
        ClientEndsAt = null,
        ServerEndsAt = null,
        ServerRestartsAt = null,
        NetworkDiesAt = null,
        FirstCut = (toServer, toClient),
    };

    private static SimulatedRun Run(Plan plan)
    {
        var run = new SimulatedRun(plan);
        try
        {
            run.Run();
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"seed {plan.Seed}, first cut {plan.FirstCut}: {e.Message}", e);
        }
        return run;
    }

    private static void See(ConcurrentDictionary<string, int> seen, SimulatedRun run)
    {
        if (!run.IsOver) Count("all delivered", 1);
        if (run.IsOver) Count(run.Client.Session.EndReason.ToString(), 1);
        if (run.Client.Welcomes > 1) Count("resumed", run.Client.Welcomes - 1);
        Count("late frames dropped", run.Client.Dropped + run.Server.Dropped);
        Count("withdrawn", run.Client.Withdrawn.Count + run.Server.Withdrawn.Count);

        void Count(string what, int more) => seen.AddOrUpdate(what, more, (_, before) => before + more);
    }
}
