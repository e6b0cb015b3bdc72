using System.Globalization;
using Longwire.Attach;
using Longwire.State;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>The button Reattach: no outage if the radio is back in time, whatever else happens meanwhile.</summary>
public sealed class ReattachTests
{
    // A story of an attached radio: seconds that pass, and what happens, in order; then the events that people are told, and what is
    // counted.
    [Theory]
    [InlineData("it is back at once", "press back 60", "attached", 0)]
    [InlineData("it is back in the last moment", "press 29 back 60", "attached", 0)]
    [InlineData("it does not come back", "press 30", "lost", 1)]
    [InlineData("it comes back too late", "press 31 back 60", "lost attached", 1)]
    [InlineData("it does not come back for a long time", "press 300", "lost", 1)]
    [InlineData("pressed again while it is away, it has no more time", "press 20 press 9 press 1", "lost", 1)]
    [InlineData("pressed again while it is away, and back", "press 20 press 9 back 60", "attached", 0)]
    [InlineData("pressed again once it was back", "press back 20 press 20 back 60", "attached attached", 0)]
    [InlineData("pressed again after it was counted as lost", "press 30 press 60", "lost", 1)]
    [InlineData("pulled before it is back", "press 5 unplug 25", "unplugged lost", 1)]
    [InlineData("pulled once it was back", "press 5 back 5 pull 60", "attached lost", 1, "pulled")]
    [InlineData("its Pi goes away", "press 5 silence 25", "lost", 1)]
    [InlineData("a person switches it off", "press 5 off 60", "detached", 0)]
    [InlineData("a person switches it off and on", "press 5 off on 60", "detached", 0)]
    [InlineData("the options drop it", "press 5 drop 60", "detached", 0)]
    [InlineData("Longwire stops", "press 5 stop", "", 0)]
    [InlineData("pressed while it is lost anyway", "pull press 60", "lost", 1, "pulled")]
    [InlineData("pressed while it is switched off", "off press 60", "detached", 0)]
    public async Task It_is_lost_only_if_it_is_not_back_within_thirty_seconds(
        string why, string story, string events, int disconnects, string reason = "reattach")
    {
        await using AttachBench bench = Lives.Start(RadioStatus.Attached);
        await Lives.BringAsync(bench, RadioStatus.Attached);
        bench.TakeEvents();
        foreach (string word in story.Split(' ')) await DoAsync(bench, word);
        Assert.True(events == string.Join(' ', bench.TakeEvents().Select(e => e.Type.Name())), why);
        Assert.Equal(disconnects, bench.Memory.Find(Lives.Radio)!.Disconnects);
        if (disconnects == 0) Assert.Null(bench.Memory.Find(Lives.Radio)!.LastDisconnectReason);
        else Assert.Contains(reason, bench.Memory.Find(Lives.Radio)!.LastDisconnectReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_loss_is_told_without_any_other_news_and_says_what_it_came_of()
    {
        await using AttachBench bench = Lives.Start(RadioStatus.Attached);
        await Lives.BringAsync(bench, RadioStatus.Attached);
        bench.TakeEvents();
        await DoAsync(bench, "press");
        bench.Time.Advance(AttachTimers.Reattach);
        Snapshot snapshot = await bench.UntilAsync(snapshot => snapshot.Radios[0].Disconnects == 1);
        Assert.Equal("not back within 30 s of a reattach", snapshot.Radios[0].LastDisconnectReason);
        DateTimeOffset happened = bench.Time.GetUtcNow();
        // Who takes it in later still learns when it was.
        bench.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(
            [new RadioEvent(Lives.Radio, RadioEventType.Lost, "not back within 30 s of a reattach") { At = happened }], bench.TakeEvents());
    }

    [Fact]
    public async Task While_it_is_away_it_says_so_and_its_next_attachment_is_another_one()
    {
        await using AttachBench bench = Lives.Start(RadioStatus.Attached);
        Snapshot before = await Lives.BringAsync(bench, RadioStatus.Attached);
        bench.Time.Advance(TimeSpan.FromSeconds(1));
        await DoAsync(bench, "press");
        RadioSnapshot away = (await bench.UntilStatusAsync(Lives.Radio, RadioStatus.Attaching)).Radios[0];
        Assert.False(StatusMeaning.Of(away, null).Connected);
        Assert.Equal((null, null), (away.Since, away.CameUpAt));
        await DoAsync(bench, "back");
        RadioSnapshot back = (await bench.UntilStatusAsync(Lives.Radio, RadioStatus.Attached)).Radios[0];
        Assert.NotEqual(before.Radios[0].CameUpAt, back.CameUpAt);
        Assert.DoesNotContain(bench.Log.Lines, line => line.Contains("lost", StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_leaves_a_radio_that_a_person_switched_off_alone_and_says_so()
    {
        await using AttachBench bench = Lives.Start(RadioStatus.Detached);
        bench.List("attic", Device());
        await DoAsync(bench, "press");
        Assert.Equal(RadioStatus.Detached, Assert.Single(bench.Feed.Current.Radios).Status);
        Assert.False(bench.Memory.Find(Lives.Radio)!.Wanted);
        Assert.Empty(bench.Attachments);
        Assert.Contains(bench.Log.Lines, line => line.Contains("switch \"Attached\" on", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_radio_that_failed_is_tried_at_once_and_is_no_loss()
    {
        await using AttachBench bench = Lives.Start(RadioStatus.Failed);
        await Lives.BringAsync(bench, RadioStatus.Failed);
        await DoAsync(bench, "press");
        await bench.NextAttachmentAsync(1);
        await DoAsync(bench, "60");
        Assert.Empty(bench.TakeEvents());
    }

    private static async Task DoAsync(AttachBench bench, string word)
    {
        ScriptedAttachment? latest = bench.Attachments.LastOrDefault();
        switch (word)
        {
            case "press": bench.Tell(new AttachEvent.Commanded(new RadioCommand.Reattach(Lives.Radio))); break;
            case "back":
                Assert.IsType<AttachDecision.Attach>(await bench.IdentifyAsync(latest!, Device(), IdentityOf("ZW0001")));
                bench.Tell(new AttachEvent.CameUp(latest!, 1));
                break;
            case "pull":
                var loss = new AttachOutcome.Lost("pulled", PiSilent: false);
                bench.Tell(new AttachEvent.WentDown(latest!, loss));
                bench.Tell(new AttachEvent.Ended(latest!, loss));
                break;
            case "unplug": bench.ListOfLongwire("attic", []); break;
            case "silence": bench.Tell(new AttachEvent.PiSilent("attic", "no route")); break;
            case "off" or "on": bench.Tell(new AttachEvent.Commanded(new RadioCommand.SetWanted(Lives.Radio, word == "on"))); break;
            case "drop": bench.Load(Wishes([Pi("attic")], Rule("1cf1:0030"))); break;
            case "stop":
                await bench.StopAsync();
                return;
            default: bench.Time.Advance(TimeSpan.FromSeconds(int.Parse(word, CultureInfo.InvariantCulture))); break;
        }
        await bench.SettledAsync();
    }
}
