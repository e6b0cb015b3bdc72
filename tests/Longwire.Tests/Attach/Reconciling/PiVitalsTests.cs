using Longwire.Attach;
using Longwire.Link.Wire;
using Longwire.State;
using Xunit;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>What becomes of what a Pi says of its machine.</summary>
public sealed class PiVitalsTests : IAsyncDisposable
{
    private static readonly Vitals s_told = new()
    {
        Temperature = 48.26, UnderVoltage = false, Load = 0.423, Uptime = TimeSpan.FromHours(5), WifiSignal = -56,
    };

    private readonly AttachBench _bench = Lives.Start(RadioStatus.Unplugged);

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task It_is_shown_rounded_and_when_it_was_booted_by_our_clock()
    {
        await TellAsync(s_told);
        Assert.Equal(
            new PiVitals(48.3, false, 0.42, _bench.Time.GetUtcNow() - TimeSpan.FromHours(5), -56), _bench.Feed.Current.Pis[0].Vitals);
    }

    [Fact]
    public async Task The_moment_of_its_boot_stays_the_same_until_it_is_booted_again_and_moves_with_our_clock()
    {
        await TellAsync(s_told);
        DateTimeOffset booted = _bench.Feed.Current.Pis[0].Vitals!.Value.Since!.Value;
        _bench.Time.Advance(TimeSpan.FromMinutes(10));
        // Two clocks never run alike.
        await TellAsync(s_told with { Temperature = 50, Uptime = TimeSpan.FromHours(5) + TimeSpan.FromMinutes(10.3) });
        Assert.Equal((50, booted), (Now.Temperature, Now.Since));
        _bench.Time.Set(TimeSpan.FromDays(9));
        await _bench.SettledAsync();
        Assert.Equal(booted + TimeSpan.FromDays(9), Now.Since);
        _bench.Time.Advance(TimeSpan.FromMinutes(10));
        await TellAsync(s_told with { Uptime = TimeSpan.FromMinutes(2) });
        Assert.Equal(_bench.Time.GetUtcNow() - TimeSpan.FromMinutes(2), Now.Since);
    }

    [Fact]
    public async Task A_Pi_that_says_it_without_end_is_heard_now_and_then_and_its_power_at_once()
    {
        await TellAsync(s_told);
        for (int i = 1; i <= 100; i++) await TellAsync(s_told with { Temperature = i });
        Assert.Equal(48.3, Now.Temperature);
        await TellAsync(s_told with { UnderVoltage = true, Temperature = 60 });
        Assert.Equal((48.3, true), (Now.Temperature, Now.UnderVoltage));
        await TellAsync(s_told with { UnderVoltage = true, Temperature = 61 });
        Assert.Equal(48.3, Now.Temperature);
        // What was told last is not lost, though nothing is told any more.
        _bench.Time.Advance(AttachTimers.VitalsRest);
        await _bench.UntilAsync(snapshot => snapshot.Pis[0].Vitals is { Temperature: 61 });
    }

    [Fact]
    public async Task Power_that_dips_again_and_again_is_one_alarm_that_ends_once_it_was_well_for_a_minute()
    {
        await TellAsync(s_told);
        for (int i = 0; i < 10; i++)
        {
            await TellAsync(s_told with { UnderVoltage = true });
            Assert.True(Now.UnderVoltage);
            await TellAsync(s_told);
            _bench.Time.Advance(TimeSpan.FromSeconds(30));
            await _bench.SettledAsync();
            Assert.True(Now.UnderVoltage);
        }
        _bench.Time.Advance(AttachTimers.PowerSettles);
        await _bench.SettledAsync();
        _bench.Time.Advance(AttachTimers.VitalsRest);
        await _bench.UntilAsync(snapshot => snapshot.Pis[0].Vitals is { UnderVoltage: false });
    }

    [Fact]
    public async Task Nothing_is_known_of_a_Pi_that_is_away()
    {
        await TellAsync(s_told);
        _bench.Tell(new AttachEvent.PiSilent("attic", "no route"));
        await _bench.UntilAsync(snapshot => snapshot.Pis[0].Reachable == false);
        Assert.Null(_bench.Feed.Current.Pis[0].Vitals);
    }

    [Fact]
    public async Task A_Pi_that_says_that_it_was_booted_before_all_time_says_nothing_by_it()
    {
        await TellAsync(s_told with { Uptime = TimeSpan.MaxValue });
        Assert.Null(Now.Since);
        _bench.Tell(new AttachEvent.PiVitalsTold("nobody", s_told));
        await _bench.SettledAsync();
    }

    private PiVitals Now => _bench.Feed.Current.Pis[0].Vitals!.Value;

    private async Task TellAsync(Vitals vitals)
    {
        if (_bench.Feed.Current.Pis.IsEmpty || _bench.Feed.Current.Pis[0].Reachable is null) _bench.ListOfLongwire("attic", []);
        _bench.Tell(new AttachEvent.PiVitalsTold("attic", vitals));
        await _bench.SettledAsync();
    }
}
