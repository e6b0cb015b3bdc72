using Longwire.Attach.Reconciling;
using Longwire.State;
using Xunit;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>What is said of a radio's link, and how often that changes.</summary>
public sealed class LinkGradeTests
{
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1), s_look = TimeSpan.FromSeconds(30);

    private readonly LinkGrade _grade = new();
    private TimeSpan _now = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(0.4, "good")]
    [InlineData(49.9, "good")]
    [InlineData(50, "degraded")]
    [InlineData(199.9, "degraded")]
    [InlineData(200, "poor")]
    public void What_was_measured_first_counts_at_once(double milliseconds, string expected)
    {
        Assert.Null(_grade.Current);
        Measure(milliseconds);
        Assert.Equal(expected, _grade.Current?.Name());
    }

    [Fact]
    public void It_is_worse_at_once_and_better_once_it_was_so_for_half_an_hour()
    {
        Measure(1);
        Measure(60);
        Assert.Equal(LinkQuality.Degraded, _grade.Current);
        TimeSpan start = _now;
        while (_now - start < LinkGrade.BetterFor)
        {
            Measure(1);
            Assert.Equal(LinkQuality.Degraded, _grade.Current);
        }
        Measure(1);
        Assert.Equal(LinkQuality.Good, _grade.Current);
    }

    [Fact]
    public void At_a_threshold_it_changes_four_times_an_hour_at_most()
    {
        var random = new Random(1);
        var changes = new List<TimeSpan>();
        for (LinkQuality? before = null; _now < TimeSpan.FromHours(48);)
        {
#pragma warning disable CA5394 // Seeded, to be seen again.
            Measure(random.Next(200) == 0 ? 51 : 49);
#pragma warning restore CA5394
            if (before is not null && _grade.Current != before) changes.Add(_now);
            before = _grade.Current;
        }
        Assert.InRange(changes.Count, 2, 4 * 48);
        Assert.All(changes, at => Assert.InRange(changes.Count(other => other >= at && other < at + s_hour), 1, 4));
    }

    [Fact]
    public void An_outage_counts_for_as_long_as_it_takes_to_be_better_again()
    {
        Measure(1);
        _grade.Outage(_now);
        Assert.Equal(LinkQuality.Degraded, _grade.Current);
        TimeSpan start = _now;
        while (_grade.Current != LinkQuality.Good) Measure(1);
        TimeSpan least = LinkGrade.OutageCounts + LinkGrade.BetterFor;
        Assert.InRange(_now - start, least, least + (2 * s_look));
    }

    [Fact]
    public void What_is_not_known_changes_nothing()
    {
        Measure(300);
        for (int i = 0; i < 1000; i++) Measure(null);
        Assert.Equal(LinkQuality.Poor, _grade.Current);
    }

    private void Measure(double? milliseconds)
    {
        _now += s_look;
        _grade.Measured(milliseconds is { } known ? TimeSpan.FromMilliseconds(known) : null, _now);
    }
}
