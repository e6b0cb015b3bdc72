using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Longwire.HomeAssistant;
using Longwire.HomeAssistant.Broker;
using Longwire.HomeAssistant.Discovery;
using Longwire.Platform;
using Longwire.State;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.HomeAssistant;

public sealed class SmallPartsTests
{
    private static readonly Topics Topics = new("longwire", "homeassistant");

    [Theory]
    [InlineData("longwire/radio/a_1/attach/set", "Attach")]
    [InlineData("longwire/radio/a_1/reattach/set", "Reattach")]
    [InlineData("longwire/radio/a_1/take_over/set", "TakeOver")]
    [InlineData("longwire/radio//attach/set", null)]
    [InlineData("longwire/radio/attach/set", null)]
    [InlineData("longwire/radio/a/b/attach/set", null)]
    [InlineData("longwire/radio/a/b/take_over/set", null)]
    [InlineData("other/radio/a_1/attach/set", null)]
    [InlineData("longwire/radio/a_1/attach", null)]
    [InlineData("", null)]
    public void Command_topics_name_their_radio(string topic, string? asked)
    {
        Assert.Equal(asked is not null, Topics.TryParseCommand(topic, out string radio, out RadioTopic parsed));
        if (asked is null) return;
        Assert.Equal(("a_1", asked), (radio, parsed.ToString()));
        Assert.Contains(Topics.AnyCommand(parsed), Topics.Commands);
    }

    [Theory]
    [InlineData("longwire/bridge/restart/set", "PRESS", true, true)]
    [InlineData("longwire/bridge/restart/set", "press", true, false)]
    [InlineData("longwire/bridge/log_level/set", "warning", true, true)]
    [InlineData("longwire/bridge/log_level/set", "PRESS", true, false)]
    [InlineData("longwire/bridge/restart", "PRESS", false, false)]
    [InlineData("other/bridge/restart/set", "PRESS", false, false)]
    [InlineData("longwire/radio/bridge/attach/set", "ON", false, false)]
    public void What_is_asked_of_the_bridge_is_told_from_what_is_asked_of_a_radio(string topic, string payload, bool ofBridge, bool good)
    {
        Assert.Equal(ofBridge, BridgeCommands.TryParse(Topics, topic, payload, out BridgeCommand? command, out string expected));
        Assert.Equal((good, ofBridge), (command is not null, expected.Length > 0));
        Assert.False(ofBridge && Topics.TryParseCommand(topic, out _, out _));
    }

    [Fact]
    public void An_owner_of_the_base_topic_is_known_by_its_bridge_info_whichever_of_the_two_releases_is_the_newer()
    {
        byte[] former = """{"version":"0.1.0","instance_id":"a1","problem":false,"problems":[]}"""u8.ToArray();
        Assert.Equal("a1", Payload.TryRead(former, BridgeInfoJson.Default.BridgeInfoMessage)?.InstanceId);

        JsonElement now = JsonSerializer.Deserialize<JsonElement>(RetainedSnapshot.BridgeInfo(Some.Snapshot(Some.Radio).Bridge, "9", "n1"));
        Assert.All(
            (string[])["version", "instance_id", "problem", "problems"],
            key => Assert.NotEqual(JsonValueKind.Null, now.GetProperty(key).ValueKind));
    }

    [Fact]
    public void A_base_topic_of_several_levels_makes_identifiers_that_discovery_takes()
    {
        var topics = new Topics("house/röhre", "homeassistant");
        Assert.Equal("homeassistant/device/house_r_hre_radio_a/config", topics.Config(topics.RadioIdentifier("a")));
    }

    [Fact]
    public void Pauses_double_up_to_their_cap_and_never_go_in_step()
    {
        var pauses = new ReconnectDelays(new Random(7));
        List<TimeSpan> taken = [.. Enumerable.Range(0, 30).Select(_ => pauses.After(BrokerFailure.Away, TimeSpan.Zero))];
        Assert.All(taken, pause => Assert.InRange(pause, BrokerTimers.FirstPause / 2, BrokerTimers.LongestPause));
        Assert.All(taken.Skip(6), pause => Assert.True(pause >= BrokerTimers.LongestPause / 2));
        Assert.True(taken.Distinct().Count() > 25);
        Assert.True(pauses.After(BrokerFailure.Away, BrokerTimers.GoodConnection) <= BrokerTimers.FirstPause);
    }

    [Fact]
    public void A_refusal_is_not_hammered_at()
    {
        var pauses = new ReconnectDelays(new Random(7));
        List<TimeSpan> taken = [.. Enumerable.Range(0, 15).Select(_ => pauses.After(BrokerFailure.Refused, TimeSpan.Zero))];
        Assert.True(taken[^1] >= BrokerTimers.LongestPauseWhenRefused / 2);
        // And a broker that is away after that is soon tried again.
        Assert.True(pauses.After(BrokerFailure.Away, TimeSpan.Zero) <= BrokerTimers.LongestPause);
    }

    [Fact]
    public void Being_thrown_out_once_is_no_duel_and_thrice_is()
    {
        var pauses = new ReconnectDelays(new Random(7));
        Assert.True(pauses.After(BrokerFailure.TakenOver, TimeSpan.Zero) < BrokerTimers.LongestPause);
        pauses.After(BrokerFailure.TakenOver, TimeSpan.Zero);
        Assert.False(pauses.Duel);
        Assert.True(pauses.After(BrokerFailure.TakenOver, TimeSpan.Zero) >= BrokerTimers.PauseWhenTakenOver / 2);
        Assert.True(pauses.Duel);
        pauses.After(BrokerFailure.Away, TimeSpan.Zero);
        Assert.False(pauses.Duel);
        pauses.After(BrokerFailure.TakenOver, TimeSpan.Zero);
        Assert.True(pauses.Duel);
        pauses.After(BrokerFailure.TakenOver, BrokerTimers.PauseWhenTakenOver);
        Assert.False(pauses.Duel);
    }

    [Fact]
    public void A_broker_that_closes_instead_of_answering_gets_two_quick_tries_and_enough_to_start_again_after_a_good_connection()
    {
        var pauses = new ReconnectDelays(new Random(7));
        AssertQuick(BrokerTimers.QuickTriesWhenClosed);
        AssertSlow();
        // What else goes wrong meanwhile is as quick as ever, and gives no new quick tries.
        Assert.True(pauses.After(BrokerFailure.Away, TimeSpan.Zero) <= BrokerTimers.LongestPause);
        AssertSlow();
        Assert.True(pauses.After(BrokerFailure.Dropped, BrokerTimers.GoodConnection) <= BrokerTimers.FirstPause);
        AssertQuick(BrokerTimers.QuickTriesWhenClosedAgain);
        AssertSlow();

        void AssertQuick(int times) => Assert.All(
            Enumerable.Range(0, times).Select(_ => pauses.After(BrokerFailure.Closed, TimeSpan.Zero)),
            pause => Assert.True(pause <= BrokerTimers.LongestPause));

        void AssertSlow() => Assert.All(
            Enumerable.Range(0, 50).Select(_ => pauses.After(BrokerFailure.Closed, TimeSpan.Zero)),
            pause => Assert.InRange(pause, BrokerTimers.PauseWhenClosed, BrokerTimers.PauseWhenClosed * 1.5));
    }

    [Fact]
    public void Connections_that_end_before_they_are_good_are_made_again_quickly_for_a_while_and_then_more_and_more_slowly()
    {
        var pauses = new ReconnectDelays(new Random(7));
        TimeSpan soon = BrokerTimers.GoodConnection / 2;
        Assert.All(
            Enumerable.Range(0, BrokerTimers.MostQuickDrops).Select(_ => pauses.After(BrokerFailure.Dropped, soon)),
            pause => Assert.True(pause <= BrokerTimers.LongestPause));
        List<TimeSpan> later = [.. Enumerable.Range(0, 10).Select(_ => pauses.After(BrokerFailure.Dropped, soon))];
        Assert.True(later[^1] >= BrokerTimers.LongestPauseWhenRefused / 2);
        Assert.True(pauses.After(BrokerFailure.Dropped, BrokerTimers.GoodConnection) <= BrokerTimers.FirstPause);
    }

    [Fact]
    public void The_worst_of_pauses_keeps_the_promise_of_five_seconds() =>
        Assert.True(BrokerTimers.LongestPause + BrokerTimers.ConnectDeadline + BrokerTimers.ClaimSettles < TimeSpan.FromSeconds(5));

    [Fact]
    public void Pings_leave_the_keep_alive_room_and_the_heartbeat_the_expiry()
    {
        Assert.True(BrokerTimers.PingEvery + BrokerTimers.AnswerDeadline <= BrokerTimers.KeepAlive * 1.5);
        Assert.True(BrokerTimers.Heartbeat * 3 <= TimeSpan.FromSeconds(BrokerTimers.ExpireAfterSeconds));
        Assert.True(BrokerTimers.ClaimSettlesLate > BrokerTimers.LongestPause + BrokerTimers.ClaimSettles);
    }

    [Fact]
    public void Events_wait_for_the_first_discovery_only_and_are_bounded()
    {
        var time = new FakeTimeProvider();
        Channel<RadioEvent> source = Channel.CreateBounded<RadioEvent>(1000);
        var events = new RadioEvents(source.Reader, time);
        source.Writer.TryWrite(new RadioEvent("unknown", RadioEventType.Lost, null));
        Assert.Empty(Due(events));
        events.Discovered(["a"]);
        for (int i = 0; i < 300; i++) source.Writer.TryWrite(new RadioEvent("a", RadioEventType.Lost, $"{i}"));
        Assert.Empty(Due(events));
        Assert.Equal(BrokerTimers.EventsAfterDiscovery, events.NextDue);
        time.Advance(BrokerTimers.EventsAfterDiscovery);
        List<RadioEvent> due = Due(events);
        Assert.Equal(256, due.Count);
        Assert.Equal("44", due[0].Reason);
        Assert.Equal("299", due[^1].Reason);
        Assert.Null(events.NextDue);

        events.Discovered(["a", "b"]);
        source.Writer.TryWrite(new RadioEvent("b", RadioEventType.Attached, null));
        source.Writer.TryWrite(new RadioEvent("a", RadioEventType.Attached, null));
        Assert.Equal("a", Assert.Single(Due(events)).RadioId);
        events.DropAll();
        Assert.Null(events.NextDue);
    }

    [Fact]
    public void An_event_that_comes_while_a_snapshot_is_shown_waits_for_the_next()
    {
        Channel<RadioEvent> source = Channel.CreateBounded<RadioEvent>(1000);
        var time = new FakeTimeProvider();
        var events = new RadioEvents(source.Reader, time);
        events.Discovered(["a"]);
        time.Advance(BrokerTimers.EventsAfterDiscovery);
        events.TakeIn();
        source.Writer.TryWrite(new RadioEvent("a", RadioEventType.Lost, "pulled"));
        source.Writer.TryWrite(new RadioEvent("fresh", RadioEventType.Plugged, null));

        Assert.Empty(events.TakeDue());

        // The next snapshot, which has both.
        events.TakeIn();
        events.Discovered(["a", "fresh"]);
        Assert.Equal("a", Assert.Single(events.TakeDue()).RadioId);
        time.Advance(BrokerTimers.EventsAfterDiscovery);
        Assert.Equal("fresh", Assert.Single(events.TakeDue()).RadioId);
    }

    [Fact]
    public void The_inbox_takes_no_more_than_it_has_room_for_and_nothing_that_is_old()
    {
        var inbox = new IncomingMessages(Topics);
        byte[] on = "ON"u8.ToArray();
        inbox.Deliver(Topics.BridgeClaim, "{}"u8.ToArray(), retained: true);
        inbox.Deliver(Topics.Birth, "online"u8.ToArray(), retained: true);
        inbox.Deliver(Topics.Birth, "offline"u8.ToArray(), retained: false);
        inbox.Deliver("longwire/radio/a/attach/set", new byte[100_000], retained: false);
        Assert.False(inbox.Commands.TryRead(out _) || inbox.Bridge.TryRead(out _) || inbox.Births.TryRead(out _));
        // Not obeyed, but whoever reads it can say so.
        inbox.Deliver("longwire/radio/a/attach/set", on, retained: true);
        Assert.True(inbox.Commands.TryRead(out IncomingMessage old) && old.Retained);

        for (int i = 0; i < 1000; i++)
        {
            inbox.Deliver("longwire/radio/a/attach/set", on, retained: false);
            inbox.Deliver(Topics.BridgeState, Encoding.UTF8.GetBytes($"{i}"), retained: false);
            inbox.Deliver(Topics.Birth, "online"u8.ToArray(), retained: false);
        }
        Assert.True(inbox.TakeCommandsDropped());
        Assert.False(inbox.TakeCommandsDropped());
        Assert.Equal(64, inbox.Commands.Count);
        Assert.Equal(64, inbox.Bridge.Count);
        Assert.Equal(1, inbox.Births.Count);
    }

    [Theory]
    [InlineData("a\u0000b\nc", "a?b?c")]
    [InlineData("\u001b[31m", "?[31m")]
    [InlineData("plain", "plain")]
    public void What_others_send_fits_one_line_of_a_log(string text, string shown)
    {
        Assert.Equal(shown, Printable.Of(text, 40));
        Assert.Equal(shown, Printable.Of(Encoding.UTF8.GetBytes(text), 40));
        Assert.Equal(40, Printable.Of(new string('x', 1000), 40).Length);
    }

    [Fact]
    public void A_password_is_never_printed()
    {
        var broker = new BrokerAddress("h", 1) { Username = "anna", Password = "secret" };
        Assert.DoesNotContain("secret", broker.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(
            "secret", new MqttSettings(new Longwire.Options.MqttOptions { Password = "secret" }).ToString(), StringComparison.Ordinal);
    }

    private static List<RadioEvent> Due(RadioEvents events)
    {
        events.TakeIn();
        return events.TakeDue();
    }
}
