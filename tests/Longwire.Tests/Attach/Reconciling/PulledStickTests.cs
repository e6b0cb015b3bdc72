using Longwire.Attach;
using Longwire.Link.Pairing;
using Longwire.Link.Tls;
using Longwire.Link.Wire;
using Longwire.Options;
using Longwire.State;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>A radio that is held, and whose Pi comes back without its stick.</summary>
public sealed class PulledStickTests
{
    private const string Radio = "0658_0200_ZW0001";
    private const string Why = "the Pi stopped answering";
    private static readonly string s_forgotten = LinkRefusalText.Of(RefusalReason.UnknownSession, ProtocolVersion.Current);

    [Fact]
    public async Task What_a_paired_Pi_has_no_more_is_held_as_unplugged_and_told_at_once()
    {
        await using var bench = new AttachBench();
        await HoldAsync(bench, Paired());
        bench.ListOfLongwire("attic", []);
        RadioSnapshot radio = (await bench.UntilAsync(now => now.Radios[0].Reason == "unplugged")).Radios[0];
        Assert.Equal((RadioStatus.Held, false, true), (radio.Status, radio.PluggedIn, radio.HasPort));
        Assert.Equal((0, false), (radio.Disconnects, bench.Attachments[0].Cancelled));
        Assert.Equal(
            [(RadioEventType.Attached, null), (RadioEventType.Held, Why), (RadioEventType.Unplugged, null)],
            bench.TakeEvents().Select(happened => (happened.Type, happened.Reason)));
        StatusMeaning meaning = StatusMeaning.Of(radio, bench.Feed.Current.Pis[0]);
        Assert.Equal((true, false), (meaning.Connected, meaning.Problem));
        Assert.Contains("unplugged there", meaning.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_stays_when_the_session_is_over_as_well_until_its_carrier_ends_and_is_lost_and_unplugged_then()
    {
        await using var bench = new AttachBench();
        ScriptedAttachment attachment = await HoldAsync(bench, Paired());
        bench.ListOfLongwire("attic", []);
        bench.Tell(new AttachEvent.HoldChanged(attachment, new CarrierHold(2, s_forgotten) { IsOver = true }, default));
        await bench.SettledAsync();
        Assert.Equal((RadioStatus.Held, "unplugged"), (bench.Feed.Current.Radios[0].Status, bench.Feed.Current.Radios[0].Reason));
        Assert.False(attachment.Cancelled);
        var lost = new AttachOutcome.Lost("the stick was unplugged", PiSilent: false) { PiClosed = true };
        bench.Tell(new AttachEvent.WentDown(attachment, lost));
        bench.End(attachment, lost);
        RadioSnapshot radio = (await bench.UntilStatusAsync(Radio, RadioStatus.Unplugged)).Radios[0];
        Assert.Equal((1L, "unplugged from the Pi"), (radio.Disconnects, radio.LastDisconnectReason));
        Assert.Equal(
            [
                (RadioEventType.Attached, null), (RadioEventType.Held, Why), (RadioEventType.Unplugged, null),
                (RadioEventType.Lost, "the stick was unplugged"),
            ],
            bench.TakeEvents().Select(happened => (happened.Type, happened.Reason)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Put_back_at_its_place_it_is_left_to_its_carrier_which_has_it_again_behind_the_same_tty(bool beforeAnybodyAsked)
    {
        await using var bench = new AttachBench();
        ScriptedAttachment attachment = await HoldAsync(bench, Paired());
        if (!beforeAnybodyAsked)
        {
            bench.ListOfLongwire("attic", []);
            bench.Tell(new AttachEvent.HoldChanged(attachment, new CarrierHold(2, s_forgotten) { IsOver = true }, default));
            bench.ListOfLongwire("attic", [new NoticeEntry(BusId.Parse("1-1.2"), Zwave, NoticeReason.None)]);
        }
        bench.ListOfLongwire("attic", [], Device(devNum: 9));
        await bench.SettledAsync();
        Assert.Equal(
            (RadioStatus.Held, beforeAnybodyAsked ? Why : s_forgotten),
            (bench.Feed.Current.Radios[0].Status, bench.Feed.Current.Radios[0].Reason));
        bench.Tell(new AttachEvent.HoldChanged(attachment, null, default, Reseats: 1));
        RadioSnapshot radio = (await bench.UntilStatusAsync(Radio, RadioStatus.Attached)).Radios[0];
        Assert.Equal((0L, false), (radio.Disconnects, attachment.Cancelled));
        Assert.Equal("reseated", bench.TakeEvents().Last(happened => happened.Type == RadioEventType.Resumed).Reason);
    }

    [Fact]
    public async Task Put_back_it_has_another_number_and_is_asked_for_as_soon_as_its_Pi_sees_it()
    {
        await using var bench = new AttachBench();
        ScriptedAttachment attachment = await HoldAsync(bench, Paired());
        bench.ListOfLongwire("attic", []);
        bench.Tell(new AttachEvent.HoldChanged(attachment, new CarrierHold(2, s_forgotten) { IsOver = true }, default));
        await bench.SettledAsync();
        Assert.Null(attachment.ToldWhere);
        // Somebody there has its tty open.
        bench.ListOfLongwire("attic", [new NoticeEntry(BusId.Parse("1-1.2"), Zwave, NoticeReason.TtyOpen)]);
        await bench.SettledAsync();
        Assert.Null(attachment.ToldWhere);
        // It is about to be offered.
        bench.ListOfLongwire("attic", [new NoticeEntry(BusId.Parse("1-1.2"), Zwave, NoticeReason.None)]);
        await bench.SettledAsync();
        Assert.Equal((BusId.Parse("1-1.2"), false), (attachment.ToldWhere, attachment.Cancelled));
    }

    [Fact]
    public async Task Offered_by_another_number_it_is_asked_for_though_nobody_saw_it_before()
    {
        await using var bench = new AttachBench();
        ScriptedAttachment attachment = await HoldAsync(bench, Paired());
        bench.ListOfLongwire("attic", []);
        bench.Tell(new AttachEvent.HoldChanged(attachment, new CarrierHold(2, s_forgotten) { IsOver = true }, default));
        bench.ListOfLongwire("attic", [], Device(devNum: 9));
        await bench.SettledAsync();
        Assert.Equal((BusId.Parse("1-1.2"), false), (attachment.ToldWhere, attachment.Cancelled));
    }

    [Fact]
    public async Task A_session_that_was_replaced_between_two_looks_is_told_all_the_same_and_one_that_went_on_is_not_called_another()
    {
        await using var bench = new AttachBench();
        ScriptedAttachment attachment = await HoldAsync(bench, Paired());
        bench.Tell(new AttachEvent.HoldChanged(attachment, null, default));
        bench.Tell(new AttachEvent.HoldChanged(attachment, null, default, Reseats: 1));
        await bench.UntilStatusAsync(Radio, RadioStatus.Attached);
        await bench.SettledAsync();
        Assert.Equal(
            [null, "reseated"],
            bench.TakeEvents().Where(happened => happened.Type == RadioEventType.Resumed).Select(happened => happened.Reason));
    }

    [Fact]
    public async Task A_session_that_takes_the_place_of_another_again_and_again_makes_its_radio_unstable()
    {
        await using var bench = new AttachBench();
        ScriptedAttachment attachment = await HoldAsync(bench, Paired());
        for (int times = 1; times <= 10; times++)
        {
            bench.Tell(new AttachEvent.HoldChanged(attachment, null, default, Reseats: times));
            await bench.SettledAsync();
            Assert.Equal(times >= AttachTimers.UnstableTimes, bench.Feed.Current.Radios[0].Unstable);
        }
    }

    [Fact]
    public async Task Plugged_in_elsewhere_it_is_asked_for_there_and_is_a_radio_of_that_place_from_then_on()
    {
        await using var bench = new AttachBench();
        ScriptedAttachment attachment = await HoldAsync(bench, Paired());
        bench.ListOfLongwire("attic", []);
        bench.Tell(new AttachEvent.HoldChanged(attachment, new CarrierHold(2, s_forgotten) { IsOver = true }, default));
        bench.ListOfLongwire("attic", [new NoticeEntry(BusId.Parse("1-1.4"), Zwave, NoticeReason.None)]);
        await bench.SettledAsync();
        // Not before it is offered there.
        Assert.Equal((null, false), (attachment.ToldWhere, attachment.Cancelled));
        ExportedDevice there = Device("1-1.4", devNum: 9);
        bench.ListOfLongwire("attic", [], there);
        await bench.SettledAsync();
        Assert.Equal((BusId.Parse("1-1.4"), false), (attachment.ToldWhere, attachment.Cancelled));
        bench.Tell(new AttachEvent.HoldChanged(attachment, null, default, Reseats: 1) { Device = there });
        bench.ListOfLongwire("attic", [new NoticeEntry(BusId.Parse("1-1.4"), Zwave, NoticeReason.InUse)]);
        await bench.UntilStatusAsync(Radio, RadioStatus.Attached);
        await bench.SettledAsync();
        Assert.Equal(("1-1.4", "1.4"), (bench.Memory.Radios[0].LastBusId, bench.Memory.Radios[0].PortChain));
        // What turns up where it was is another one, and nothing of this one's is left there.
        bench.ListOfLongwire("attic", [new NoticeEntry(BusId.Parse("1-1.4"), Zwave, NoticeReason.InUse)], Device(devNum: 11));
        ScriptedAttachment other = await bench.NextAttachmentAsync(1);
        Assert.Equal(("1-1.2", false), (other.BusId.ToString(), attachment.Cancelled));
        bench.End(attachment, new AttachOutcome.Lost("gone", PiSilent: false));
        await bench.UntilAsync(now => now.Radios[0].Disconnects == 1);
    }

    [Theory]
    [InlineData("no serial")]
    [InlineData("a serial that its maker gives to many")]
    [InlineData("a rule for its port")]
    public async Task Plugged_in_elsewhere_it_is_lost_at_once_and_attached_anew_with(string what)
    {
        await using var bench = new AttachBench();
        ScriptedAttachment attachment = what switch
        {
            "no serial" => await HoldAsync(bench, Paired(), serial: null),
            "a rule for its port" => await HoldAsync(bench, Paired(), rule: "0658:0200@1.2"),
            _ => await HoldAsync(bench, Paired(), serial: "533D004242", id: "1a86:55d4"),
        };
        string id = what.StartsWith("a serial", StringComparison.Ordinal) ? "1a86:55d4" : "0658:0200";
        bench.ListOfLongwire("attic", []);
        bench.Tell(new AttachEvent.HoldChanged(attachment, new CarrierHold(2, s_forgotten) { IsOver = true }, default));
        await bench.SettledAsync();
        // Not yet free there: it may be somebody else's.
        bench.ListOfLongwire("attic", [new NoticeEntry(BusId.Parse("1-1.4"), UsbId.Parse(id), NoticeReason.InUse)]);
        await bench.SettledAsync();
        Assert.False(attachment.Cancelled);
        bench.ListOfLongwire("attic", [], Device("1-1.4", devNum: 9, id: id));
        await bench.UntilAsync(_ => attachment.Cancelled);
        Assert.Null(attachment.ToldWhere);
        Assert.Equal(1, bench.Feed.Current.Radios[0].Disconnects);
    }

    [Fact]
    public async Task Of_two_of_a_kind_that_wait_neither_is_told_of_one_that_is_elsewhere()
    {
        await using var bench = new AttachBench(Known(Radio, "ZW0001"), Known("0658_0200_ZW0002", "ZW0002", port: "1.3"));
        bench.Load(Wishes([Paired()]));
        ExportedDevice second = Device("1-1.3", devNum: 5);
        bench.ListOfLongwire("attic", [], Device(), second);
        ScriptedAttachment[] both = [await bench.NextAttachmentAsync(), await bench.NextAttachmentAsync(1)];
        foreach (ScriptedAttachment one in both)
        {
            bool isSecond = one.BusId == second.BusId;
            Assert.IsType<AttachDecision.Attach>(
                await bench.IdentifyAsync(one, isSecond ? second : Device(), IdentityOf(isSecond ? "ZW0002" : "ZW0001")));
        }
        foreach (ScriptedAttachment one in both)
        {
            bench.Tell(new AttachEvent.CameUp(one, 1));
            one.Holds = true;
        }
        await bench.SettledAsync();
        bench.ListOfLongwire("attic", []);
        foreach (ScriptedAttachment one in both)
            bench.Tell(new AttachEvent.HoldChanged(one, new CarrierHold(2, s_forgotten) { IsOver = true }, default));
        await bench.SettledAsync();
        bench.ListOfLongwire("attic", [], Device("1-1.1", devNum: 9));
        await bench.SettledAsync();
        Assert.All(both, one => Assert.Equal((null, false), (one.ToldWhere, one.Cancelled)));
    }

    [Theory]
    [InlineData("a stick of another kind in its place")]
    [InlineData("a radio of its kind that was there beside it")]
    [InlineData("an unknown stick of its kind that was there beside it")]
    public async Task What_is_not_the_same_stick_does_not_end_the_wait(string what)
    {
        bool isRadio = what.Contains("a radio of its kind", StringComparison.Ordinal);
        await using var bench = new AttachBench(
            [Known(Radio, "ZW0001"), .. isRadio ? new[] { Known("0658_0200_ZW0002", "ZW0002", port: "1.4", wanted: false) } : []]);
        bool isOfItsKind = what.Contains("of its kind", StringComparison.Ordinal);
        ExportedDevice beside = Device("1-1.4", devNum: 4);
        ScriptedAttachment attachment = await HoldAsync(bench, Paired(), isOfItsKind ? [beside] : []);
        bench.ListOfLongwire("attic", [], isOfItsKind ? beside : Device(devNum: 9, id: "10c4:8a2a"));
        bench.Tell(new AttachEvent.HoldChanged(attachment, new CarrierHold(2, s_forgotten) { IsOver = true }, default));
        await bench.SettledAsync();
        RadioSnapshot radio = bench.Feed.Current.Radios.Single(one => one.Id == Radio);
        Assert.Equal((RadioStatus.Held, "unplugged"), (radio.Status, radio.Reason));
        Assert.False(attachment.Cancelled);
    }

    [Fact]
    public async Task Of_a_Pi_that_is_not_paired_a_list_without_it_says_nothing_while_it_is_held()
    {
        await using var bench = new AttachBench();
        await HoldAsync(bench, Pi("attic"));
        bench.ListOfLongwire("attic", []);
        await bench.SettledAsync();
        Assert.Equal((Why, null), (bench.Feed.Current.Radios[0].Reason, bench.Feed.Current.Radios[0].PluggedIn));
    }

    [Fact]
    public async Task How_long_it_is_waited_for_is_the_options_to_say()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Paired()]) with { Replug = TimeSpan.FromSeconds(4) });
        bench.ListOfLongwire("attic", [], Device());
        Assert.Equal(TimeSpan.FromSeconds(4), (await bench.NextAttachmentAsync()).Request.Replug);
    }

    private static PiOptions Paired()
    {
        using var key = LinkKey.Create();
        return Pi("attic") with { Pairing = new PairingCode(["192.0.2.1"], 3241, key.Pin, PairingToken.Create()) };
    }

    private static async Task<ScriptedAttachment> HoldAsync(
        AttachBench bench, PiOptions pi, ExportedDevice[]? others = null, string? serial = "ZW0001", string id = "0658:0200",
        string? rule = null)
    {
        ExportedDevice[] beside = others ?? [];
        ExportedDevice device = Device(id: id);
        bench.Load(Wishes([pi], Rule(rule ?? (serial is null ? id : $"{id}:{serial}"))));
        bench.ListOfLongwire("attic", [], [device, .. beside]);
        ScriptedAttachment attachment = await bench.NextAttachmentAsync();
        Task<AttachDecision> decision = bench.Identify(attachment, device, IdentityOf(serial, id));
        // One that nobody knows is asked who it is first.
        if (beside.Length > 0 && bench.Memory.Radios.Length == 1)
        {
            ScriptedAttachment other = await bench.NextAttachmentAsync(1);
            Assert.IsType<AttachDecision.LetGo>(await bench.IdentifyAsync(other, beside[0], IdentityOf("ZW0009")));
            bench.End(other, new AttachOutcome.LetGo());
        }
        Assert.IsType<AttachDecision.Attach>(await decision.WaitAsync(TimeSpan.FromSeconds(10)));
        bench.Tell(new AttachEvent.CameUp(attachment, 1));
        bench.ListOfLongwire("attic", [new NoticeEntry(BusId.Parse("1-1.2"), UsbId.Parse(id), NoticeReason.InUse)], beside);
        attachment.Holds = true;
        bench.Tell(new AttachEvent.HoldChanged(attachment, new CarrierHold(1, Why), default));
        await bench.UntilAsync(now => now.Radios.Any(radio => radio.Status == RadioStatus.Held));
        return attachment;
    }
}
