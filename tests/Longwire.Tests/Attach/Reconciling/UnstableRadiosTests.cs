using Longwire.Attach;
using Longwire.State;
using Longwire.UsbIp.Wire;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>A radio that goes away again and again is one problem, which stays while it does.</summary>
public sealed class UnstableRadiosTests
{
    private static readonly TimeSpan s_between = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_seldom = TimeSpan.FromMinutes(9);

    [Theory]
    [InlineData("its link is cut, and the same session goes on")]
    [InlineData("its port goes, and it is attached anew")]
    public async Task However_it_goes_away_the_third_time_is_told_until_it_has_been_there_for_a_quarter_of_an_hour(string how)
    {
        await using AttachBench bench = Lives.Start(RadioStatus.Attached);
        await Lives.BringAsync(bench, RadioStatus.Attached);
        for (int times = 1; times <= 9; times++)
        {
            // At first often, then less so: it still goes away.
            bench.Time.Advance(times < 5 ? s_between : s_seldom);
            await GoAwayAndComeBackAsync(bench, how[4] == 'p');
            Assert.Equal(times >= AttachTimers.UnstableTimes, IsTold(bench));
            Assert.Equal(times >= AttachTimers.UnstableTimes, HasProblem(bench));
        }
        Assert.Contains("goes away again and again", Meaning(bench).Explanation, StringComparison.Ordinal);
        bench.Time.Advance(AttachTimers.UnstableWithin - TimeSpan.FromMinutes(1));
        await bench.SettledAsync();
        Assert.True(HasProblem(bench));
        // No event: the time alone.
        bench.Time.Advance(TimeSpan.FromMinutes(1));
        await bench.UntilAsync(_ => !HasProblem(bench) && !IsTold(bench));
        Assert.Contains("Nothing to do", Meaning(bench).Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_own_problem_stays_on_whether_it_is_there_at_the_moment_or_not()
    {
        await using AttachBench bench = Lives.Start(RadioStatus.Attached);
        await Lives.BringAsync(bench, RadioStatus.Attached);
        for (int times = 1; times <= AttachTimers.UnstableTimes; times++) await GoAwayAndComeBackAsync(bench, portGoes: false);
        var seen = new List<(RadioStatus, bool)>();
        void Look() => seen.Add((Radio(bench).Status, HasProblem(bench)));
        Look();
        bench.Tell(new AttachEvent.HoldChanged(bench.Attachments[^1], new CarrierHold(1, "silence"), default));
        await bench.UntilStatusAsync(Lives.Radio, RadioStatus.Held);
        Look();
        Lose(bench);
        await bench.UntilStatusAsync(Lives.Radio, RadioStatus.Attaching);
        Look();
        Assert.Equal([(RadioStatus.Attached, true), (RadioStatus.Held, true), (RadioStatus.Attaching, true)], seen);
        Assert.StartsWith("Being attached again, but unstable", Meaning(bench).Explanation, StringComparison.Ordinal);
        // What a person wants detached is no problem.
        bench.Tell(new AttachEvent.Commanded(new RadioCommand.SetWanted(Lives.Radio, Wanted: false)));
        await bench.UntilStatusAsync(Lives.Radio, RadioStatus.Detached);
        Assert.False(HasProblem(bench));
        Assert.False(IsTold(bench));
    }

    [Fact]
    public async Task A_hold_that_ends_with_the_loss_of_the_port_is_one_time_and_what_a_person_asks_for_is_none()
    {
        await using AttachBench bench = Lives.Start(RadioStatus.Attached);
        await Lives.BringAsync(bench, RadioStatus.Attached);
        for (int times = 1; times < AttachTimers.UnstableTimes; times++)
        {
            bench.Tell(new AttachEvent.HoldChanged(bench.Attachments[^1], new CarrierHold(1, "silence"), default));
            await ComeBackAsync(bench, () => Lose(bench));
            await ComeBackAsync(bench, () =>
            {
                bench.Tell(new AttachEvent.Commanded(new RadioCommand.SetWanted(Lives.Radio, Wanted: false)));
                bench.Tell(new AttachEvent.Commanded(new RadioCommand.SetWanted(Lives.Radio, Wanted: true)));
            });
        }
        Assert.False(IsTold(bench));
        await GoAwayAndComeBackAsync(bench, portGoes: true);
        Assert.True(IsTold(bench));
    }

    [Fact]
    public async Task Pulled_again_and_again_while_somebody_works_there_it_is_not_unstable_afterwards()
    {
        await using AttachBench bench = Lives.Start(RadioStatus.Attached);
        await Lives.BringAsync(bench, RadioStatus.Attached);
        bench.Tell(new AttachEvent.PiCommanded(new PiCommand.Silence("attic", true)));
        for (int times = 0; times < 10; times++) await GoAwayAndComeBackAsync(bench, portGoes: true);
        bench.Tell(new AttachEvent.PiCommanded(new PiCommand.Silence("attic", false)));
        await bench.SettledAsync();
        Assert.False(IsTold(bench));
        Assert.False(HasProblem(bench));
    }

    [Fact]
    public async Task Six_of_one_Pi_are_one_sentence()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        ExportedDevice[] devices = [.. Enumerable.Range(1, 6).Select(i => Device($"1-1.{i}"))];
        bench.List("attic", devices);
        await bench.NextAttachmentAsync(devices.Length - 1);
        Task[] identified =
        [
            .. bench.Attachments.Select(
                attachment => bench.Identify(
                    attachment, devices.Single(device => device.BusId == attachment.BusId), IdentityOf($"{attachment.BusId}"))),
        ];
        await Task.WhenAll(identified);
        foreach (ScriptedAttachment attachment in bench.Attachments) bench.Tell(new AttachEvent.CameUp(attachment, 1));
        await bench.UntilAsync(now => now.Radios.Length == 6 && now.Radios.All(radio => radio.HasPort));
        for (int times = 1; times <= AttachTimers.UnstableTimes; times++)
        {
            foreach (ScriptedAttachment attachment in bench.Attachments)
            {
                bench.Tell(new AttachEvent.HoldChanged(attachment, new CarrierHold(1, "silence"), default));
                bench.Tell(new AttachEvent.HoldChanged(attachment, null, default));
            }
        }
        await bench.UntilAsync(now => now.Radios.All(radio => radio.Unstable));
        // The names came one after the other, as far as the reconciler was ahead of this test.
        bench.Time.Advance(AttachTimers.ProblemSettles);
        await bench.SettledAsync();
        Assert.EndsWith(
            " and 2 more went away 3 times or more within 15 minutes: see the power supply and the network of attic, "
                + "and what restarts there.",
            Assert.Single(bench.Feed.Current.Bridge.Problems),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Pi_that_is_away_names_its_radios_and_they_are_no_problem_of_the_bridge_beside()
    {
        await using var bench = new AttachBench(
            Known("a", "A", "1.2"), Known("b", "B", "1.3"), Known("off", "C", "1.4", wanted: false), Known("d", "D", pi: "cellar"));
        bench.Load(Wishes([Pi("attic"), Pi("cellar")]));
        bench.Tell(new AttachEvent.PiSilent("attic", "no route"));
        bench.Tell(new AttachEvent.PiSilent("cellar", "no route"));
        await bench.UntilStatusAsync("d", RadioStatus.PiUnreachable);
        bench.Time.Advance(AttachTimers.DownForLong * 2);
        await bench.SettledAsync();
        Assert.Equal(
            ["Plugged in there: a and b.", "Plugged in there: d."],
            bench.Feed.Current.Bridge.Problems.Select(problem => problem[problem.IndexOf("Plugged", StringComparison.Ordinal)..]));

        // Back, they get their minute, however it was away.
        bench.Tell(new AttachEvent.PiSilent("attic", "closed") { Manner = PiSilenceKind.ClosedUnanswered });
        await bench.UntilStatusAsync("a", RadioStatus.Failed);
        bench.Time.Advance(AttachTimers.DownForLong * 2);
        await bench.SettledAsync();
        bench.ListOfLongwire("attic", []);
        await bench.UntilStatusAsync("a", RadioStatus.Unplugged);
        Assert.DoesNotContain(bench.Feed.Current.Bridge.Problems, problem => problem.StartsWith("a ", StringComparison.Ordinal));
        bench.Time.Advance(AttachTimers.DownForLong);
        await bench.UntilAsync(
            now => now.Bridge.Problems.Any(problem => problem.StartsWith("a and b are not attached", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task One_that_was_unplugged_before_its_Pi_went_away_is_told_beside_it()
    {
        await using var bench = new AttachBench(Known("a", "A", "1.2"), Known("b", "B", "1.3"));
        bench.Load(Wishes([Pi("attic")]));
        await bench.AttachAsync(Device("1-1.2"), IdentityOf("A"));
        bench.ListOfLongwire("attic", []);
        await bench.UntilStatusAsync("b", RadioStatus.Unplugged);
        var loss = new AttachOutcome.Lost("the Pi is away", PiSilent: true);
        bench.Tell(new AttachEvent.WentDown(bench.Attachments[0], loss));
        bench.Tell(new AttachEvent.Ended(bench.Attachments[0], loss));
        bench.Tell(new AttachEvent.PiSilent("attic", "no route"));
        await bench.UntilStatusAsync("b", RadioStatus.PiUnreachable);
        bench.Time.Advance(AttachTimers.DownForLong * 2);
        await bench.SettledAsync();
        Assert.Contains(bench.Feed.Current.Bridge.Problems, told => told.EndsWith("Plugged in there: a.", StringComparison.Ordinal));
        Assert.Contains(bench.Feed.Current.Bridge.Problems, told => told.StartsWith("b is not attached", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_that_the_options_ask_for_no_more_is_not_told()
    {
        await using AttachBench bench = Lives.Start(RadioStatus.Attached);
        await Lives.BringAsync(bench, RadioStatus.Attached);
        for (int times = 1; times <= AttachTimers.UnstableTimes; times++) await GoAwayAndComeBackAsync(bench, portGoes: false);
        Assert.True(IsTold(bench));
        bench.Load(Wishes([Pi("cellar")]));
        await bench.UntilAsync(now => now.Radios.IsEmpty);
        bench.Time.Advance(AttachTimers.ProblemSettles);
        await bench.SettledAsync();
        Assert.False(IsTold(bench));
    }

    private static async Task GoAwayAndComeBackAsync(AttachBench bench, bool portGoes)
    {
        AttachBench.ScriptedAttachment attachment = bench.Attachments[^1];
        if (!portGoes)
        {
            bench.Tell(new AttachEvent.HoldChanged(attachment, new CarrierHold(1, "silence"), default));
            bench.Tell(new AttachEvent.HoldChanged(attachment, null, default));
            await bench.SettledAsync();
            return;
        }
        await ComeBackAsync(bench, () => Lose(bench));
    }

    private static void Lose(AttachBench bench)
    {
        var loss = new AttachOutcome.Lost("the stick was plugged in anew", PiSilent: false);
        bench.Tell(new AttachEvent.WentDown(bench.Attachments[^1], loss));
        bench.Tell(new AttachEvent.Ended(bench.Attachments[^1], loss));
    }

    // Whatever takes it away, it stays long enough before and after for that to be no failure to attach it.
    private static async Task ComeBackAsync(AttachBench bench, Action takeAway)
    {
        bench.Time.Advance(AttachTimers.Stable);
        int next = bench.Attachments.Count;
        takeAway();
        await bench.SettledAsync();
        bench.Time.Advance(TimeSpan.FromSeconds(30));
        await bench.AttachAsync(Device(), IdentityOf("ZW0001"), next);
        await bench.UntilStatusAsync(Lives.Radio, RadioStatus.Attached);
    }

    private static RadioSnapshot Radio(AttachBench bench) => bench.Feed.Current.Radios.Single(radio => radio.Id == Lives.Radio);

    private static StatusMeaning Meaning(AttachBench bench) => StatusMeaning.Of(Radio(bench), bench.Feed.Current.Pis[0]);

    private static bool HasProblem(AttachBench bench) => Meaning(bench).Problem;

    private static bool IsTold(AttachBench bench) =>
        bench.Feed.Current.Bridge.Problems.Any(problem => problem.Contains("went away", StringComparison.Ordinal));
}
