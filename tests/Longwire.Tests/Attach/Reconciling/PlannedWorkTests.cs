using Longwire.Attach;
using Longwire.Attach.Memory;
using Longwire.State;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>Silence for an hour, while somebody works on a Pi.</summary>
public sealed class PlannedWorkTests
{
    [Fact]
    public async Task For_an_hour_nothing_of_it_is_a_problem_and_what_is_down_at_its_end_is_told_at_once()
    {
        await using AttachBench bench = Lives.Start(RadioStatus.Attached);
        await Lives.BringAsync(bench, RadioStatus.Attached);
        bench.TakeEvents();
        await SilenceAsync(bench, on: true);
        DateTimeOffset until = bench.Time.GetUtcNow() + TimeSpan.FromHours(1);
        Assert.Equal(until, Pi(bench).SilencedUntil);

        // Its card is changed.
        var loss = new AttachOutcome.Lost("the Pi is away", PiSilent: true);
        bench.Tell(new AttachEvent.WentDown(bench.Attachments[^1], loss));
        bench.Tell(new AttachEvent.Ended(bench.Attachments[^1], loss));
        bench.Tell(new AttachEvent.PiSilent("attic", "no route"));
        await bench.UntilStatusAsync(Lives.Radio, RadioStatus.PiUnreachable);
        bench.Time.Advance(TimeSpan.FromMinutes(59));
        await bench.SettledAsync();
        AssertQuiet(bench);
        Assert.DoesNotContain(bench.Log.Lines, line => line.Contains("No radio is missing", StringComparison.Ordinal));
        // The event of the loss is what happened, and no problem.
        Assert.Equal(RadioEventType.Lost, Assert.Single(bench.TakeEvents()).Type);

        bench.Time.Advance(TimeSpan.FromMinutes(1));
        Snapshot after = await bench.UntilAsync(snapshot => snapshot.Pis[0].SilencedUntil is null);
        Assert.Contains("Plugged in there", Assert.Single(after.Bridge.Problems), StringComparison.Ordinal);
        Assert.True(StatusMeaning.Of(after.Radios[0], after.Pis[0]).Problem);
        Assert.Empty(bench.Memory.PlannedWork);
    }

    [Fact]
    public async Task Asked_again_it_begins_anew_and_switched_off_it_ends_at_once()
    {
        await using AttachBench bench = Lives.Start(RadioStatus.PiUnreachable);
        await Lives.BringAsync(bench, RadioStatus.PiUnreachable);
        Assert.Single(bench.Feed.Current.Bridge.Problems);
        await SilenceAsync(bench, on: true);
        AssertQuiet(bench);
        bench.Time.Advance(TimeSpan.FromMinutes(50));
        await SilenceAsync(bench, on: true);
        bench.Time.Advance(TimeSpan.FromMinutes(50));
        await bench.SettledAsync();
        AssertQuiet(bench);
        await SilenceAsync(bench, on: false);
        Assert.NotEmpty(bench.Feed.Current.Bridge.Problems);
        Assert.Null(Pi(bench).SilencedUntil);
        await SilenceAsync(bench, on: false);
        Assert.Single(bench.Log.Lines, line => line.Contains("is told again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_is_of_one_Pi_alone()
    {
        await using var bench = new AttachBench(Known("a", "1", pi: "attic"), Known("c", "2", pi: "cellar"));
        bench.Load(Wishes([AttachBench.Pi("attic"), AttachBench.Pi("cellar")]));
        foreach (string pi in (string[])["attic", "cellar"]) bench.Tell(new AttachEvent.PiSilent(pi, "no route"));
        await SilenceAsync(bench, on: true);
        bench.Time.Advance(TimeSpan.FromMinutes(5));
        await bench.UntilAsync(
            snapshot => snapshot.Bridge.Problems.Any(problem => problem.StartsWith("cellar", StringComparison.Ordinal)));
        Assert.DoesNotContain(bench.Feed.Current.Bridge.Problems, problem => problem.Contains("attic", StringComparison.Ordinal));
        Assert.Equal(
            [false, true],
            bench.Feed.Current.Radios.Select(
                radio => StatusMeaning.Of(radio, bench.Feed.Current.Pis.Single(pi => pi.Id == radio.PiId)).Problem));
    }

    [Fact]
    public async Task A_Pi_that_is_not_among_the_options_cannot_be_silenced()
    {
        await using AttachBench bench = Lives.Start(RadioStatus.Attached);
        bench.Tell(new AttachEvent.PiCommanded(new PiCommand.Silence("nobody", true)));
        await bench.SettledAsync();
        Assert.Empty(bench.Memory.PlannedWork);
    }

    // What is left of it at a start, by a clock that may say anything.
    [Theory]
    [InlineData("it was asked for 20 min ago", 40, 40)]
    [InlineData("just before", 60, 60)]
    [InlineData("it has ended while Longwire was stopped", -1, 0)]
    [InlineData("the clock is back in 1970", 29_000_000, 60)]
    [InlineData("the clock is years ahead", -29_000_000, 0)]
    public async Task It_survives_a_restart_and_is_never_longer_than_an_hour(string why, int minutesLeft, int minutes)
    {
        DateTimeOffset start = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
        await using var bench = new AttachBench(
            [new PlannedWorkMemory("attic", start + TimeSpan.FromMinutes(minutesLeft))], Known(Lives.Radio, "ZW0001"));
        bench.Load(Wishes([AttachBench.Pi("attic")]));
        bench.Tell(new AttachEvent.PiSilent("attic", "no route"));
        await bench.SettledAsync();
        Assert.True(Pi(bench).SilencedUntil is not null == minutes > 0, why);
        if (minutes == 0)
        {
            Assert.Empty(bench.Memory.PlannedWork);
            return;
        }
        Assert.Equal(start + TimeSpan.FromMinutes(minutes), Pi(bench).SilencedUntil);
        bench.Time.Advance(TimeSpan.FromMinutes(minutes) - TimeSpan.FromSeconds(1));
        await bench.SettledAsync();
        AssertQuiet(bench);
        bench.Time.Advance(TimeSpan.FromSeconds(1));
        await bench.UntilAsync(snapshot => snapshot.Pis[0].SilencedUntil is null);
    }

    [Fact]
    public async Task A_clock_that_is_set_neither_ends_it_nor_makes_it_longer_and_what_is_remembered_moves_along()
    {
        await using AttachBench bench = Lives.Start(RadioStatus.PiUnreachable);
        await Lives.BringAsync(bench, RadioStatus.PiUnreachable);
        await SilenceAsync(bench, on: true);
        bench.Time.Advance(TimeSpan.FromMinutes(10));
        bench.Time.Set(TimeSpan.FromDays(300));
        await bench.SettledAsync();
        Assert.Equal(bench.Time.GetUtcNow() + TimeSpan.FromMinutes(50), Assert.Single(bench.Memory.PlannedWork).Until);
        AssertQuiet(bench);
        bench.Time.Advance(TimeSpan.FromMinutes(50));
        await bench.UntilAsync(snapshot => snapshot.Pis[0].SilencedUntil is null);
    }

    private static PiSnapshot Pi(AttachBench bench) => bench.Feed.Current.Pis.Single(pi => pi.Id == "attic");

    private static async Task SilenceAsync(AttachBench bench, bool on)
    {
        bench.Tell(new AttachEvent.PiCommanded(new PiCommand.Silence("attic", on)));
        await bench.SettledAsync();
    }

    private static void AssertQuiet(AttachBench bench)
    {
        Snapshot now = bench.Feed.Current;
        Assert.Empty(now.Bridge.Problems);
        Assert.All(now.Radios, radio => Assert.False(StatusMeaning.Of(radio, now.Pis[0]).Problem));
    }
}
