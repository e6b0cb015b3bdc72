using Longwire.Attach;
using Longwire.Attach.Reconciling;
using Longwire.Radios;
using Longwire.State;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>The table of "A radio's life on the host", row by row. <c>held</c> belongs to the link and has no rule yet.</summary>
public sealed class StatusRulesTests
{
    private static readonly BusId s_busId = BusId.Parse("1-1.2");

    private TimeSpan _now = TimeSpan.FromHours(1);
    private readonly RadioState _radio = new(AttachBench.Known("r", "ZW0001"));
    private readonly PiState _pi = new(AttachBench.Pi("attic"), new AttachBench.ScriptedWatch()) { Reachable = true };
    private readonly Stick _stick = new(
        "attic", s_busId, AttachBench.Zwave, new UsbPort("platform/soc", "1.2"), 65539,
        new RetryState(AttachBench.Zwave, new UsbPort("platform/soc", "1.2"), new Random(1)));

    private RadioState? _twin;

    private RadioState[] Known => _twin is null ? [_radio] : [_radio, _twin];

    [Fact]
    public void Attached_is_a_radio_whose_tty_is_there()
    {
        _radio.Assignment = new Assignment("attic", s_busId, listed: true) { RadioId = "r", Identified = true, Phase = AssignmentPhase.Up };
        AssertIs(RadioStatus.Attached, null, pluggedIn: true, listed: false);
        // Whatever else is told of its Pi in the meantime.
        _pi.Reachable = false;
        AssertIs(RadioStatus.Attached, null, pluggedIn: true, listed: false);
    }

    [Fact]
    public void Attaching_is_a_radio_whose_Pi_was_not_asked_yet()
    {
        _pi.Reachable = null;
        AssertIs(RadioStatus.Attaching, null, pluggedIn: null, listed: false);
    }

    [Fact]
    public void Attaching_is_a_radio_that_is_there_and_of_which_nothing_else_is_known() =>
        AssertIs(RadioStatus.Attaching, null, pluggedIn: true);

    [Fact]
    public void Retries_keep_the_last_status()
    {
        _radio.LastOutcome = new AttachOutcome.Failed("no free port");
        _radio.Assignment = new Assignment("attic", s_busId, listed: true) { RadioId = "r" };
        AssertIs(RadioStatus.Failed, "no free port", pluggedIn: true);
    }

    [Fact]
    public void Detached_is_what_a_person_wants_whatever_the_Pi_says()
    {
        _radio.Memory = _radio.Memory with { Wanted = false };
        AssertIs(RadioStatus.Detached, null, pluggedIn: true);
        _pi.Reachable = false;
        AssertIs(RadioStatus.Detached, null, pluggedIn: null);
    }

    [Fact]
    public void Unplugged_is_what_a_Longwire_neither_lists_nor_notices()
    {
        _pi.Notice = new LongwireListExtension
        {
            Version = "0.1.0",
            Entries = [new NoticeEntry(s_busId, UsbId.Parse("1cf1:0030"), NoticeReason.InUse)],
        };
        AssertIs(RadioStatus.Unplugged, null, pluggedIn: false, listed: false);
    }

    [Fact]
    public void Not_offered_is_what_a_stock_Pi_does_not_know()
    {
        _radio.LastOutcome = new AttachOutcome.NotGiven(UsbIpStatus.NoSuchDevice);
        AssertIs(RadioStatus.NotOffered, null, pluggedIn: null, listed: false);
    }

    [Fact]
    public void Pi_unreachable_is_a_Pi_that_does_not_answer_with_its_reason()
    {
        _pi.Reachable = false;
        _pi.SilentReason = "no route";
        AssertIs(RadioStatus.PiUnreachable, "no route", pluggedIn: null);
    }

    [Fact]
    public void Failed_is_a_radio_of_which_nothing_is_known_while_its_Pi_takes_connections_and_does_not_answer()
    {
        _pi.SlowReason = "it hangs";
        AssertIs(RadioStatus.Failed, "it hangs", pluggedIn: null);
        AssertIs(RadioStatus.Failed, "it hangs", pluggedIn: null, listed: false);
        _radio.LastOutcome = new AttachOutcome.Failed("no free port");
        AssertIs(RadioStatus.Failed, "no free port", pluggedIn: true);
        (_radio.LastOutcome, _radio.Assignment) =
            (null, new Assignment("attic", s_busId, listed: true) { RadioId = "r", Identified = true });
        AssertIs(RadioStatus.Attaching, null, pluggedIn: true);
    }

    [Fact]
    public void In_use_is_learnt_from_a_stock_Pi_by_its_refusal()
    {
        _radio.LastOutcome = new AttachOutcome.NotGiven(UsbIpStatus.DeviceBusy);
        AssertIs(RadioStatus.InUse, null, pluggedIn: true, listed: false);
        AssertIs(RadioStatus.InUse, null, pluggedIn: true);
    }

    [Fact]
    public void In_use_is_told_by_a_Longwire()
    {
        Notice(NoticeReason.InUse);
        AssertIs(RadioStatus.InUse, null, pluggedIn: true, listed: false);
    }

    [Fact]
    public void What_we_let_go_a_moment_ago_is_not_in_use_by_somebody_else()
    {
        _radio.LastOutcome = new AttachOutcome.NotGiven(UsbIpStatus.DeviceBusy);
        _radio.ReleasedAt = _now;
        AssertIs(RadioStatus.Attaching, null, pluggedIn: true);
        _now += AttachTimers.OwnRelease;
        AssertIs(RadioStatus.InUse, null, pluggedIn: true);
    }

    [Fact]
    public void Refused_stays_so_while_the_Pi_resets_the_stick_and_after()
    {
        _radio.LastOutcome = new AttachOutcome.Refused("class 03");
        AssertIs(RadioStatus.Refused, "class 03", pluggedIn: true, listed: false);
        AssertIs(RadioStatus.Refused, "class 03", pluggedIn: true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Failed_is_a_stick_in_error_state_with_what_to_do(bool listed)
    {
        _radio.LastOutcome = new AttachOutcome.NotGiven(UsbIpStatus.DeviceError);
        StatusRules.Condition condition = StatusRules.Of(_radio, _pi, listed ? _stick : null, Known, _now);
        Assert.Equal(RadioStatus.Failed, condition.Status);
        Assert.Contains("plug it in again", condition.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(NoticeReason.TtyOpen, "tty open")]
    [InlineData(NoticeReason.BoundByOther, "has bound the stick")]
    [InlineData(NoticeReason.NotKnownRadio, "name it under radios")]
    [InlineData(NoticeReason.ErrorState, "plug it in again")]
    [InlineData((NoticeReason)999, "update this one")]
    public void Failed_is_what_a_Longwire_keeps_back_with_its_reason(NoticeReason reason, string said)
    {
        Notice(reason);
        StatusRules.Condition condition = StatusRules.Of(_radio, _pi, null, Known, _now);
        Assert.Equal((RadioStatus.Failed, true), (condition.Status, condition.PluggedIn));
        Assert.Contains(said, condition.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RadioStatus.Attached, RadioStatus.Attaching)]
    [InlineData(RadioStatus.Failed, RadioStatus.Failed)]
    [InlineData(RadioStatus.Refused, RadioStatus.Refused)]
    internal void In_use_right_after_we_let_go_means_us_and_keeps_a_verdict_that_stands(RadioStatus was, RadioStatus expected)
    {
        Notice(NoticeReason.InUse);
        Assert.Equal(RadioStatus.InUse, StatusRules.Of(_radio, _pi, null, Known, AttachTimers.OwnRelease).Status);
        _radio.Status = was;
        Assert.Equal(expected, StatusRules.Of(_radio, _pi, null, Known, AttachTimers.OwnRelease / 2).Status);
    }

    [Fact]
    public void A_stick_that_its_Pi_is_just_binding_is_attaching()
    {
        Notice(NoticeReason.None);
        AssertIs(RadioStatus.Attaching, null, pluggedIn: true, listed: false);
    }

    [Fact]
    public void A_radio_lost_a_moment_ago_and_not_asked_for_keeps_what_was_known()
    {
        (_radio.Status, _radio.Reason) = (RadioStatus.Failed, "a deadline");
        AssertIs(RadioStatus.Failed, "a deadline", pluggedIn: null, listed: false);
        (_radio.Status, _radio.Reason) = (RadioStatus.Attached, null);
        AssertIs(RadioStatus.Attaching, null, pluggedIn: null, listed: false);
    }

    [Fact]
    public void Of_two_alike_in_a_notice_the_one_on_its_port_is_meant_and_elsewhere_neither()
    {
        _pi.Notice = new LongwireListExtension
        {
            Version = "0.1.0",
            Entries =
            [
                new(BusId.Parse("1-1.3"), AttachBench.Zwave, NoticeReason.TtyOpen),
                new(BusId.Parse("2-1.2"), AttachBench.Zwave, NoticeReason.InUse),
            ],
        };
        Assert.Equal(RadioStatus.InUse, StatusRules.Of(_radio, _pi, null, Known, _now).Status);
        _radio.Memory = _radio.Memory with { PortChain = "4" };
        Assert.Equal(RadioStatus.Unplugged, StatusRules.Of(_radio, _pi, null, Known, _now).Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Unplugged_is_a_radio_whose_twin_alone_is_noticed(bool attached)
    {
        _twin = new RadioState(AttachBench.Known("twin", "ZW0001", port: "1.3"));
        if (attached)
        {
            _twin.Assignment = new Assignment(
                "attic", BusId.Parse("1-1.3"), listed: true) { RadioId = "twin", Identified = true, Phase = AssignmentPhase.Up };
        }
        Notice(NoticeReason.InUse, "1-1.3");
        AssertIs(RadioStatus.Unplugged, null, pluggedIn: false, listed: false);
    }

    [Fact]
    public void Unplugged_is_a_radio_whose_attached_twin_has_the_same_port_below_another_controller()
    {
        _twin = new RadioState(AttachBench.Known("twin", "ZW0001"))
        {
            Assignment = new Assignment(
                "attic", BusId.Parse("2-1.2"), listed: true) { RadioId = "twin", Identified = true, Phase = AssignmentPhase.Up },
        };
        Notice(NoticeReason.InUse, "2-1.2");
        AssertIs(RadioStatus.Unplugged, null, pluggedIn: false, listed: false);
    }

    [Fact]
    public void Unplugged_is_a_radio_when_its_Pi_has_something_else_on_the_same_chip()
    {
        Notice(NoticeReason.NotKnownRadio, "1-1.3");
        AssertIs(RadioStatus.Unplugged, null, pluggedIn: false, listed: false);
    }

    [Fact]
    public void A_radio_that_moved_beside_its_twin_is_the_one_that_the_twin_is_not()
    {
        _twin = new RadioState(AttachBench.Known("twin", "ZW0001", port: "1.3"));
        _pi.Notice = new LongwireListExtension
        {
            Version = "0.1.0",
            Entries =
            [
                new(BusId.Parse("1-1.3"), AttachBench.Zwave, NoticeReason.InUse),
                new(BusId.Parse("1-1.4"), AttachBench.Zwave, NoticeReason.TtyOpen),
            ],
        };
        Assert.Equal(RadioStatus.Failed, StatusRules.Of(_radio, _pi, null, Known, _now).Status);
    }

    [Fact]
    public void In_error_state_a_stick_has_one_remedy_whoever_tells_of_it()
    {
        string remedy = NotGivenText.Of(UsbIpStatus.DeviceError);
        Assert.Contains("usbip unbind -b, then usbip bind -b", remedy, StringComparison.Ordinal);
        _radio.LastOutcome = new AttachOutcome.NotGiven(UsbIpStatus.DeviceError);
        AssertIs(RadioStatus.Failed, remedy, pluggedIn: true);
        AssertIs(RadioStatus.Failed, remedy, pluggedIn: true, listed: false);
        Assert.Equal(remedy, AttemptOutcomes.Reason(_radio.LastOutcome));
        _radio.LastOutcome = null;
        Notice(NoticeReason.ErrorState);
        AssertIs(RadioStatus.Failed, remedy, pluggedIn: true, listed: false);
    }

    private void Notice(NoticeReason reason, string busId = "1-1.2") =>
        _pi.Notice = new LongwireListExtension
        {
            Version = "0.1.0",
            Entries = [new NoticeEntry(BusId.Parse(busId), AttachBench.Zwave, reason)],
        };

    private void AssertIs(RadioStatus status, string? reason, bool? pluggedIn, bool listed = true) =>
        Assert.Equal(
            new StatusRules.Condition(status, reason, pluggedIn), StatusRules.Of(_radio, _pi, listed ? _stick : null, Known, _now));
}
