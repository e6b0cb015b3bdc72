using System.Globalization;
using System.Text.RegularExpressions;
using Longwire.Platform;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.Platform;

public sealed partial class TransitionLogTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly TimedLines _written;
    private readonly TransitionLog _log;

    public TransitionLogTests()
    {
        _written = new TimedLines(_time);
        _log = new TransitionLog(_written, _time);
    }

    public void Dispose() => _log.Dispose();

    [Fact]
    public void The_first_line_about_a_subject_is_told_in_full_and_one_close_on_it_only_to_the_debug_log()
    {
        Lost("attic", "zwave", "pulled");
        _time.Advance(TimeSpan.FromSeconds(5));
        Lost("attic", "zwave", "pulled again");
        Lost("attic", "zigbee", "pulled");
        Back(_log.About("attic", "zwave"), "zwave");
        Lost("cellar", "zwave", "pulled");
        Assert.Equal(["zwave is lost: pulled", "zigbee is lost: pulled", "zwave is back", "zwave is lost: pulled"], Told);
        Assert.Equal("zwave is lost: pulled again", Assert.Single(Left));
    }

    [Fact]
    public void A_second_one_that_stands_alone_may_be_for_good_and_is_told_at_once_and_in_full()
    {
        Lost("attic", "zwave", "pulled");
        _time.Advance(TimeSpan.FromMinutes(20));
        Lost("attic", "zwave", "pulled");
        Assert.Equal(["zwave is lost: pulled", "zwave is lost: pulled"], Told);
        _time.Advance(TimeSpan.FromMinutes(20));
        Lost("attic", "zwave", "kicked");
        Assert.Equal(2, Told.Count);
        _time.Advance(TimeSpan.FromMinutes(40));
        Assert.Equal("zwave is lost: kicked (once more in the last hour)", Told[^1]);
    }

    [Fact]
    public void What_comes_alone_after_some_that_were_close_says_how_many_there_were()
    {
        for (int i = 0; i < 4; i++) Lost("attic", "zwave", "pulled");
        _time.Advance(TimeSpan.FromMinutes(20));
        Lost("attic", "zwave", "pulled");
        Assert.Equal("zwave is lost: pulled (4 times in the last 20 min)", Told[^1]);
    }

    // From what blinks to what is no flapping at all.
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(61)]
    [InlineData(150)]
    [InlineData(600)]
    [InlineData(1799)]
    [InlineData(3599)]
    [InlineData(3601)]
    [InlineData(8000)]
    public void Whatever_its_rhythm_it_is_told_at_most_once_an_hour_after_the_first_and_nothing_is_left_uncounted(int seconds)
    {
        int happened = 0;
        for (int second = 0; second < 6 * 3600; second += seconds)
        {
            if (second > 0) _time.Advance(TimeSpan.FromSeconds(seconds));
            Lost("attic", "zwave", "pulled");
            happened++;
        }
        _time.Advance(TransitionLog.Span);

        List<string> told = Told;
        List<DateTimeOffset> at = [.. _written.Told.Select(entry => entry.At)];
        Assert.Equal("zwave is lost: pulled", told[0]);
        Assert.All(at.Skip(1).Zip(at.Skip(2)), pair => Assert.True(pair.Second - pair.First >= TransitionLog.Span, $"{pair}"));
        Assert.InRange(told.Count, 2, 9);
        // A line that was told at once is one of those that a count in it counts.
        Assert.Equal(happened, told.Sum(CountIn));
        int inFull = _written.Lines.Count(line => line == "zwave is lost: pulled");
        Assert.Equal(happened, inFull + told.Count(line => InPassing().IsMatch(line)));
    }

    [Fact]
    public void After_an_hour_of_peace_it_is_the_first_again()
    {
        Lost("attic", "zwave", "pulled");
        Lost("attic", "zwave", "pulled");
        _time.Advance(TransitionLog.Span);
        _time.Advance(TransitionLog.Span);
        Lost("attic", "zwave", "pulled");
        Assert.Equal(["zwave is lost: pulled", "zwave is lost: pulled (once more in the last hour)", "zwave is lost: pulled"], Told);
    }

    [Fact]
    public void What_happened_last_is_told_last_for_it_is_how_things_stand()
    {
        for (int i = 0; i < 3; i++)
        {
            Lost("attic", "zwave", "pulled");
            Back(_log.About("attic", "zwave"), "zwave");
        }
        _time.Advance(TransitionLog.Span);
        Assert.Equal(["zwave is lost: pulled (2 times in the last hour)", "zwave is back (2 times in the last hour)"], Told.Skip(2));
        Lost("attic", "zwave", "pulled");
        _time.Advance(TransitionLog.Span);
        Assert.Equal("zwave is lost: pulled (once more in the last hour)", Told[^1]);
    }

    [Fact]
    public void Who_makes_up_subjects_without_end_gets_a_bounded_number_of_lines_and_takes_nobody_elses()
    {
        for (int hour = 0; hour < 3; hour++)
        {
            for (int made = 0; made < 20_000; made++) Lost("attic", $"{hour}-{made}", "made up");
            _time.Advance(TransitionLog.Span);
        }
        Lost("cellar", "zwave", "pulled");
        Assert.Equal("zwave is lost: pulled", Told[^1]);
        Assert.InRange(Told.Count, TransitionLog.LinesPerSource, (3 * (TransitionLog.LinesPerSource + 2)) + 1);
        Assert.Contains(Told, line => line.Contains("and others like it, ", StringComparison.Ordinal));
        Assert.Equal((3 * 20_000) + 1, _written.Lines.Count(line => !line.EndsWith(')')));
    }

    [Fact]
    public void What_is_logged_without_a_subject_or_through_another_logger_is_written_each_time()
    {
        for (int i = 0; i < 3; i++) Back(_log, "zwave");
        Assert.Equal(3, Told.Count);
        Assert.Same(NullLogger.Instance, NullLogger.Instance.About("attic", "zwave"));
    }

    [Fact]
    public void After_a_machine_has_slept_the_count_says_for_how_long_it_is()
    {
        Lost("attic", "zwave", "pulled");
        Lost("attic", "zwave", "pulled");
        _time.Advance(TimeSpan.FromHours(5));
        Assert.Equal("zwave is lost: pulled (once more in the last 5 h)", Told[^1]);
    }

    private List<string> Told => [.. _written.Told.Select(entry => entry.Line)];
    private List<string> Left => [.. _written.Entries.Where(entry => entry.Level == LogLevel.Debug).Select(entry => entry.Line)];

    private static int CountIn(string line) =>
        Count().Match(line) is { Success: true } match ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 1;

    private void Lost(string source, string radio, string reason) => Lost(_log.About(source, radio), radio, reason);

    [LoggerMessage(LogLevel.Warning, "{Radio} is lost: {Reason}")]
    private static partial void Lost(ILogger logger, string radio, string reason);

    [LoggerMessage(LogLevel.Information, "{Radio} is back")]
    private static partial void Back(ILogger logger, string radio);

    [GeneratedRegex(@"\((\d+) times in ")]
    private static partial Regex Count();

    [GeneratedRegex(@" in the last \d+ min\)$")]
    private static partial Regex InPassing();

    private sealed class TimedLines(TimeProvider time) : ILogger
    {
        public List<(DateTimeOffset At, LogLevel Level, string Line)> Entries { get; } = [];
        public IEnumerable<(DateTimeOffset At, LogLevel Level, string Line)> Told => Entries.Where(entry => entry.Level > LogLevel.Debug);
        public IEnumerable<string> Lines => Entries.Select(entry => entry.Line);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Entries.Add((time.GetUtcNow(), logLevel, formatter(state, exception)));
    }
}
