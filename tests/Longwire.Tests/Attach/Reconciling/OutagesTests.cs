using Longwire.Attach;
using Longwire.Attach.Memory;
using Longwire.State;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>How often and for how long a radio was held.</summary>
public sealed class OutagesTests
{
    private const string Radio = "0658_0200_ZW0001";

    private static readonly CarrierHold s_hold = new(1, "the Pi stopped answering");

    [Fact]
    public async Task A_hold_counts_from_its_beginning_and_its_time_from_its_end()
    {
        await using var bench = new AttachBench();
        ScriptedAttachment attachment = await AttachAsync(bench);
        Assert.Equal((0, 0, null, null), Told(bench));
        DateTimeOffset began = await HoldAsync(bench, attachment, seconds: 4);
        Assert.Equal((1, 0, began, null), Told(bench));
        await ResumeAsync(bench, attachment);
        Assert.Equal((1, 4, began, 4), Told(bench));
        DateTimeOffset next = await HoldAsync(bench, attachment, seconds: 30);
        Assert.Equal((2, 4, next, null), Told(bench));
        await ResumeAsync(bench, attachment);
        Assert.Equal((2, 34, next, 30), Told(bench));
        Assert.Equal(0, bench.Feed.Current.Radios[0].Disconnects);
    }

    [Fact]
    public async Task Another_loss_within_a_hold_is_the_same_outage()
    {
        await using var bench = new AttachBench();
        ScriptedAttachment attachment = await AttachAsync(bench);
        DateTimeOffset began = await HoldAsync(bench, attachment, seconds: 3);
        bench.Tell(new AttachEvent.HoldChanged(attachment, new CarrierHold(2, "the connection ended"), default));
        await bench.SettledAsync();
        bench.Time.Advance(TimeSpan.FromSeconds(2));
        await ResumeAsync(bench, attachment);
        // That it is there is said once more when it has another connection.
        await ResumeAsync(bench, attachment);
        Assert.Equal((1, 5, began, 5), Told(bench));
    }

    [Theory]
    [InlineData("the port goes", 1)]
    [InlineData("somebody detaches it", 0)]
    [InlineData("somebody attaches it afresh", 0)]
    [InlineData("it is not wanted by the options any more", 0)]
    [InlineData("Longwire is stopped", 0)]
    public async Task A_hold_out_of_which_a_radio_goes_lasts_until_then(string how, int disconnects)
    {
        await using var bench = new AttachBench();
        ScriptedAttachment attachment = await AttachAsync(bench);
        DateTimeOffset began = await HoldAsync(bench, attachment, seconds: 12);
        switch (how)
        {
            case "the port goes":
                bench.Tell(new AttachEvent.WentDown(attachment, new AttachOutcome.Lost("the Pi stopped answering", PiSilent: true)));
                break;
            case "somebody detaches it":
                bench.Tell(new AttachEvent.Commanded(new RadioCommand.SetWanted(Radio, Wanted: false)));
                break;
            case "somebody attaches it afresh":
                bench.Tell(new AttachEvent.Commanded(new RadioCommand.Reattach(Radio)));
                break;
            case "it is not wanted by the options any more":
                bench.Load(Wishes([]));
                break;
            default:
                await bench.StopAsync();
                break;
        }
        if (how != "Longwire is stopped") await bench.SettledAsync();
        bench.Time.Advance(TimeSpan.FromSeconds(3));
        OutageMemory outages = bench.Memory.Find(Radio)!.Outages!;
        Assert.Equal(new OutageMemory(1, TimeSpan.FromSeconds(12), began, TimeSpan.FromSeconds(12)), outages);
        Assert.Equal(disconnects, bench.Memory.Find(Radio)!.Disconnects);
    }

    [Fact]
    public async Task The_count_goes_on_over_a_restart_and_an_outage_in_which_Longwire_ended_has_no_length()
    {
        var began = new DateTimeOffset(2026, 11, 21, 3, 0, 0, TimeSpan.Zero);
        await using var bench = new AttachBench(
            Known(Radio, "ZW0001") with { Outages = new OutageMemory(7, TimeSpan.FromMinutes(2), began, LastHeld: null) });
        ScriptedAttachment attachment = await AttachAsync(bench);
        Assert.Equal((7, 120, began, null), Told(bench));
        DateTimeOffset next = await HoldAsync(bench, attachment, seconds: 5);
        await ResumeAsync(bench, attachment);
        Assert.Equal((8, 125, next, 5), Told(bench));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_dated_since_the_start_moves_along_with_a_clock_that_is_set(bool sinceStart)
    {
        var former = new OutageMemory(1, TimeSpan.Zero, DateTimeOffset.UnixEpoch, TimeSpan.Zero);
        await using var bench = new AttachBench(Known(Radio, "ZW0001") with { Outages = former });
        ScriptedAttachment attachment = await AttachAsync(bench);
        DateTimeOffset began = DateTimeOffset.UnixEpoch;
        if (sinceStart)
        {
            began = await HoldAsync(bench, attachment, seconds: 5);
            await ResumeAsync(bench, attachment);
            began += TimeSpan.FromHours(1);
        }
        bench.Time.Set(TimeSpan.FromHours(1));
        await bench.SettledAsync();
        Assert.Equal(began, bench.Feed.Current.Radios[0].LastOutage);
        Assert.Equal(sinceStart ? 5 : 0, bench.Feed.Current.Radios[0].HeldTime.TotalSeconds);
    }

    private static async Task<ScriptedAttachment> AttachAsync(AttachBench bench)
    {
        bench.Load(Wishes([Pi("attic")]));
        return await bench.AttachAsync(Device(), IdentityOf("ZW0001"));
    }

    /// <returns>When it began.</returns>
    private static async Task<DateTimeOffset> HoldAsync(AttachBench bench, ScriptedAttachment attachment, int seconds)
    {
        bench.Time.Advance(TimeSpan.FromMinutes(1));
        DateTimeOffset began = bench.Time.GetUtcNow();
        bench.Tell(new AttachEvent.HoldChanged(attachment, s_hold, default));
        await bench.UntilStatusAsync(Radio, RadioStatus.Held);
        bench.Time.Advance(TimeSpan.FromSeconds(seconds));
        return began;
    }

    private static async Task ResumeAsync(AttachBench bench, ScriptedAttachment attachment)
    {
        bench.Tell(new AttachEvent.HoldChanged(attachment, null, default));
        await bench.SettledAsync();
    }

    private static (long Count, double Held, DateTimeOffset? Last, double? LastHeld) Told(AttachBench bench)
    {
        RadioSnapshot radio = bench.Feed.Current.Radios[0];
        return (radio.Outages, radio.HeldTime.TotalSeconds, radio.LastOutage, radio.LastOutageTime?.TotalSeconds);
    }
}
