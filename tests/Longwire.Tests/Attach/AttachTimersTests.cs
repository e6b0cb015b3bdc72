using Longwire.Attach;
using Xunit;

namespace Longwire.Tests.Attach;

/// <summary>How long a stick may take on its port, by what was noticed when we asked it ourselves.</summary>
public sealed class AttachTimersTests
{
    // Round trip and slowest answer in milliseconds.
    [Theory]
    [InlineData(0, 0, 2, 10)]
    [InlineData(10, 0, 2.4, 10)]
    [InlineData(500, 0, 4, 10)]
    [InlineData(1, 300, 6.8, 19.6)]
    [InlineData(1, 500, 10, 26)]
    [InlineData(1, 1900, 10, 26)]
    public void A_slow_stick_has_more_time_up_to_a_limit(int roundTrip, int answer, double enumerate, double onPort)
    {
        var figures = new CarrierFigures(TimeSpan.FromMilliseconds(roundTrip), null) { SlowestAnswer = TimeSpan.FromMilliseconds(answer) };
        Assert.Equal(TimeSpan.FromSeconds(enumerate), AttachTimers.EnumerateFor(figures));
        Assert.Equal(TimeSpan.FromSeconds(onPort), AttachTimers.OnPort(figures));
        Assert.InRange(AttachTimers.OnPort(figures) - AttachTimers.EnumerateFor(figures), TimeSpan.FromSeconds(6), TimeSpan.MaxValue);
    }

    [Fact]
    public void A_text_that_is_never_answered_has_the_time_that_the_kernel_takes_for_it()
    {
        var figures = new CarrierFigures(TimeSpan.Zero, null) { LeavesTextUnanswered = true };
        Assert.Equal(TimeSpan.FromSeconds(13), AttachTimers.EnumerateFor(figures));
        Assert.Equal(TimeSpan.FromSeconds(21), AttachTimers.OnPort(figures));
    }

    [Fact]
    public void A_round_trip_that_is_not_known_counts_for_the_most() =>
        Assert.Equal(TimeSpan.FromSeconds(4), AttachTimers.EnumerateFor(default));
}
