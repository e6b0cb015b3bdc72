using System.Collections.Immutable;
using Longwire.Attach;
using Longwire.Attach.Reconciling;
using Longwire.Link.Pairing;
using Longwire.Options;
using Longwire.State;
using Longwire.Tests.Options;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>The button Take over: one attempt for each press, of a radio that another host has at a paired Pi.</summary>
public sealed class TakeOversTests
{
    private const string Radio = "r";

    private static readonly ImmutableArray<NoticeEntry> s_inUse = [new(BusId.Parse("1-1.2"), Zwave, NoticeReason.InUse)];

    [Fact]
    public async Task A_press_is_one_attempt_that_says_so_and_the_radio_is_attached()
    {
        await using AttachBench bench = await InUseAsync();
        int before = bench.Attachments.Count;
        Press(bench);
        ScriptedAttachment attempt = await bench.NextAttachmentAsync(before);
        Assert.True(attempt.Request.TakeOver);
        Assert.Equal("1-1.2", attempt.BusId.ToString());
        Assert.IsType<AttachDecision.Attach>(await bench.IdentifyAsync(attempt, Device(), IdentityOf("ZW0001")));
        bench.Tell(new AttachEvent.CameUp(attempt, 1));
        await bench.UntilStatusAsync(Radio, RadioStatus.Attached);
    }

    [Fact]
    public async Task What_is_not_given_stays_in_use_with_the_reason_and_is_not_tried_again_that_way()
    {
        await using AttachBench bench = await InUseAsync();
        int before = bench.Attachments.Count;
        Press(bench);
        bench.End(await bench.NextAttachmentAsync(before), new AttachOutcome.NotGiven(UsbIpStatus.DeviceBusy));
        Snapshot told = await bench.UntilAsync(snapshot => snapshot.Radios[0].Reason == TakeOvers.StillHeard);
        Assert.Equal(RadioStatus.InUse, told.Radios[0].Status);
        // It is asked for as before, without the wish.
        bench.Time.Advance(AttachTimers.AskWhetherInUse);
        ScriptedAttachment asks = await bench.NextAttachmentAsync(before + 1);
        Assert.False(asks.Request.TakeOver);
        bench.End(asks, new AttachOutcome.NotGiven(UsbIpStatus.DeviceBusy));
        await bench.SettledAsync();
        Assert.Equal((RadioStatus.InUse, TakeOvers.StillHeard), (bench.Feed.Current.Radios[0].Status, bench.Feed.Current.Radios[0].Reason));
        // Whoever has it gives it up, and another one has it later: of that nothing was asked.
        bench.ListOfLongwire("attic", []);
        await bench.UntilStatusAsync(Radio, RadioStatus.Unplugged);
        bench.ListOfLongwire("attic", s_inUse);
        Assert.Null((await bench.UntilStatusAsync(Radio, RadioStatus.InUse)).Radios[0].Reason);
    }

    [Fact]
    public async Task One_of_its_kind_in_another_port_may_be_another_hosts_own_and_is_not_taken()
    {
        await using AttachBench bench = await InUseAsync();
        bench.ListOfLongwire("attic", [new(BusId.Parse("1-1.3"), Zwave, NoticeReason.InUse)]);
        await bench.SettledAsync();
        int before = bench.Attachments.Count;
        Press(bench);
        await bench.UntilAsync(snapshot => snapshot.Radios[0].Reason == TakeOvers.Elsewhere);
        Assert.Equal(before, bench.Attachments.Count);
    }

    public static TheoryData<string, string> Ends => new()
    {
        { "away", "the network is away" },
        { "failed", "with the key of this one" },
        { "error", "error state" },
        { "gone", "no such stick" },
    };

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task Whatever_else_keeps_it_from_being_given_is_told(string how, string said)
    {
        await using AttachBench bench = await InUseAsync();
        int before = bench.Attachments.Count;
        Press(bench);
        AttachOutcome outcome = how switch
        {
            "away" => new AttachOutcome.Unreachable(said),
            "failed" => new AttachOutcome.Failed(said),
            "error" => new AttachOutcome.NotGiven(UsbIpStatus.DeviceError),
            _ => new AttachOutcome.NotGiven(UsbIpStatus.NoSuchDevice),
        };
        bench.End(await bench.NextAttachmentAsync(before), outcome);
        await bench.UntilAsync(snapshot => snapshot.Radios[0] is { Status: RadioStatus.InUse, Reason: { } reason }
            && reason.Contains(said, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_press_while_it_is_asked_for_anyway_is_an_attempt_after_that()
    {
        await using AttachBench bench = await InUseAsync();
        int before = bench.Attachments.Count;
        bench.Time.Advance(AttachTimers.AskWhetherInUse);
        ScriptedAttachment asks = await bench.NextAttachmentAsync(before);
        Press(bench);
        Press(bench);
        await bench.SettledAsync();
        Assert.Equal(before + 1, bench.Attachments.Count);
        bench.End(asks, new AttachOutcome.NotGiven(UsbIpStatus.DeviceBusy));
        ScriptedAttachment attempt = await bench.NextAttachmentAsync(before + 1);
        Assert.False(asks.Request.TakeOver);
        Assert.True(attempt.Request.TakeOver);
        bench.End(attempt, new AttachOutcome.NotGiven(UsbIpStatus.DeviceBusy));
        await bench.SettledAsync();
        Assert.Equal(before + 2, bench.Attachments.Count);
    }

    [Fact]
    public async Task What_was_wanted_and_could_not_be_begun_is_not_done_at_some_other_time()
    {
        await using AttachBench bench = await InUseAsync();
        int before = bench.Attachments.Count;
        bench.Time.Advance(AttachTimers.AskWhetherInUse);
        ScriptedAttachment asks = await bench.NextAttachmentAsync(before);
        Press(bench);
        bench.Tell(new AttachEvent.PiSilent("attic", "no route"));
        await bench.UntilStatusAsync(Radio, RadioStatus.PiUnreachable);
        bench.End(asks, new AttachOutcome.Unreachable("no route"));
        await bench.SettledAsync();
        bench.ListOfLongwire("attic", s_inUse);
        await bench.UntilStatusAsync(Radio, RadioStatus.InUse);
        bench.Time.Advance(AttachTimers.AskWhetherInUse);
        Assert.False((await bench.NextAttachmentAsync(before + 1)).Request.TakeOver);
    }

    [Theory]
    [InlineData("detached", "switch \"Attached\" on")]
    [InlineData("stock", "not paired")]
    [InlineData("unplugged", "its status is unplugged")]
    public async Task Where_there_is_nothing_to_take_over_a_press_does_nothing_and_the_log_says_why(string how, string said)
    {
        await using AttachBench bench = await InUseAsync(wanted: how != "detached", paired: how != "stock");
        if (how == "unplugged")
        {
            bench.ListOfLongwire("attic", []);
            await bench.UntilStatusAsync(Radio, RadioStatus.Unplugged);
        }
        int before = bench.Attachments.Count;
        Press(bench);
        bench.Tell(new AttachEvent.Commanded(new RadioCommand.TakeOver("nobody")));
        await bench.SettledAsync();
        Assert.Equal(before, bench.Attachments.Count);
        Assert.Contains(said, Assert.Single(
            bench.Log.Lines, line => line.Contains("is not taken over", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_had_it_and_lost_it_that_way_is_in_use_and_asks_for_it_as_for_any_other()
    {
        await using var bench = new AttachBench(Known(Radio, "ZW0001"));
        bench.Load(Wishes([Paired]));
        bench.ListOfLongwire("attic", [], Device());
        ScriptedAttachment attached = await bench.NextAttachmentAsync();
        await bench.IdentifyAsync(attached, Device(), IdentityOf("ZW0001"));
        bench.Tell(new AttachEvent.CameUp(attached, 1));
        await bench.UntilStatusAsync(Radio, RadioStatus.Attached);
        bench.End(attached, new AttachOutcome.Lost("a person had another host take this radio over", PiSilent: false) { PiClosed = true });
        bench.ListOfLongwire("attic", s_inUse);
        await bench.SettledAsync();
        bench.Time.Advance(AttachTimers.OwnRelease);
        Snapshot lost = await bench.UntilStatusAsync(Radio, RadioStatus.InUse);
        Assert.Contains("take this radio over", lost.Radios[0].LastDisconnectReason, StringComparison.Ordinal);
        for (int index = 1; index < 5; index++)
        {
            bench.Time.Advance(AttachTimers.AskWhetherInUse);
            ScriptedAttachment asks = await bench.NextAttachmentAsync(index);
            Assert.False(asks.Request.TakeOver);
            bench.End(asks, new AttachOutcome.NotGiven(UsbIpStatus.DeviceBusy));
            await bench.SettledAsync();
        }
        Assert.Equal(RadioStatus.InUse, bench.Feed.Current.Radios[0].Status);
    }

    [Theory]
    [InlineData(true, "Link")]
    [InlineData(false, "Stock")]
    public async Task Whether_a_Pi_is_paired_is_known_also_while_its_entry_cannot_be_read(bool paired, string mode)
    {
        await using (AttachBench bench = await InUseAsync(paired: paired))
            Assert.Equal(mode, Assert.Single(bench.Feed.Current.Pis).Mode.ToString());
        await using var unread = new AttachBench(Known(Radio, "ZW0001"));
        var problem = new OptionProblem("pis[0].address", "x y", "give an address");
        AttachOptions options = Wishes([]) with { SkippedPis = [new SkippedPi("attic", "attic", "x y", problem, IsPaired: paired)] };
        unread.Load(new LoadedOptions<AttachOptions>(options, [problem]));
        Snapshot told = await unread.UntilAsync(snapshot => snapshot.Pis.Length == 1);
        Assert.Equal(mode, Assert.Single(told.Pis).Mode.ToString());
    }

    private static PiOptions Paired => Pi("attic") with
    {
        Pairing = PairingCode.TryParse(PairedPiTests.Code("192.0.2.1"), out PairingCode? code, out _, out _) ? code : null,
    };

    private static void Press(AttachBench bench) => bench.Tell(new AttachEvent.Commanded(new RadioCommand.TakeOver(Radio)));

    private static async Task<AttachBench> InUseAsync(bool wanted = true, bool paired = true)
    {
        var bench = new AttachBench(Known(Radio, "ZW0001", wanted: wanted));
        bench.Load(Wishes([paired ? Paired : Pi("attic")]));
        bench.ListOfLongwire("attic", s_inUse);
        await bench.SettledAsync();
        bench.Time.Advance(AttachTimers.OwnRelease);
        await bench.UntilStatusAsync(Radio, wanted ? RadioStatus.InUse : RadioStatus.Detached);
        // Whether that is a connection of ours which died is asked at once.
        bench.Time.Advance(AttachTimers.PollAtOnce);
        if (wanted) bench.End(await bench.NextAttachmentAsync(), new AttachOutcome.NotGiven(UsbIpStatus.DeviceBusy));
        await bench.SettledAsync();
        return bench;
    }
}
