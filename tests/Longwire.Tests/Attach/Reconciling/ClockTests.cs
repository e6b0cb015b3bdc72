using Longwire.Attach;
using Longwire.State;
using Xunit;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>"Connected since" while somebody sets the clock: the date of a moment long past, by the clock as it is now.</summary>
public sealed class ClockTests
{
    [Theory]
    [InlineData("NTP comes 56 years late", 56 * 365.25 * 86400)]
    [InlineData("an hour back", -3600)]
    [InlineData("an hour on", 3600)]
    [InlineData("three seconds", 3)]
    [InlineData("three seconds back", -3)]
    public async Task Since_moves_along_with_a_clock_that_is_set_and_nothing_else_does(string why, double seconds)
    {
        await using AttachBench bench = Lives.Start(RadioStatus.Attached);
        RadioSnapshot before = (await Lives.BringAsync(bench, RadioStatus.Attached)).Radios[0];
        bench.TakeEvents();
        bench.Time.Advance(TimeSpan.FromMinutes(5));
        await BeatAsync(bench);
        TimeSpan attachedFor = bench.Time.GetUtcNow() - before.Since!.Value;
        bench.Time.Set(TimeSpan.FromSeconds(seconds));
        await BeatAsync(bench);
        RadioSnapshot after = Assert.Single(bench.Feed.Current.Radios);
        Assert.True(after.Since == before.Since + TimeSpan.FromSeconds(seconds), why);
        Assert.Equal(attachedFor, bench.Time.GetUtcNow() - after.Since!.Value);
        Assert.Equal(before with { Since = after.Since, RoundTrip = after.RoundTrip, Link = after.Link }, after);
        Assert.Empty(bench.TakeEvents());
        Assert.Single(bench.Attachments);
    }

    [Theory]
    [InlineData("a second a day, looked at every hour", 3600, 1.0 / 86400)]
    [InlineData("as fast as NTP slews", 30, 0.0005)]
    [InlineData("as fast as NTP slews, back", 30, -0.0005)]
    public async Task A_clock_that_drifts_moves_no_since_and_is_no_news(string why, int beat, double rate)
    {
        await using AttachBench bench = Lives.Start(RadioStatus.Attached);
        await Lives.BringAsync(bench, RadioStatus.Attached);
        await BeatAsync(bench);
        Snapshot before = bench.Feed.Current;
        // In sum more than what counts as set.
        for (int i = 0; i < 200; i++)
        {
            bench.Time.Advance(TimeSpan.FromSeconds(beat));
            bench.Time.Set(TimeSpan.FromSeconds(beat * rate));
            await BeatAsync(bench);
        }
        Assert.True(before.Radios[0] == bench.Feed.Current.Radios[0], why);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task A_leap_second_moves_no_since(int seconds)
    {
        await using AttachBench bench = Lives.Start(RadioStatus.Attached);
        RadioSnapshot before = (await Lives.BringAsync(bench, RadioStatus.Attached)).Radios[0];
        bench.Time.Set(TimeSpan.FromSeconds(seconds));
        await BeatAsync(bench);
        Assert.Equal(before.Since, bench.Feed.Current.Radios[0].Since);
    }

    [Fact]
    public async Task A_radio_that_is_attached_after_the_clock_was_set_is_dated_by_the_new_one()
    {
        await using AttachBench bench = Lives.Start(RadioStatus.Attached);
        await bench.SettledAsync();
        bench.Time.Set(TimeSpan.FromDays(20000));
        RadioSnapshot radio = (await Lives.BringAsync(bench, RadioStatus.Attached)).Radios[0];
        Assert.Equal((bench.Time.GetUtcNow(), bench.Time.GetUtcNow()), (radio.Since, radio.CameUpAt));
    }

    private static AttachEvent.Measured NextFigures(AttachBench bench) => new(bench.Attachments[0], TimeSpan.FromMilliseconds(2));

    private static async Task BeatAsync(AttachBench bench)
    {
        bench.Tell(NextFigures(bench));
        await bench.SettledAsync();
    }
}
