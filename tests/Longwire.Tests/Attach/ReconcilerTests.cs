using System.Collections.Immutable;
using System.Globalization;
using Longwire.Attach;
using Longwire.Attach.Memory;
using Longwire.Health;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach;

public sealed class ReconcilerTests
{
    private const string Radio = "0658_0200_ZW0001";

    [Fact]
    public async Task A_recognised_stick_is_attached_and_told_about()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        await bench.AttachAsync(Device(), Identity("ZW0001"));
        RadioSnapshot radio = Assert.Single((await bench.UntilStatusAsync(Radio, RadioStatus.Attached)).Radios);
        Assert.Equal(bench.Time.GetUtcNow(), radio.Since);
        Assert.True(radio.PluggedIn);
        Assert.Equal([new RadioEvent(Radio, RadioEventType.Attached, null)], bench.TakeEvents());
    }

    [Fact]
    public async Task A_known_radio_is_shown_before_anything_is_asked()
    {
        await using var bench = new AttachBench(Known(Radio, "ZW0001"));
        bench.Load(Wishes([Pi("attic")]));
        Snapshot first = await bench.UntilAsync(snapshot => snapshot != Snapshot.Empty);
        Assert.Equal(RadioStatus.Attaching, Assert.Single(first.Radios).Status);
        Assert.Null(Assert.Single(first.Pis).Reachable);
    }

    [Fact]
    public async Task A_lost_radio_is_lost_at_once_and_attached_again_when_it_is_listed()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        ScriptedAttachment first = await bench.AttachAsync(Device(), Identity("ZW0001"));
        bench.Tell(new AttachEvent.WentDown(first, new AttachOutcome.Lost("pulled", PiSilent: false) { PiClosed = true }));
        RadioSnapshot lost = (await bench.UntilAsync(s => s.Radios.Any(r => r.Status != RadioStatus.Attached))).Radios[0];
        Assert.Equal((1, "pulled", (DateTimeOffset?)null), (lost.Disconnects, lost.LastDisconnectReason, lost.Since));
        bench.Tell(new AttachEvent.Ended(first, new AttachOutcome.Lost("pulled", PiSilent: false) { PiClosed = true }));
        bench.ListOfLongwire("attic", []);
        await bench.UntilStatusAsync(Radio, RadioStatus.Unplugged);
        await bench.AttachAsync(Device("1-1.4", 4), Identity("ZW0001"), index: 1);
        Snapshot back = await bench.UntilStatusAsync(Radio, RadioStatus.Attached);
        Assert.Equal("unplugged from the Pi", Assert.Single(back.Radios).LastDisconnectReason);
        Assert.Equal(
            [RadioEventType.Attached, RadioEventType.Lost, RadioEventType.Unplugged, RadioEventType.Plugged, RadioEventType.Attached],
            bench.TakeEvents().Select(e => e.Type));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_Pi_that_comes_back_before_it_has_found_its_sticks_does_not_make_its_silence_an_unplugging(bool saidGoodbye)
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        ScriptedAttachment attachment = await bench.AttachAsync(Device(), Identity("ZW0001"));
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
        ScriptedAttachment attachment = await bench.AttachAsync(Device(), Identity("ZW0001"));
        bench.Tell(new AttachEvent.WentDown(attachment, new AttachOutcome.Lost("silent", PiSilent: true)));
        Snapshot snapshot = await bench.UntilStatusAsync(Radio, RadioStatus.PiUnreachable);
        Assert.False(snapshot.Pis[0].Reachable);
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
        await bench.AttachAsync(Device(), Identity("ZW0001"), index: 1);
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
    public async Task A_detached_radio_stays_so_and_is_not_counted_as_lost()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        ScriptedAttachment attachment = await bench.AttachAsync(Device(), Identity("ZW0001"));
        bench.Tell(new AttachEvent.Commanded(new RadioCommand.SetWanted(Radio, Wanted: false)));
        Snapshot snapshot = await bench.UntilStatusAsync(Radio, RadioStatus.Detached);
        Assert.True(attachment.Cancelled);
        Assert.Equal(0, snapshot.Radios[0].Disconnects);
        bench.List("attic", Device());
        await bench.SettledAsync();
        Assert.Single(bench.Attachments);
        Assert.False(bench.Memory.Find(Radio)!.Wanted);
        Assert.Equal([RadioEventType.Attached, RadioEventType.Detached], bench.TakeEvents().Select(e => e.Type));
    }

    [Fact]
    public async Task A_radio_with_a_keyboard_in_it_is_refused_once_until_something_changes()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        bench.List("attic", Device());
        ScriptedAttachment attachment = await bench.NextAttachmentAsync();
        Verdict.Refuse refuse = Assert.IsType<Verdict.Refuse>(await bench.IdentifyAsync(attachment, Device(), Identity("ZW0001", classes: [2, 10, 3])));
        bench.Tell(new AttachEvent.Ended(attachment, new AttachOutcome.Refused(refuse.Reason)));
        Snapshot snapshot = await bench.UntilStatusAsync(Radio, RadioStatus.Refused);
        Assert.Contains("class 03", snapshot.Radios[0].Reason, StringComparison.Ordinal);
        bench.List("attic");
        bench.List("attic", Device());
        await bench.SettledAsync();
        Assert.Single(bench.Attachments);
        Assert.Equal([RadioEventType.Refused], bench.TakeEvents().Select(e => e.Type));
        bench.List("attic", Device(devNum: 9));
        await bench.NextAttachmentAsync(1);
    }

    [Theory]
    [InlineData(0x06, 0x00, "class 02, subclass 06 (network card)")]
    [InlineData(0x0D, 0x00, "class 02, subclass 0d (network card)")]
    [InlineData(0x02, 0xFF, "class 02, subclass 02, protocol ff (RNDIS network card)")]
    public async Task A_network_card_with_a_radios_name_is_refused_before_the_kernel_meets_it(byte subClass, byte protocol, string named)
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        bench.List("attic", Device());
        DeviceIdentity card = Identity("ZW0001") with { Interfaces = [new(2, subClass, protocol), new(10, 0, 0)] };
        Verdict.Refuse refuse = Assert.IsType<Verdict.Refuse>(await bench.IdentifyAsync(await bench.NextAttachmentAsync(), Device(), card));
        Assert.Equal($"it has an interface of {named}, which this radio does not have", refuse.Reason);
    }

    [Fact]
    public async Task A_Pi_that_lists_thousands_has_a_few_of_them_tried_at_once_and_each_in_its_turn()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        ExportedDevice[] many = [.. Enumerable.Range(1, 1000).Select(i => Device(string.Create(CultureInfo.InvariantCulture, $"1-{i}"), (uint)i))];
        bench.List("attic", many);
        await bench.NextAttachmentAsync(7);
        await bench.SettledAsync();
        Assert.Equal(8, bench.Attachments.Count);
        // One that failed makes room, and goes behind those who were not tried yet.
        bench.Tell(new AttachEvent.Ended(bench.Attachments[0], new AttachOutcome.Failed("no")));
        await bench.NextAttachmentAsync(8);
        bench.Time.Advance(AttachTimers.BackoffCap);
        bench.Tell(new AttachEvent.Ended(bench.Attachments[1], new AttachOutcome.Failed("no")));
        await bench.NextAttachmentAsync(9);
        await bench.SettledAsync();
        Assert.Equal(10, bench.Attachments.Select(attachment => attachment.BusId).Distinct().Count());
        Assert.Equal(10, bench.Attachments.Count);
    }

    [Fact]
    public async Task Radios_that_are_up_take_no_place_from_those_that_come()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        for (uint i = 0; i < 9; i++)
        {
            ExportedDevice device = Device(string.Create(CultureInfo.InvariantCulture, $"1-{i + 1}"), i + 1);
            await bench.AttachAsync(device, Identity(string.Create(CultureInfo.InvariantCulture, $"ZW{i}")), (int)i);
        }
        Assert.Equal(9, bench.Feed.Current.Radios.Count(radio => radio.Status == RadioStatus.Attached));
    }

    [Fact]
    public async Task Two_twins_at_first_sight_both_wait_until_both_have_spoken()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        bench.List("attic", Device("1-1.2", 3), Device("1-1.3", 4));
        ScriptedAttachment one = await bench.NextAttachmentAsync(), other = await bench.NextAttachmentAsync(1);
        Task<Verdict> first = bench.Identify(one, Device("1-1.2", 3), Identity("0001"));
        await bench.SettledAsync();
        Assert.False(first.IsCompleted);
        Verdict second = await bench.IdentifyAsync(other, Device("1-1.3", 4), Identity("0001"));
        string[] ids = [Assert.IsType<Verdict.Attach>(await first).RadioId, Assert.IsType<Verdict.Attach>(second).RadioId];
        Assert.Equal(["attic_0658_0200_1-2", "attic_0658_0200_1-3"], ids.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_twin_that_turns_up_later_renames_nobody()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        await bench.AttachAsync(Device(), Identity("0001"));
        bench.List("attic", Device("1-1.3", 4));
        Verdict verdict = await bench.IdentifyAsync(await bench.NextAttachmentAsync(1), Device("1-1.3", 4), Identity("0001"));
        Assert.Equal("attic_0658_0200_1-3", Assert.IsType<Verdict.Attach>(verdict).RadioId);
        Snapshot snapshot = await bench.UntilAsync(s => s.Radios.Length == 2);
        Assert.Contains(snapshot.Radios, radio => radio.Id == "0658_0200_0001" && radio.Status == RadioStatus.Attached);
    }

    [Fact]
    public async Task Of_two_attached_twins_the_one_that_is_pulled_is_unplugged_and_nobody_knocks_for_it()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        await bench.AttachAsync(Device("1-1.2", 3), Identity("0001"));
        ScriptedAttachment pulled = await bench.AttachAsync(Device("1-1.3", 4), Identity("0001"), index: 1);
        bench.Tell(new AttachEvent.Ended(pulled, new AttachOutcome.Lost("pulled", PiSilent: false)));
        bench.ListOfLongwire("attic", [new(BusId.Parse("1-1.2"), Zwave, NoticeReason.InUse)]);
        await bench.SettledAsync();
        bench.Time.Advance(AttachTimers.OwnRelease);
        await bench.UntilStatusAsync("attic_0658_0200_1-3", RadioStatus.Unplugged);
        bench.Time.Advance(AttachTimers.AskWhetherInUse);
        await bench.SettledAsync();
        Assert.Equal(2, bench.Attachments.Count);
    }

    [Fact]
    public async Task A_stick_without_a_serial_is_not_taken_for_a_radio_whose_own_port_is_taken()
    {
        await using var bench = new AttachBench(Known("attic_0658_0200", wanted: false));
        bench.Load(Wishes([Pi("attic")]));
        bench.List("attic", Device("1-1.2", 3), Device("1-1.3", 4));
        ScriptedAttachment twin = await bench.NextAttachmentAsync();
        Assert.Equal("1-1.3", twin.BusId.ToString());
        Verdict verdict = await bench.IdentifyAsync(twin, Device("1-1.3", 4), Identity());
        Assert.Equal("attic_0658_0200_1-3", Assert.IsType<Verdict.Attach>(verdict).RadioId);
        Assert.Equal("1.2", bench.Memory.Find("attic_0658_0200")!.PortChain);
    }

    [Fact]
    public async Task A_twin_that_speaks_before_the_radio_on_its_own_port_waits_for_it()
    {
        await using var bench = new AttachBench(Known("0658_0200_0001", "0001"));
        bench.Load(Wishes([Pi("attic")]));
        bench.List("attic", Device("1-1.2", 3), Device("1-1.3", 4));
        ScriptedAttachment radio = await bench.NextAttachmentAsync(), twin = await bench.NextAttachmentAsync(1);
        Task<Verdict> later = bench.Identify(twin, Device("1-1.3", 4), Identity("0001"));
        await bench.SettledAsync();
        Assert.False(later.IsCompleted);
        Verdict first = await bench.IdentifyAsync(radio, Device("1-1.2", 3), Identity("0001"));
        Assert.Equal("0658_0200_0001", Assert.IsType<Verdict.Attach>(first).RadioId);
        Assert.Equal("attic_0658_0200_1-3", Assert.IsType<Verdict.Attach>(await later).RadioId);
    }

    [Fact]
    public async Task A_radio_whose_port_another_took_is_known_by_its_serial()
    {
        await using var bench = new AttachBench(Known("0658_0200_A", "A"));
        bench.Load(Wishes([Pi("attic")]));
        bench.List("attic", Device("1-1.2", 3), Device("1-1.3", 4));
        ScriptedAttachment other = await bench.NextAttachmentAsync(), moved = await bench.NextAttachmentAsync(1);
        Task<Verdict> later = bench.Identify(moved, Device("1-1.3", 4), Identity("A"));
        await bench.SettledAsync();
        Verdict first = await bench.IdentifyAsync(other, Device("1-1.2", 3), Identity("B"));
        Assert.Equal("0658_0200_B", Assert.IsType<Verdict.Attach>(first).RadioId);
        Assert.Equal("0658_0200_A", Assert.IsType<Verdict.Attach>(await later).RadioId);
    }

    [Fact]
    public async Task Asking_for_a_kind_with_two_present_is_answered_with_the_lines_that_tell_them_apart()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")], Rule("0658:0200")));
        bench.List("attic", Device("1-1.2", 3), Device("1-1.3", 4));
        Snapshot snapshot = await bench.UntilAsync(s => s.Bridge.Problems.Length > 0);
        string problem = Assert.Single(snapshot.Bridge.Problems);
        Assert.Contains("radios[0]", problem, StringComparison.Ordinal);
        Assert.Contains("0658:0200@1.2", problem, StringComparison.Ordinal);
        Assert.Contains("0658:0200@1.3", problem, StringComparison.Ordinal);
        Assert.Empty(bench.Attachments);
        // One is pulled: what is left is meant.
        bench.List("attic", Device("1-1.3", 4));
        await bench.NextAttachmentAsync();
    }

    [Fact]
    public async Task A_rule_keeps_its_radio_when_a_twin_turns_up()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")], Rule("0658:0200")));
        ScriptedAttachment first = await bench.AttachAsync(Device(), Identity("ZW0001"));
        bench.List("attic", Device("1-1.3", 4));
        await bench.UntilAsync(s => s.Bridge.Problems.Length == 1);
        Assert.False(first.Cancelled);
        Assert.Single(bench.Attachments);
    }

    [Fact]
    public async Task Changed_options_touch_only_what_changed()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic"), Pi("cellar", "192.0.2.2")], Rule("0658:0200", "attic", index: 0), Rule("1cf1:0030", "cellar", index: 1)));
        bench.List("cellar");
        ScriptedAttachment zwave = await bench.AttachAsync(Device(), Identity("ZW0001"));
        ScriptedAttachment zigbee = await bench.AttachAsync(Device(id: "1cf1:0030"), Identity("DE1", "1cf1:0030"), 1, "cellar");
        bench.Load(Wishes([Pi("attic"), Pi("cellar", "192.0.2.2")], Rule("0658:0200", "attic", name: "Z-Wave", index: 0)));
        Snapshot snapshot = await bench.UntilAsync(s => s.Radios.Length == 1 && s.Radios[0].Name == "Z-Wave");
        Assert.True(zigbee.Cancelled);
        Assert.False(zwave.Cancelled);
        Assert.Equal(RadioStatus.Attached, snapshot.Radios[0].Status);
        Assert.All(bench.Watches.Values, watch => Assert.False(watch.Stopped));
    }

    [Fact]
    public async Task A_stock_Pi_is_polled_only_while_something_is_missing()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")], Rule("0658:0200:ZW0001")));
        bench.List("attic");
        await bench.SettledAsync();
        Assert.Equal(AttachTimers.PollFast, bench.Watches["attic"].Interval);
        bench.Time.Advance(TimeSpan.FromSeconds(61));
        await bench.SettledAsync();
        Assert.Equal(AttachTimers.Poll, bench.Watches["attic"].Interval);
        ScriptedAttachment attachment = await bench.AttachAsync(Device(), Identity("ZW0001"));
        Assert.Null(bench.Watches["attic"].Interval);
        bench.Tell(new AttachEvent.WentDown(attachment, new AttachOutcome.Lost("x", PiSilent: false)));
        await bench.SettledAsync();
        Assert.Equal(AttachTimers.PollFast, bench.Watches["attic"].Interval);
    }

    [Fact]
    public async Task A_failing_stick_is_tried_again_after_its_back_off_and_keeps_its_status_meanwhile()
    {
        await using var bench = new AttachBench(Known(Radio, "ZW0001"));
        bench.Load(Wishes([Pi("attic")]));
        bench.List("attic", Device());
        bench.Tell(new AttachEvent.Ended(await bench.NextAttachmentAsync(), new AttachOutcome.Failed("no free port")));
        Snapshot failed = await bench.UntilStatusAsync(Radio, RadioStatus.Failed);
        Assert.Equal("no free port", failed.Radios[0].Reason);
        await bench.SettledAsync();
        Assert.Single(bench.Attachments);
        bench.Time.Advance(AttachTimers.BackoffFirst);
        await bench.NextAttachmentAsync(1);
        Assert.Equal(RadioStatus.Failed, bench.Feed.Current.Radios[0].Status);
    }

    [Fact]
    public async Task A_wall_clock_that_jumps_an_hour_fires_no_timer_and_moves_no_since()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        await bench.AttachAsync(Device(), Identity("ZW0001"));
        DateTimeOffset? since = (await bench.UntilStatusAsync(Radio, RadioStatus.Attached)).Radios[0].Since;
        TimeSpan? interval = bench.Watches["attic"].Interval;
        // Moves the date alone: timestamps and timers stand on the monotonic clock.
        bench.Time.AdjustTime(bench.Time.GetUtcNow() + TimeSpan.FromHours(1));
        await bench.SettledAsync();
        Assert.Equal(since, bench.Feed.Current.Radios[0].Since);
        Assert.Equal(interval, bench.Watches["attic"].Interval);
        Assert.Single(bench.Attachments);
        Assert.Single(bench.TakeEvents());
    }

    [Fact]
    public async Task A_stick_that_is_ours_and_listed_again_shows_that_the_Pi_has_forgotten_us()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        ScriptedAttachment attachment = await bench.AttachAsync(Device(), Identity("ZW0001"));
        bench.Time.Advance(TimeSpan.FromSeconds(1));
        bench.List("attic", Device(devNum: 2));
        await bench.NextAttachmentAsync(1);
        await bench.SettledAsync();
        Assert.True(attachment.Cancelled);
        Assert.Contains(bench.TakeEvents(), e => e.Type == RadioEventType.Lost);
    }

    [Fact]
    public async Task One_missing_radio_and_one_silent_Pi_are_named_each_with_its_remedy()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic"), Pi("cellar", "192.0.2.2")], Rule("0658:0200", "attic", index: 0), Rule("1cf1:0030", "attic", index: 1)));
        bench.Tell(new AttachEvent.PiSilent("cellar", "no route"));
        await bench.AttachAsync(Device(), Identity("ZW0001"));
        Snapshot snapshot = await bench.UntilAsync(s => s.Bridge.Problems.Length == 2);
        Assert.Contains(snapshot.Bridge.Problems, p => p.Contains("radios[1]", StringComparison.Ordinal) && p.Contains("Plug it in", StringComparison.Ordinal));
        Assert.Contains(snapshot.Bridge.Problems, p => p.Contains("cellar", StringComparison.Ordinal) && p.Contains("See that it is on", StringComparison.Ordinal));
        Assert.Equal(RadioStatus.Attached, Assert.Single(snapshot.Radios).Status);
    }

    [Fact]
    public async Task A_hub_that_was_found_late_is_in_the_memory_before_it_is_held()
    {
        await using var bench = new AttachBench();
        var found = new HubAuthorizationMemory("boot", ImmutableSortedDictionary<string, int>.Empty.Add("usb3", 1));
        var remembered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.Tell(new AttachEvent.HubsFound(found, remembered));
        await remembered.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Same(found, bench.Memory.HubAuthorization);
    }
}
