using Longwire.Platform;
using Xunit;

namespace Longwire.Tests.Platform;

public sealed class StandStillTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1200, 1200)]
    [InlineData(-30, 0)]
    public void What_the_time_of_day_is_ahead_of_our_clock_is_a_pause_and_a_clock_that_was_set_back_is_none(int setBy, int expected)
    {
        var time = new TwoClocks();
        var pause = new StandStill(time);
        time.Pass(TimeSpan.FromSeconds(5));
        time.Utc += TimeSpan.FromSeconds(setBy);
        Assert.Equal(TimeSpan.FromSeconds(expected), pause.ByNow());
    }

    private sealed class TwoClocks : TimeProvider
    {
        private long _ticks;

        public DateTimeOffset Utc { get; set; } = DateTimeOffset.UnixEpoch;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public override DateTimeOffset GetUtcNow() => Utc;

        public void Pass(TimeSpan time)
        {
            _ticks += time.Ticks;
            Utc += time;
        }
    }
}
