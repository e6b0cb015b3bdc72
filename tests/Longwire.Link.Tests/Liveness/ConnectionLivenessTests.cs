using Longwire.Link.Liveness;
using Xunit;

namespace Longwire.Link.Tests.Liveness;

public sealed class ConnectionLivenessTests
{
    private static readonly TimeSpan s_start = TimeSpan.FromDays(3);
    private readonly ConnectionLiveness _liveness = new(s_start);

    [Fact]
    public void Whoever_said_nothing_for_a_second_pings()
    {
        Assert.Equal(At(1000), _liveness.NextCheck);
        Assert.Equal(ConnectionHealth.Alive, _liveness.Check(At(999)));
        Assert.Equal(ConnectionHealth.PingDue, _liveness.Check(At(1000)));
        _liveness.Ping(At(1000));
        Assert.Equal(ConnectionHealth.Alive, _liveness.Check(At(1999)));
        _liveness.Said(At(1500));
        Assert.Equal(At(2500), _liveness.NextCheck);
    }

    [Fact]
    public void Whatever_is_heard_counts_and_three_seconds_of_silence_are_a_loss()
    {
        _liveness.Said(At(2000));
        Assert.Equal(ConnectionHealth.Alive, _liveness.Check(At(2999)));
        Assert.Equal(At(3000), _liveness.NextCheck);
        Assert.Equal(ConnectionHealth.Silent, _liveness.Check(At(3000)));
        // Read once more: something was there.
        _liveness.Heard(At(3000));
        Assert.Equal(ConnectionHealth.PingDue, _liveness.Check(At(3000)));
        Assert.Equal(TimeSpan.FromMilliseconds(700), _liveness.SilentFor(At(3700)));
    }

    [Fact]
    public void A_silent_connection_is_told_to_be_so_also_when_a_ping_is_due() =>
        Assert.Equal(ConnectionHealth.Silent, _liveness.Check(At(5000)));

    [Fact]
    public void A_connection_that_is_never_quiet_is_pinged_for_its_round_trip()
    {
        for (int ms = 0; ms < 10_000; ms += 100)
        {
            Assert.Equal(ConnectionHealth.Alive, _liveness.Check(At(ms)));
            _liveness.Said(At(ms));
            _liveness.Heard(At(ms));
        }
        Assert.Equal(At(10_000), _liveness.NextCheck);
        Assert.Equal(ConnectionHealth.PingDue, _liveness.Check(At(10_000)));
        _liveness.Ping(At(10_000));
        Assert.Equal(ConnectionHealth.Alive, _liveness.Check(At(10_500)));
    }

    [Fact]
    public void A_pong_gives_the_round_trip_of_the_ping_that_it_answers()
    {
        Assert.Null(_liveness.RoundTrip);
        ulong first = _liveness.Ping(At(1000)), second = _liveness.Ping(At(2000));
        Assert.True(_liveness.Pong(first, At(2200)));
        Assert.Equal(TimeSpan.FromMilliseconds(1200), _liveness.RoundTrip);
        Assert.True(_liveness.Pong(second, At(2250)));
        Assert.Equal(TimeSpan.FromMilliseconds(250), _liveness.RoundTrip);
    }

    [Fact]
    public void A_pong_that_nobody_asked_for_gives_no_round_trip()
    {
        ulong stamp = _liveness.Ping(At(1000));
        foreach (ulong other in (ReadOnlySpan<ulong>)[0, stamp - 1, stamp + 1, ulong.MaxValue, 1UL << 63])
            Assert.False(_liveness.Pong(other, At(1100)));
        Assert.True(_liveness.Pong(stamp, At(1100)));
        Assert.False(_liveness.Pong(stamp, At(1200)));
        Assert.Equal(TimeSpan.FromMilliseconds(100), _liveness.RoundTrip);
        for (int ms = 2000; ms <= 6000; ms += 1000) _liveness.Ping(At(ms));
        Assert.False(_liveness.Pong((ulong)At(2000).Ticks, At(6001)));
    }

    [Fact]
    public void Over_a_quiet_connection_one_side_asks_rarely_and_the_other_never()
    {
        TimeSpan quiet = TimeSpan.FromSeconds(30);
        var asking = new ConnectionLiveness(s_start, LinkPace.Asking(quiet));
        var answering = new ConnectionLiveness(s_start, LinkPace.Answering(quiet));
        Assert.Equal((At(30_000), At(33_000)), (asking.NextCheck, answering.NextCheck));
        Assert.Equal(ConnectionHealth.Alive, asking.Check(At(29_999)));
        Assert.Equal(ConnectionHealth.PingDue, asking.Check(At(30_000)));
        Assert.Equal(ConnectionHealth.Alive, answering.Check(At(32_999)));
        Assert.Equal(ConnectionHealth.Silent, answering.Check(At(33_000)));
        asking.Ping(At(30_000));
        Assert.Equal(ConnectionHealth.Alive, asking.Check(At(32_999)));
        Assert.Equal(ConnectionHealth.Silent, asking.Check(At(33_000)));
    }

    [Fact]
    public void Quiet_connections_of_one_clock_are_pinged_at_one_time_and_none_later_than_agreed()
    {
        LinkPace pace = LinkPace.Asking(TimeSpan.FromSeconds(30));
        foreach (int stood in (int[])[0, 1, 7_000, 29_999])
        {
            var liveness = new ConnectionLiveness(At(stood), pace);
            Assert.Equal(At(30_000), liveness.NextCheck);
            Assert.Equal(ConnectionHealth.Alive, liveness.Check(At(29_999)));
            Assert.Equal(ConnectionHealth.PingDue, liveness.Check(At(30_000)));
            // The thread that says them all is late with some.
            liveness.Ping(At(30_000 + (stood % 10)));
            liveness.Heard(At(30_000 + (stood % 10)));
            Assert.Equal(At(60_000), liveness.NextCheck);
        }
    }

    [Fact]
    public void Silence_that_was_right_is_not_held_against_anybody_once_it_is_not_right_any_more()
    {
        var liveness = new ConnectionLiveness(s_start, LinkPace.Asking(TimeSpan.FromSeconds(30)));
        liveness.Change(LinkPace.Brisk, At(20_000));
        Assert.Equal(ConnectionHealth.PingDue, liveness.Check(At(20_000)));
        liveness.Ping(At(20_000));
        Assert.Equal(ConnectionHealth.PingDue, liveness.Check(At(22_999)));
        Assert.Equal(ConnectionHealth.Silent, liveness.Check(At(23_000)));
        Assert.Equal(TimeSpan.FromSeconds(23), liveness.SilentFor(At(23_000)));
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(1000, null)]
    [InlineData(1001, 1001)]
    [InlineData(30_000, 30_000)]
    [InlineData(uint.MaxValue, 30_000)]
    public void Nobody_is_quiet_for_longer_than_either_side_would_have_it(uint said, int? agreed) =>
        Assert.Equal(
            agreed is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null,
            LinkPace.Agree(TimeSpan.FromMilliseconds(said), LinkTimers.QuietPing));

    [Fact]
    public void A_side_that_knows_nothing_of_quiet_is_treated_as_ever() =>
        Assert.Equal((LinkPace.Brisk, LinkPace.Brisk), (LinkPace.Asking(null), LinkPace.Answering(null)));

    [Fact]
    public void The_waiting_times_stand_to_each_other_as_their_page_says()
    {
        // Two pings may be lost before the third second is over.
        Assert.True(3 * LinkTimers.PingAfter <= LinkTimers.LostAfter);
        Assert.Equal(LinkTimers.MostAttempts, LinkTimers.Dial / LinkTimers.BetweenAttempts);
        Assert.True(LinkTimers.LostAfter + LinkTimers.Dial < LinkTimers.KeptLonger);
        Assert.True(LinkTimers.EndAnswer < LinkTimers.LostAfter);
        Assert.True(LinkTimers.AckDelay < LinkTimers.PingAfter);
        Assert.True(LinkTimers.QuietPing <= LinkTimers.MostQuiet);
    }

    private static TimeSpan At(int milliseconds) => s_start + TimeSpan.FromMilliseconds(milliseconds);
}
