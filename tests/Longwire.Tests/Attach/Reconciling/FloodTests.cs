using Longwire.Attach;
using Longwire.State;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Wire;
using Microsoft.Extensions.Logging;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>
/// What goes on by itself for hours: the log stays readable, the bridge's Problem keeps still, and events and the debug log lose nothing.
/// </summary>
[Trait("takes", "long")]
public sealed class FloodTests
{
    private const string Radio = "0658_0200_ZW0001";

    /// <summary>For each kind of line: the first, and one that is not close on it or the hour's count.</summary>
    private const int LinesOfAKindInAnHour = 2;

    private static readonly TimeSpan s_step = TimeSpan.FromSeconds(1);

    private static readonly Dictionary<string, AttachOutcome> s_vain = new(StringComparer.Ordinal)
    {
        ["busy"] = new AttachOutcome.NotGiven(UsbIpStatus.DeviceBusy),
        ["in error state"] = new AttachOutcome.NotGiven(UsbIpStatus.DeviceError),
        ["no such device"] = new AttachOutcome.NotGiven(UsbIpStatus.NoSuchDevice),
        ["not available"] = new AttachOutcome.NotGiven(UsbIpStatus.NotAvailable),
        ["a status nobody knows"] = new AttachOutcome.NotGiven((UsbIpStatus)77),
        ["FIN"] = new AttachOutcome.Failed("importing: the connection was closed after 0 of 320 bytes"),
        ["RST"] = new AttachOutcome.Failed("importing: Connection reset by peer"),
        ["no port"] = new AttachOutcome.Failed("attaching: all 8 vhci ports for this speed are taken"),
        ["a silent stick"] = new AttachOutcome.Failed("asking the stick who it is: not done within 2 s"),
        ["a slow Pi"] = new AttachOutcome.Failed("the Pi takes the connection and does not answer in time") { PiSlow = true },
        ["refused connections"] = new AttachOutcome.Unreachable("Connection refused 192.0.2.1:3240"),
        ["no answer to the SYN"] = new AttachOutcome.Unreachable("connecting to 192.0.2.1:3240: not done within 2 s"),
        ["not the radio it claims to be"] = new AttachOutcome.Refused("it has an interface of class 08 (storage)"),
    };

    public static TheoryData<string, bool, bool> Vain
    {
        get
        {
            var rows = new TheoryData<string, bool, bool>();
            foreach (string outcome in s_vain.Keys)
            {
                foreach (bool known in new[] { false, true })
                {
                    rows.Add(outcome, known, false);
                    rows.Add(outcome, known, true);
                }
            }
            return rows;
        }
    }

    /// <param name="outcome">How each attempt ends.</param>
    /// <param name="known">A radio that was attached before, or a stick of which nothing is known yet.</param>
    /// <param name="resets">The stick is missing from the list for a moment after each attempt, as it is after an import.</param>
    [Theory]
    [MemberData(nameof(Vain))]
    public async Task What_is_tried_in_vain_again_and_again_is_a_handful_of_lines_and_one_steady_problem(
        string outcome, bool known, bool resets)
    {
        await using AttachBench bench = known ? new AttachBench(Known(Radio, "ZW0001")) : new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        var shown = new ShownProblems(bench);
        int tries = await TryAsync(bench, ["attic"], TimeSpan.FromMinutes(3), _ => s_vain[outcome], resets, shown);

        AssertFewLines(bench, hours: 1);
        Assert.Equal(tries, Lines(bench).Count(line => line.StartsWith("The attempt at ", StringComparison.Ordinal)));
        if (s_vain[outcome] is AttachOutcome.NotGiven) Assert.InRange(tries, 50, int.MaxValue);
        if (s_vain[outcome] is AttachOutcome.Failed) Assert.InRange(tries, 6, 20);
        // The Pi itself comes and goes where it cannot be reached: on, off, and on for good. A radio that is missing is told once.
        Assert.InRange(shown.Changes, 0, (s_vain[outcome] is AttachOutcome.Unreachable ? 3 : 1) + (known ? 1 : 0));
        Assert.InRange(bench.TakeEvents().Count, 0, 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Attempts_that_fail_another_way_each_time_are_a_handful_of_lines_and_a_problem_that_keeps_its_words(bool resets)
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        var shown = new ShownProblems(bench);
        var random = new Random(5);
        AttachOutcome[] ways = [.. s_vain.Values.Where(way => way is AttachOutcome.NotGiven or AttachOutcome.Failed)];
        // The port of ours that it says is another one each time.
        AttachOutcome Way(int assignment) => assignment % 2 == 0
            ? ways[random.Next(ways.Length)]
            : new AttachOutcome.Failed($"importing: Connection reset, from port {40_000 + assignment}");
        await TryAsync(bench, ["attic"], TimeSpan.FromMinutes(10), Way, resets, shown);
        AssertFewLines(bench, hours: 1);
        Assert.InRange(shown.Changes, 1, 3);
        Assert.Single(shown.Now);
    }

    [Fact]
    public async Task A_stick_that_fails_another_way_for_good_is_said_to_within_a_minute_or_so()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        var shown = new ShownProblems(bench);
        AttachOutcome Way(int assignment) => s_vain[assignment % 2 == 0 ? "FIN" : "RST"];
        await TryAsync(bench, ["attic"], TimeSpan.FromMinutes(5), Way, resets: false, shown);
        await TryAsync(bench, ["attic"], TimeSpan.FromSeconds(70), _ => s_vain["busy"], resets: false, shown);
        Assert.Contains("somebody else has it", Assert.Single(shown.Now), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sixty_four_Pis_whose_stick_somebody_else_has_are_told_once_each_in_ten_minutes()
    {
        string[] pis = [.. Enumerable.Range(0, 64).Select(pi => $"pi{pi}")];
        await using var bench = new AttachBench();
        bench.Load(Wishes(pis.Select((pi, at) => Pi(pi, $"192.0.2.{at + 1}"))));
        var shown = new ShownProblems(bench);
        int tries = await TryAsync(bench, pis, TimeSpan.FromMinutes(10), _ => s_vain["busy"], resets: false, shown);
        Assert.InRange(tries, 64 * 200, int.MaxValue);
        List<string> told = [.. Told(bench).Where(line => line.Contains("somebody else has it", StringComparison.Ordinal))];
        Assert.Equal(64, told.Count);
        Assert.Equal(64, told.Distinct().Count());
        Assert.Equal(128, Told(bench).Count());
        Assert.Equal(tries, Lines(bench).Count(line => line.StartsWith("The attempt at ", StringComparison.Ordinal)));
        Assert.Equal(64, shown.Now.Count);
        Assert.InRange(shown.Changes, 1, 64);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task A_list_that_flips_every_second_for_an_hour_is_a_handful_of_lines(bool known, bool longwire)
    {
        await using AttachBench bench = known ? new AttachBench(Known(Radio, "ZW0001")) : new AttachBench();
        bench.Load(Wishes([Pi("attic")], Rule("0658:0200")));
        var shown = new ShownProblems(bench);
        int ended = 0, plugs = 0;
        for (int second = 0; second < 3600; second++)
        {
            bool there = second % 2 == 0;
            ExportedDevice[] devices = there ? [Device()] : [];
            if (longwire) bench.ListOfLongwire("attic", [], devices);
            else bench.List("attic", devices);
            ended = EndNew(bench, ended, _ => s_vain["busy"]);
            await shown.LookAsync();
            plugs += bench.TakeEvents().Count(news => news.Type is RadioEventType.Plugged or RadioEventType.Unplugged);
            bench.Time.Advance(TimeSpan.FromSeconds(1));
        }
        AssertFewLines(bench, hours: 1);
        // No stick that matches, and a stick that somebody has: each comes, goes, and is back for good.
        Assert.InRange(shown.Changes, 0, 6);
        // The events are those of each flip all the same.
        if (known && longwire) Assert.Equal(3599, plugs);
    }

    [Fact]
    public async Task A_Pi_that_comes_and_goes_for_an_hour_is_a_handful_of_lines_and_each_turn_is_in_the_debug_log()
    {
        await using var bench = new AttachBench(Known(Radio, "ZW0001"));
        bench.Load(Wishes([Pi("attic")]));
        var shown = new ShownProblems(bench);
        for (int turn = 0; turn < 1800; turn++)
        {
            if (turn % 2 == 0) bench.List("attic");
            else bench.Tell(new AttachEvent.PiSilent("attic", turn % 4 == 1 ? "no route to host" : $"Connection refused from port {turn}"));
            await shown.LookAsync();
            bench.Time.Advance(TimeSpan.FromSeconds(2));
        }
        AssertFewLines(bench, hours: 1);
        Assert.Equal(900, Lines(bench).Count(line => line == "attic (192.0.2.1) answers"));
        List<string> silent = [.. Lines(bench).Where(line => line.Contains("and runs its export.", StringComparison.Ordinal))];
        Assert.Equal(900, silent.Count(line => line.StartsWith("attic (192.0.2.1) does not answer", StringComparison.Ordinal)));
        Assert.Equal(899, silent.Count(line => line.StartsWith("No longer: attic (192.0.2.1) does not answer", StringComparison.Ordinal)));
        // On, off, and on for good, with the radio that is missing.
        Assert.Equal(3, shown.Changes);
        bench.List("attic");
        await shown.LookAsync();
        bench.Time.Advance(AttachTimers.ProblemSettles);
        await shown.LookAsync();
        Assert.DoesNotContain(shown.Now, problem => problem.Contains("does not answer", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_radio_that_is_lost_every_twelve_seconds_for_three_hours_is_told_by_the_hour_and_each_loss_is_an_event_and_counted()
    {
        const int Losses = 3 * 3600 / 12;
        const string Lost = " is lost: the Pi closed the connection";
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        var shown = new ShownProblems(bench);
        var events = new List<RadioEvent>();
        for (int loss = 0; loss < Losses; loss++)
        {
            ExportedDevice device = Device(devNum: (uint)loss + 3);
            bench.ListOfLongwire("attic", [], device);
            await shown.LookAsync();
            ScriptedAttachment attachment = await bench.NextAttachmentAsync(loss);
            Assert.IsType<AttachDecision.Attach>(await bench.IdentifyAsync(attachment, device, IdentityOf("ZW0001")));
            bench.Tell(new AttachEvent.CameUp(attachment, 1));
            await shown.LookAsync();
            bench.Time.Advance(AttachTimers.Stable);
            var closed = new AttachOutcome.Lost("the Pi closed the connection", PiSilent: false) { PiClosed = true };
            bench.Tell(new AttachEvent.Ended(attachment, closed));
            await shown.LookAsync();
            events.AddRange(bench.TakeEvents());
            bench.Time.Advance(AttachTimers.BackoffCap);
        }
        Assert.Equal(Losses, bench.Feed.Current.Radios[0].Disconnects);
        Assert.Equal(Losses, events.Count(news => news.Type == RadioEventType.Lost));
        Assert.Equal(Losses, events.Count(news => news.Type == RadioEventType.Attached));
        AssertFewLines(bench, hours: 3);
        List<string> told = [.. Told(bench).Where(line => line.Contains("is lost", StringComparison.Ordinal))];
        Assert.EndsWith(Lost, told[0], StringComparison.Ordinal);
        Assert.Matches($@"{Lost} \((299|300) times in the last hour\)$", told[1]);
        Assert.Equal(Losses, Lines(bench).Count(line => line.EndsWith(Lost, StringComparison.Ordinal)));
        Assert.InRange(shown.Changes, 0, 3);
    }

    /// <returns>How many attempts there were and have ended.</returns>
    private static async Task<int> TryAsync(
        AttachBench bench, string[] pis, TimeSpan during, Func<int, AttachOutcome> outcome, bool resets, ShownProblems shown)
    {
        int ended = bench.Attachments.Count;
        for (TimeSpan past = TimeSpan.Zero; past < during; past += s_step)
        {
            foreach (string pi in pis) bench.List(pi, Device());
            await shown.LookAsync();
            ended = EndNew(bench, ended, outcome);
            await shown.LookAsync();
            if (resets)
            {
                foreach (string pi in pis) bench.List(pi);
                await shown.LookAsync();
            }
            bench.Time.Advance(s_step);
        }
        return ended;
    }

    private static int EndNew(AttachBench bench, int ended, Func<int, AttachOutcome> outcome)
    {
        for (; ended < bench.Attachments.Count; ended++) bench.Tell(new AttachEvent.Ended(bench.Attachments[ended], outcome(ended)));
        return ended;
    }

    private static void AssertFewLines(AttachBench bench, int hours)
    {
        // Lines of a kind differ in their reason and their count, which come behind a colon or a bracket.
        foreach (IGrouping<string, string> kind in Told(bench).GroupBy(KindOf))
            Assert.True(kind.Count() <= LinesOfAKindInAnHour + hours - 1, $"{kind.Count()} lines:\n{string.Join('\n', kind)}");
        Assert.InRange(Told(bench).Count(), 0, 8 * (hours + 1));
    }

    private static string KindOf(string line)
    {
        foreach (string status in Enum.GetValues<RadioStatus>().Select(status => $" is {status.Name()} "))
        {
            if (line.Contains(status, StringComparison.Ordinal)) return status;
        }
        string end = line.Contains("answers", StringComparison.Ordinal) ? " answers" : "";
        return line.Split([" (", ": "], StringSplitOptions.None)[0] + end;
    }

    private static IEnumerable<string> Told(AttachBench bench) =>
        bench.Log.Entries.Where(entry => entry.Level > LogLevel.Debug && !ShownProblems.IsMark(entry.Line)).Select(entry => entry.Line);

    private static IEnumerable<string> Lines(AttachBench bench) => bench.Log.Lines.Where(line => !ShownProblems.IsMark(line));
}
