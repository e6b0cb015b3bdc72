using System.Collections.Immutable;
using Longwire.Attach;
using Longwire.Attach.Memory;
using Longwire.State;
using Longwire.UsbIp.Usb;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>One radio through its life: attached, lost, detached, refused, failing, and the options that change meanwhile.</summary>
public sealed class ReconcilerTests
{
    private const string Radio = "0658_0200_ZW0001";

    [Fact]
    public async Task A_recognised_stick_is_attached_and_told_about()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        await bench.AttachAsync(Device(), IdentityOf("ZW0001"));
        RadioSnapshot radio = Assert.Single((await bench.UntilStatusAsync(Radio, RadioStatus.Attached)).Radios);
        Assert.Equal(bench.Time.GetUtcNow(), radio.Since);
        Assert.True(radio.PluggedIn);
        Assert.Equal([new RadioEvent(Radio, RadioEventType.Attached, null) { At = bench.Time.GetUtcNow() }], bench.TakeEvents());
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
        ScriptedAttachment first = await bench.AttachAsync(Device(), IdentityOf("ZW0001"));
        bench.Tell(new AttachEvent.WentDown(first, new AttachOutcome.Lost("pulled", PiSilent: false) { PiClosed = true }));
        RadioSnapshot lost = (await bench.UntilAsync(s => s.Radios.Any(r => r.Status != RadioStatus.Attached))).Radios[0];
        Assert.Equal((1, "pulled", (DateTimeOffset?)null), (lost.Disconnects, lost.LastDisconnectReason, lost.Since));
        bench.Tell(new AttachEvent.Ended(first, new AttachOutcome.Lost("pulled", PiSilent: false) { PiClosed = true }));
        bench.ListOfLongwire("attic", []);
        await bench.UntilStatusAsync(Radio, RadioStatus.Unplugged);
        await bench.AttachAsync(Device("1-1.4", 4), IdentityOf("ZW0001"), index: 1);
        Snapshot back = await bench.UntilStatusAsync(Radio, RadioStatus.Attached);
        Assert.Equal("unplugged from the Pi", Assert.Single(back.Radios).LastDisconnectReason);
        Assert.Equal(
            [RadioEventType.Attached, RadioEventType.Lost, RadioEventType.Unplugged, RadioEventType.Plugged, RadioEventType.Attached],
            bench.TakeEvents().Select(e => e.Type));
    }

    [Fact]
    public async Task A_detached_radio_stays_so_and_is_not_counted_as_lost()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        ScriptedAttachment attachment = await bench.AttachAsync(Device(), IdentityOf("ZW0001"));
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
        AttachDecision.Refuse refuse = Assert.IsType<AttachDecision.Refuse>(
            await bench.IdentifyAsync(attachment, Device(), IdentityOf("ZW0001", classes: [2, 10, 3])));
        bench.Tell(new AttachEvent.Ended(attachment, new AttachOutcome.Refused(refuse.Reason)));
        Snapshot snapshot = await bench.UntilStatusAsync(Radio, RadioStatus.Refused);
        Assert.Contains("class 03", snapshot.Radios[0].Reason, StringComparison.Ordinal);
        bench.List("attic");
        bench.List("attic", Device(devNum: 9));
        await bench.SettledAsync();
        Assert.Single(bench.Attachments);
        Assert.Equal([RadioEventType.Refused], bench.TakeEvents().Select(e => e.Type));
        bench.Time.Advance(AttachTimers.StickGone);
        bench.List("attic");
        bench.List("attic", Device(devNum: 10));
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
        DeviceIdentity card = IdentityOf("ZW0001") with { Interfaces = [new(2, subClass, protocol), new(10, 0, 0)] };
        AttachDecision.Refuse refuse = Assert.IsType<AttachDecision.Refuse>(
            await bench.IdentifyAsync(await bench.NextAttachmentAsync(), Device(), card));
        Assert.Equal($"it has an interface of {named}, which this radio does not have", refuse.Reason);
    }

    [Theory]
    [InlineData("051d:0002", 0x03, "class 03 (keyboard, mouse, UPS or the like)")]
    [InlineData("04a9:1746", 0x07, "class 07 (printer)")]
    [InlineData("0951:1666", 0x08, "class 08 (storage)")]
    public async Task What_is_named_and_no_radio_is_told_what_is_attached_and_not_what_its_radio_lacks(string id, byte kind, string named)
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")], Rule(id)));
        bench.List("attic", Device(id: id));
        AttachDecision.Refuse refuse = Assert.IsType<AttachDecision.Refuse>(
            await bench.IdentifyAsync(await bench.NextAttachmentAsync(), Device(id: id), IdentityOf("U1", id, kind)));
        Assert.Equal(
            $"it has an interface of {named}, which no radio has; Longwire attaches serial sticks only", refuse.Reason);
    }

    [Fact]
    public async Task Changed_options_touch_only_what_changed()
    {
        await using var bench = new AttachBench();
        bench.Load(
            Wishes([Pi("attic"), Pi("cellar", "192.0.2.2")], Rule("0658:0200", "attic", index: 0), Rule("1cf1:0030", "cellar", index: 1)));
        bench.List("cellar");
        ScriptedAttachment zwave = await bench.AttachAsync(Device(), IdentityOf("ZW0001"));
        ScriptedAttachment zigbee = await bench.AttachAsync(Device(id: "1cf1:0030"), IdentityOf("DE1", "1cf1:0030"), 1, "cellar");
        bench.Load(Wishes([Pi("attic"), Pi("cellar", "192.0.2.2")], Rule("0658:0200", "attic", name: "Z-Wave", index: 0)));
        Snapshot snapshot = await bench.UntilAsync(s => s.Radios.Length == 1 && s.Radios[0].Name == "Z-Wave");
        Assert.True(zigbee.Cancelled);
        Assert.False(zwave.Cancelled);
        Assert.Equal(RadioStatus.Attached, snapshot.Radios[0].Status);
        Assert.All(bench.Watches.Values, watch => Assert.False(watch.Stopped));
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
    public async Task A_wall_clock_that_jumps_an_hour_fires_no_timer()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        await bench.AttachAsync(Device(), IdentityOf("ZW0001"));
        TimeSpan? interval = bench.Watches["attic"].Interval;
        // The date alone: timestamps and timers stand on the monotonic clock.
        bench.Time.Set(TimeSpan.FromHours(1));
        await bench.SettledAsync();
        Assert.Equal(interval, bench.Watches["attic"].Interval);
        Assert.Single(bench.Attachments);
        Assert.Single(bench.TakeEvents());
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
