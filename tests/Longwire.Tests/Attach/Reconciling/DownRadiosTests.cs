using Longwire.Attach;
using Longwire.Attach.Reconciling;
using Longwire.State;
using Longwire.Tests.HomeAssistant.Brokers;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>How many radios of how many are there, and the bridge's Problem once one is missing for a minute.</summary>
public sealed class DownRadiosTests
{
    private readonly RecordingLogger<DownRadiosTests> _logger = new();
    private readonly DownRadios _down;

    public DownRadiosTests() => _down = new DownRadios(_logger);

    public static TheoryData<string> Statuses => [.. Enum.GetValues<RadioStatus>().Select(status => status.Name())];

    [Theory]
    [MemberData(nameof(Statuses))]
    public void Down_is_every_status_without_a_port(string name)
    {
        RadioStatus status = Enum.GetValues<RadioStatus>().Single(status => status.Name() == name);
        RadioState[] radio = [Radio("r", status)];
        bool down = status is not (RadioStatus.Attached or RadioStatus.Held);
        Assert.Equal(down ? AttachTimers.DownForLong : null, _down.Look(radio, TimeSpan.Zero));
        _down.Look(radio, AttachTimers.DownForLong - TimeSpan.FromMilliseconds(1));
        Assert.Null(_down.Problem);
        _down.Look(radio, AttachTimers.DownForLong);
        Assert.Equal(down ? "r is not attached: its Explanation says why, and what to do." : null, _down.Problem);
    }

    [Theory]
    [InlineData(2, "r01 and r02 are not attached")]
    [InlineData(4, "r01, r02, r03 and r04 are not attached")]
    [InlineData(5, "r01, r02, r03, r04 and 1 more are not attached")]
    [InlineData(64, "r01, r02, r03, r04 and 60 more are not attached")]
    public void Several_are_one_sentence_that_names_the_first(int count, string said)
    {
        RadioState[] radios = [.. Enumerable.Range(1, count).Select(i => Radio($"r{i:00}", RadioStatus.PiUnreachable))];
        _down.Look(radios, TimeSpan.Zero);
        _down.Look(radios, AttachTimers.DownForLong);
        Assert.StartsWith(said, _down.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_comes_and_goes_is_back_only_when_it_has_stayed_for_a_moment()
    {
        RadioState[] radio = [Radio("r", RadioStatus.PiUnreachable)];
        TimeSpan now = TimeSpan.Zero;
        bool IsShown(RadioStatus status, TimeSpan after)
        {
            radio[0].Status = status;
            _down.Look(radio, now += after);
            return _down.Problem is not null;
        }

        Assert.False(IsShown(RadioStatus.PiUnreachable, TimeSpan.Zero));
        Assert.True(IsShown(RadioStatus.PiUnreachable, AttachTimers.DownForLong));
        // The first time at once.
        Assert.False(IsShown(RadioStatus.Attached, TimeSpan.FromSeconds(1)));
        for (int turn = 0; turn < 20; turn++)
        {
            IsShown(RadioStatus.PiUnreachable, TimeSpan.FromSeconds(1));
            Assert.True(IsShown(RadioStatus.PiUnreachable, AttachTimers.DownForLong));
            Assert.True(IsShown(RadioStatus.Attached, TimeSpan.FromSeconds(10)));
        }
        Assert.False(IsShown(RadioStatus.Attached, AttachTimers.ProblemSettles));
        Assert.Equal(4, _logger.Lines.Count());
    }

    [Fact]
    public void However_long_the_names_are_the_sentence_fits_a_state()
    {
        RadioState[] radios = [.. Enumerable.Range(1, 9).Select(i => Radio($"{i}{new string('x', 300)}", RadioStatus.Failed))];
        _down.Look(radios, TimeSpan.Zero);
        _down.Look(radios, AttachTimers.DownForLong);
        Assert.InRange(_down.Problem!.Length, 50, StateText.Longest);
    }

    [Fact]
    public void A_Pi_with_ten_radios_that_come_and_go_is_one_problem_said_once_until_all_are_back()
    {
        RadioState[] radios = [.. Enumerable.Range(1, 10).Select(i => Radio($"r{i:00}", RadioStatus.PiUnreachable))];
        var random = new Random(8);
        var sentences = new HashSet<string>();
        for (int second = 0; second < 600; second++)
        {
            // The last one stays away: somebody is always missing, and not always the same nine.
            foreach (RadioState radio in radios[..9])
            {
                if (random.Next(20) > 0) continue;
                radio.Status = radio.Status == RadioStatus.Attached ? RadioStatus.PiUnreachable : RadioStatus.Attached;
            }
            _down.Look(radios, TimeSpan.FromSeconds(second));
            Assert.Equal(second >= 60, _down.Problem is not null);
            if (_down.Problem is { } sentence) sentences.Add(sentence);
        }
        Assert.InRange(sentences.Count, 2, 600);
        Assert.Single(_logger.Lines);
        foreach (RadioState radio in radios) radio.Status = RadioStatus.Attached;
        Assert.Null(_down.Look(radios, TimeSpan.FromSeconds(600)));
        Assert.Null(_down.Problem);
        Assert.Equal(2, _logger.Lines.Count());
    }

    [Fact]
    public void What_is_back_within_the_minute_again_and_again_is_none()
    {
        RadioState radio = Radio("r", RadioStatus.Attached);
        for (int second = 0; second < 600; second++)
        {
            radio.Status = second % 60 == 0 ? RadioStatus.Attached : RadioStatus.Attaching;
            _down.Look([radio], TimeSpan.FromSeconds(second));
            Assert.Null(_down.Problem);
        }
        Assert.Empty(_logger.Lines);
    }

    [Fact]
    public void What_another_problem_explains_is_not_told_unless_it_was_down_for_long_before_that()
    {
        RadioState[] radios = [Radio("long", RadioStatus.Unplugged), Radio("there", RadioStatus.Attached)];
        _down.Look(radios, TimeSpan.Zero);
        TimeSpan now = AttachTimers.DownForLong;
        _down.Look(radios, now);
        string? told = _down.Problem;
        Assert.StartsWith("long is not attached", told, StringComparison.Ordinal);

        // Their Pi goes, is away for long, and is back: in all that time nothing is said to be over, and nothing new.
        foreach (RadioState radio in radios) radio.Status = RadioStatus.PiUnreachable;
        for (int look = 0; look < 5; look++)
        {
            _down.Look(radios, now += AttachTimers.DownForLong, isExplained: _ => true);
            Assert.Equal(told, _down.Problem);
        }
        (radios[0].Status, radios[1].Status) = (RadioStatus.Unplugged, RadioStatus.Attached);
        _down.Look(radios, now + TimeSpan.FromSeconds(1));
        Assert.Equal(told, _down.Problem);
        Assert.Single(_logger.Lines);
    }

    [Fact]
    public void Once_nothing_else_explains_it_a_radio_has_its_minute()
    {
        RadioState[] radio = [Radio("r", RadioStatus.PiUnreachable)];
        TimeSpan now = TimeSpan.Zero;
        for (int look = 0; look < 5; look++) _down.Look(radio, now += AttachTimers.DownForLong, isExplained: _ => true);
        radio[0].Status = RadioStatus.Attaching;
        Assert.Equal(now + AttachTimers.DownForLong, _down.Look(radio, now));
        Assert.Null(_down.Problem);
        _down.Look(radio, now + AttachTimers.DownForLong);
        Assert.StartsWith("r is not attached", _down.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_snapshot_counts_them_and_names_the_missing_after_a_minute_without_any_news()
    {
        await using var bench = new AttachBench(
            Known("here", "A", "1.2"), Known("there", "B", "1.3"), Known("off", "C", "1.4", wanted: false));
        bench.Load(Wishes([Pi("attic")]));
        Assert.Equal((2, 0), Counted(await bench.UntilAsync(snapshot => snapshot.Radios.Length == 3)));
        await bench.AttachAsync(Device("1-1.2"), IdentityOf("A"));
        Assert.Equal((2, 1), Counted(bench.Feed.Current));

        bench.Time.Advance(AttachTimers.DownForLong - TimeSpan.FromMilliseconds(1));
        await bench.SettledAsync();
        Assert.DoesNotContain(bench.Feed.Current.Bridge.Problems, IsAboutDown);
        bench.Time.Advance(TimeSpan.FromMilliseconds(1));
        Snapshot missing = await bench.UntilAsync(snapshot => snapshot.Bridge.Problems.Any(IsAboutDown));
        Assert.StartsWith("there is not attached", missing.Bridge.Problems.Single(IsAboutDown), StringComparison.Ordinal);

        bench.Tell(new AttachEvent.Commanded(new RadioCommand.SetWanted("off", Wanted: true)));
        Assert.Equal((3, 1), Counted(await bench.UntilAsync(snapshot => snapshot.Bridge.RadiosExpected == 3)));
        bench.Tell(new AttachEvent.Commanded(new RadioCommand.SetWanted("off", Wanted: false)));
        bench.Tell(new AttachEvent.Commanded(new RadioCommand.SetWanted("there", Wanted: false)));
        Snapshot well = await bench.UntilAsync(snapshot => !snapshot.Bridge.Problems.Any(IsAboutDown));
        Assert.Equal((1, 1), Counted(well));
        Assert.Equal(1, bench.Log.Lines.Count(IsAboutDown));
    }

    private static bool IsAboutDown(string text) => text.Contains("not attached", StringComparison.Ordinal);

    private static (int Expected, int Attached) Counted(Snapshot snapshot) =>
        (snapshot.Bridge.RadiosExpected, snapshot.Bridge.RadiosAttached);

    private static RadioState Radio(string name, RadioStatus status) => new(Known(name)) { Status = status };
}
