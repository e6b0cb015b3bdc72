using System.Globalization;
using Longwire.Attach;
using Longwire.State;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>What a Pi lists, does not list, and does not say.</summary>
public sealed class PiChangesTests
{
    private const string Radio = "0658_0200_ZW0001";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_Pi_that_comes_back_before_it_has_found_its_sticks_does_not_make_its_silence_an_unplugging(bool saidGoodbye)
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        ScriptedAttachment attachment = await bench.AttachAsync(Device(), IdentityOf("ZW0001"));
        bench.Tell(new AttachEvent.Ended(attachment, new AttachOutcome.Lost("the Pi went", PiSilent: false) { PiClosed = saidGoodbye }));
        bench.Tell(new AttachEvent.PiSilent("attic", "no route"));
        await bench.UntilStatusAsync(Radio, RadioStatus.PiUnreachable);
        bench.Time.Advance(TimeSpan.FromSeconds(20));
        bench.ListOfLongwire("attic", []);
        RadioSnapshot radio = Assert.Single((await bench.UntilStatusAsync(Radio, RadioStatus.Unplugged)).Radios);
        Assert.Equal("the Pi went", radio.LastDisconnectReason);
    }

    [Fact]
    public async Task A_radio_that_is_not_there_at_the_start_keeps_the_reason_of_its_last_loss()
    {
        await using var bench = new AttachBench(Known(Radio, "ZW0001") with { Disconnects = 3, LastDisconnectReason = "last month's" });
        bench.Load(Wishes([Pi("attic")]));
        bench.ListOfLongwire("attic", []);
        RadioSnapshot radio = Assert.Single((await bench.UntilStatusAsync(Radio, RadioStatus.Unplugged)).Radios);
        Assert.Equal("last month's", radio.LastDisconnectReason);
    }

    [Fact]
    public async Task A_Pi_that_fell_silent_is_unreachable_at_once()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        ScriptedAttachment attachment = await bench.AttachAsync(Device(), IdentityOf("ZW0001"));
        bench.Tell(new AttachEvent.WentDown(attachment, new AttachOutcome.Lost("silent", PiSilent: true)));
        Snapshot snapshot = await bench.UntilStatusAsync(Radio, RadioStatus.PiUnreachable);
        Assert.False(snapshot.Pis[0].Reachable);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_Pi_whose_radio_is_heard_on_its_own_connection_is_not_away_whatever_becomes_of_our_questions(bool heard)
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        ScriptedAttachment attachment = await bench.AttachAsync(Device(), IdentityOf("ZW0001"));
        attachment.IsAlive = heard;
        bench.Tell(new AttachEvent.PiSilent("attic", "no route"));
        await bench.SettledAsync();
        Assert.Equal(heard, bench.Feed.Current.Pis[0].Reachable);
        Assert.Equal(heard ? 0 : 1, bench.Feed.Current.Bridge.Problems.Length);
    }

    [Fact]
    public async Task One_attempt_that_does_not_get_through_is_no_Pi_that_is_away()
    {
        await using var bench = new AttachBench(Known(Radio, "ZW0001"));
        bench.Load(Wishes([Pi("attic")]));
        bench.List("attic", Device());
        bench.Tell(new AttachEvent.Ended(await bench.NextAttachmentAsync(), new AttachOutcome.Unreachable("no answer within 2 s")));
        await bench.SettledAsync();
        Assert.True(bench.Feed.Current.Pis[0].Reachable);
        Assert.Empty(bench.Feed.Current.Bridge.Problems);
        bench.Time.Advance(AttachTimers.BackoffCap);
        await bench.NextAttachmentAsync(1);
    }

    [Fact]
    public async Task A_radio_that_is_not_listed_is_asked_for_and_found_in_use()
    {
        await using var bench = new AttachBench(Known(Radio, "ZW0001"));
        bench.Load(Wishes([Pi("attic")]));
        bench.List("attic");
        ScriptedAttachment asked = await bench.NextAttachmentAsync();
        Assert.Equal("1-1.2", asked.BusId.ToString());
        bench.Tell(new AttachEvent.Ended(asked, new AttachOutcome.NotGiven(UsbIpStatus.DeviceBusy)));
        await bench.SettledAsync();
        // So soon after the start it may be an earlier life of ours that the Pi has not missed yet.
        Assert.Equal(RadioStatus.Attaching, bench.Feed.Current.Radios[0].Status);
        bench.Time.Advance(AttachTimers.OwnRelease);
        await bench.UntilStatusAsync(Radio, RadioStatus.InUse);
        await bench.AttachAsync(Device(), IdentityOf("ZW0001"), index: 1);
        await bench.UntilStatusAsync(Radio, RadioStatus.Attached);
    }

    [Fact]
    public async Task A_radio_that_a_stock_Pi_does_not_know_is_not_offered()
    {
        await using var bench = new AttachBench(Known(Radio, "ZW0001"));
        bench.Load(Wishes([Pi("attic")]));
        bench.List("attic");
        bench.Tell(new AttachEvent.Ended(await bench.NextAttachmentAsync(), new AttachOutcome.NotGiven(UsbIpStatus.NoSuchDevice)));
        await bench.UntilStatusAsync(Radio, RadioStatus.NotOffered);
    }

    [Fact]
    public async Task A_Pi_that_lists_thousands_has_a_few_of_them_tried_at_once_and_each_in_its_turn()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        ExportedDevice[] many =
        [
            .. Enumerable.Range(1, 1000).Select(i => Device(string.Create(CultureInfo.InvariantCulture, $"1-{i}"), (uint)i)),
        ];
        bench.List("attic", many);
        await bench.NextAttachmentAsync(5);
        await bench.SettledAsync();
        Assert.Equal(6, bench.Attachments.Count);
        // One that failed makes room, and goes behind those who were not tried yet.
        bench.Tell(new AttachEvent.Ended(bench.Attachments[0], new AttachOutcome.Failed("no")));
        await bench.NextAttachmentAsync(6);
        bench.Time.Advance(AttachTimers.BackoffCap);
        bench.Tell(new AttachEvent.Ended(bench.Attachments[1], new AttachOutcome.Failed("no")));
        await bench.NextAttachmentAsync(7);
        await bench.SettledAsync();
        Assert.Equal(8, bench.Attachments.Select(attachment => attachment.BusId).Distinct().Count());
        Assert.Equal(8, bench.Attachments.Count);
    }

    [Fact]
    public async Task Radios_that_are_up_take_no_place_from_those_that_come()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        for (uint i = 0; i < 9; i++)
        {
            ExportedDevice device = Device(string.Create(CultureInfo.InvariantCulture, $"1-{i + 1}"), i + 1);
            await bench.AttachAsync(device, IdentityOf(string.Create(CultureInfo.InvariantCulture, $"ZW{i}")), (int)i);
        }
        Assert.Equal(9, bench.Feed.Current.Radios.Count(radio => radio.Status == RadioStatus.Attached));
    }

    [Fact]
    public async Task A_stock_Pi_that_serves_all_that_is_wanted_is_asked_now_and_then()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")], Rule("0658:0200:ZW0001")));
        bench.List("attic");
        await bench.SettledAsync();
        Assert.Equal(AttachTimers.PollFast, bench.Watches["attic"].Interval);
        bench.Time.Advance(TimeSpan.FromSeconds(61));
        await bench.SettledAsync();
        Assert.Equal(AttachTimers.Poll, bench.Watches["attic"].Interval);
        ScriptedAttachment attachment = await bench.AttachAsync(Device(), IdentityOf("ZW0001"));
        Assert.Equal(AttachTimers.PollServing, bench.Watches["attic"].Interval);
        bench.Tell(new AttachEvent.Ended(attachment, new AttachOutcome.Lost("x", PiSilent: false)));
        await bench.SettledAsync();
        Assert.Equal(AttachTimers.PollAtOnce, bench.Watches["attic"].Interval);
        bench.Time.Advance(TimeSpan.FromSeconds(2));
        await bench.SettledAsync();
        Assert.Equal(AttachTimers.PollFast, bench.Watches["attic"].Interval);
    }

    [Fact]
    public async Task A_Pi_is_asked_less_often_while_the_radio_that_was_lost_is_being_attached_whoever_else_is_missing()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")], Rule("0658:0200:ZW0001"), Rule("0658:0200:ZW0002")));
        ScriptedAttachment attachment = await bench.AttachAsync(Device(), IdentityOf("ZW0001"));
        ScriptedAttachment longGone = await bench.AttachAsync(Device("1-2", 2), IdentityOf("ZW0002"), 1);
        // Who says itself what it has is not asked for what it does not list.
        bench.ListOfLongwire("attic", []);
        bench.Tell(new AttachEvent.Ended(longGone, new AttachOutcome.Lost("y", PiSilent: false)));
        await bench.SettledAsync();
        bench.Time.Advance(TimeSpan.FromHours(1));
        await bench.SettledAsync();
        Assert.Equal(AttachTimers.Poll, bench.Watches["attic"].Interval);

        bench.Tell(new AttachEvent.Ended(attachment, new AttachOutcome.Lost("x", PiSilent: false)));
        await bench.SettledAsync();
        Assert.Equal(AttachTimers.PollAtOnce, bench.Watches["attic"].Interval);
        bench.Time.Advance(TimeSpan.FromSeconds(1));
        bench.ListOfLongwire("attic", [], Device());
        await bench.NextAttachmentAsync(2);
        await bench.SettledAsync();
        Assert.Equal(AttachTimers.PollFast, bench.Watches["attic"].Interval);
    }

    [Fact]
    public async Task A_stick_that_is_ours_and_listed_again_shows_that_the_Pi_has_forgotten_us()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        ScriptedAttachment attachment = await bench.AttachAsync(Device(), IdentityOf("ZW0001"));
        bench.Time.Advance(TimeSpan.FromSeconds(1));
        bench.ListOfLongwire("attic", [], Device(devNum: 2));
        await bench.NextAttachmentAsync(1);
        await bench.SettledAsync();
        Assert.True(attachment.Cancelled);
        Assert.Contains(bench.TakeEvents(), e => e.Type == RadioEventType.Lost);
    }

    [Theory]
    [InlineData("stock", false)]
    [InlineData("unknown", false)]
    [InlineData("longwire", true)]
    public async Task A_working_radio_is_not_cut_because_its_Pi_lists_it(string server, bool alive)
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        ScriptedAttachment attachment = await bench.AttachAsync(Device(), IdentityOf("ZW0001"));
        attachment.IsAlive = alive;
        for (uint list = 0; list < 6; list++)
        {
            bench.Time.Advance(TimeSpan.FromSeconds(10));
            // Each with another number: usbipd-win gives one to each list.
            ExportedDevice listed = Device(devNum: list + 1);
            if (server == "stock") bench.List("attic", listed);
            else if (server == "unknown") bench.ListCutShort("attic", listed);
            else bench.ListOfLongwire("attic", [], listed);
        }
        await bench.SettledAsync();
        Assert.False(attachment.Cancelled);
        Assert.Single(bench.Attachments);
        Assert.True(bench.Feed.Current.Radios.Single().HasPort);
    }

    [Fact]
    public async Task A_Longwire_that_answers_late_or_by_halves_once_is_one_all_the_same()
    {
        await using var bench = new AttachBench(Known("r", "ZW0001"));
        bench.Load(Wishes([Pi("attic")]));
        bench.ListOfLongwire("attic", [new NoticeEntry(BusId.Parse("1-1.2"), Zwave, NoticeReason.TtyOpen)]);
        Snapshot told = await bench.UntilStatusAsync("r", RadioStatus.Failed);
        bench.ListCutShort("attic");
        bench.Time.Advance(AttachTimers.AskWhetherInUse);
        await bench.SettledAsync();
        Assert.Empty(bench.Attachments);
        Assert.Equal(told.Radios.Single().Reason, bench.Feed.Current.Radios.Single().Reason);
        Assert.Equal("0.1.0", bench.Feed.Current.Pis.Single().Version);
    }

    [Fact]
    public async Task A_Pi_whose_every_answer_ends_by_halves_is_no_Longwire_any_more()
    {
        await using var bench = new AttachBench(Known("r", "ZW0001"));
        bench.Load(Wishes([Pi("attic")]));
        bench.ListOfLongwire("attic", []);
        await bench.UntilStatusAsync("r", RadioStatus.Unplugged);
        for (int answer = 0; answer < 5; answer++) bench.ListCutShort("attic");
        await bench.NextAttachmentAsync();
    }

    [Fact]
    public async Task A_Pi_on_which_something_else_serves_now_is_no_Longwire_any_more()
    {
        await using var bench = new AttachBench(Known("r", "ZW0001"));
        bench.Load(Wishes([Pi("attic")]));
        bench.ListOfLongwire("attic", []);
        await bench.UntilStatusAsync("r", RadioStatus.Unplugged);
        bench.List("attic");
        await bench.NextAttachmentAsync();
        // It starts before what the list changes is told.
        await bench.SettledAsync();
        Assert.Null(bench.Feed.Current.Pis.Single().Version);
    }

    [Fact]
    public async Task One_missing_radio_and_one_silent_Pi_are_named_each_with_its_remedy()
    {
        await using var bench = new AttachBench();
        bench.Load(
            Wishes([Pi("attic"), Pi("cellar", "192.0.2.2")], Rule("0658:0200", "attic", index: 0), Rule("1cf1:0030", "attic", index: 1)));
        bench.Tell(new AttachEvent.PiSilent("cellar", "no route"));
        await bench.AttachAsync(Device(), IdentityOf("ZW0001"));
        Snapshot snapshot = await bench.UntilAsync(s => s.Bridge.Problems.Length == 2);
        Assert.Contains(
            snapshot.Bridge.Problems,
            p => p.Contains("radios[1]", StringComparison.Ordinal) && p.Contains("Plug it in", StringComparison.Ordinal));
        Assert.Contains(
            snapshot.Bridge.Problems,
            p => p.Contains("cellar", StringComparison.Ordinal) && p.Contains("See that it is on", StringComparison.Ordinal));
        Assert.Equal(RadioStatus.Attached, Assert.Single(snapshot.Radios).Status);
    }
}
