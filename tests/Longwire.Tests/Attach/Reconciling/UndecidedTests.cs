using Longwire.Attach;
using Longwire.State;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>From a start until something is known of a radio: an update must not look like a loss.</summary>
public sealed class UndecidedTests
{
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(1);

    public static TheoryData<string> Verdicts => [.. Lives.All.Except([RadioStatus.Attaching]).Select(status => status.Name())];

    [Fact]
    public async Task Before_anything_is_heard_of_its_Pi_a_radio_is_shown_and_neither_connected_nor_disconnected()
    {
        await using AttachBench bench = Lives.Start(RadioStatus.Attaching);
        Snapshot first = await bench.UntilAsync(snapshot => snapshot != Snapshot.Empty);
        AssertConnected(null, first);
        Assert.Equal((1, 0), (first.Bridge.RadiosExpected, first.Bridge.RadiosAttached));
        Assert.Empty(bench.Log.Lines);
    }

    [Fact]
    public async Task After_eight_seconds_without_any_news_it_is_disconnected_and_no_sooner()
    {
        await using AttachBench bench = Lives.Start(RadioStatus.Attaching);
        await bench.SettledAsync();
        bench.Time.Advance(AttachTimers.FirstVerdict - s_moment);
        await bench.SettledAsync();
        AssertConnected(null, bench.Feed.Current);
        bench.Time.Advance(s_moment);
        AssertConnected(false, await bench.UntilAsync(snapshot => !snapshot.Radios[0].Undecided));
    }

    [Fact]
    public async Task In_whatever_moment_the_eight_seconds_pass_the_verdict_is_not_missed()
    {
        // More often than the clock is looked at while an event is applied and followed by what is due next.
        for (int looks = 0; looks < 150; looks++)
        {
            await using AttachBench bench = Lives.Start(RadioStatus.Attaching);
            await bench.SettledAsync();
            // Nothing else falls due with it.
            bench.Time.Advance(AttachTimers.FirstVerdict - s_moment);
            await bench.SettledAsync();
            bench.Time.AdvanceAfter(looks, s_moment);
            // One at a time: an event that came after the moment would bring everything to light.
            for (int i = 0; !bench.Time.HasJumped; i++)
            {
                string news = $"{looks}.{i}";
                bench.Tell(new AttachEvent.ProblemsChanged(news, news));
                await bench.UntilAsync(snapshot => snapshot.Bridge.Problems.Contains(news));
            }
            AssertConnected(false, await bench.UntilAsync(snapshot => !snapshot.Radios[0].Undecided));
        }
    }

    [Theory]
    [MemberData(nameof(Verdicts))]
    public async Task The_first_verdict_ends_it_for_good(string name)
    {
        RadioStatus status = Lives.All.Single(status => status.Name() == name);
        await using AttachBench bench = Lives.Start(status);
        Snapshot decided = await Lives.BringAsync(bench, status);
        AssertConnected(status == RadioStatus.Attached, decided);

        // Its Pi goes and comes back, and a person wants it: as at a start, and it is none.
        bench.Tell(new AttachEvent.PiSilent("attic", "no route"));
        if (status == RadioStatus.Detached) bench.Tell(new AttachEvent.Commanded(new RadioCommand.SetWanted(Lives.Radio, Wanted: true)));
        var loss = new AttachOutcome.Lost("gone", PiSilent: true);
        if (status == RadioStatus.Attached) bench.Tell(new AttachEvent.WentDown(bench.Attachments[0], loss));
        await bench.UntilStatusAsync(Lives.Radio, RadioStatus.PiUnreachable);
        bench.List("attic", Device(devNum: 9));
        AssertConnected(false, await bench.UntilStatusAsync(Lives.Radio, RadioStatus.Attaching));
    }

    [Fact]
    public async Task A_radio_that_may_be_busy_with_our_own_former_life_is_undecided_until_it_cannot_be()
    {
        await using AttachBench bench = Lives.Start(RadioStatus.InUse);
        bench.ListOfLongwire("attic", [new(Device().BusId, Zwave, Longwire.UsbIp.Wire.NoticeReason.InUse)]);
        await bench.SettledAsync();
        AssertConnected(null, bench.Feed.Current);
        bench.Time.Advance(AttachTimers.OwnRelease);
        AssertConnected(false, await bench.UntilStatusAsync(Lives.Radio, RadioStatus.InUse));
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(7.9, null)]
    [InlineData(8, false)]
    [InlineData(3600, false)]
    public async Task A_radio_met_for_the_first_time_is_undecided_only_while_all_are(double secondsAfterStart, bool? connected)
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        await bench.SettledAsync();
        bench.Time.Advance(TimeSpan.FromSeconds(secondsAfterStart));
        bench.List("attic", Device());
        await bench.IdentifyAsync(await bench.NextAttachmentAsync(), Device(), IdentityOf("ZW0001"));
        AssertConnected(connected, await bench.UntilAsync(snapshot => snapshot.Radios.Length == 1));
    }

    private static void AssertConnected(bool? expected, Snapshot snapshot)
    {
        RadioSnapshot radio = Assert.Single(snapshot.Radios);
        Assert.Equal(expected, StatusMeaning.Of(radio, snapshot.Pis[0]).Connected);
        Assert.Equal(expected is null, radio.Undecided);
    }
}
