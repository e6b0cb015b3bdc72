using System.Collections.Immutable;
using Longwire.Attach;
using Longwire.Attach.Memory;
using Longwire.State;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>A stick that broke: another takes its place when a person presses Reattach on the old radio.</summary>
public sealed class ReplacementTests
{
    private const string Old = "0658_0200_OLD001";

    private static readonly RadioMemory s_old = Known(Old, "OLD001") with { Name = "Z-Wave", Disconnects = 3, VhciPort = 2 };

    [Fact]
    public async Task A_new_stick_that_is_attached_as_a_new_radio_is_the_old_one_from_then_on_without_a_gap()
    {
        await using var bench = new AttachBench(s_old);
        bench.Load(Wishes([Pi("attic")]));
        bench.ListOfLongwire("attic", []);
        await bench.UntilStatusAsync(Old, RadioStatus.Unplugged);
        ScriptedAttachment attachment = await AttachNewAsync(bench);
        Assert.Equal(2, bench.Feed.Current.Radios.Length);
        // People are told what the button would do, and of no other radio.
        Assert.Equal(
            ["0658:0200 at port 1.3"],
            bench.Feed.Current.Radios.Where(known => known.Successor is not null).Select(known => $"{known.Successor}"));
        Assert.NotNull(bench.Feed.Current.Radios.Single(known => known.Id == Old).Successor);
        bench.TakeEvents();

        await PressAsync(bench);
        Assert.All(bench.Feed.Current.Radios, known => Assert.Null(known.Successor));

        RadioSnapshot radio = Assert.Single((await bench.UntilStatusAsync(Old, RadioStatus.Attached)).Radios);
        Assert.Equal((Old, "Z-Wave", "NEW001", 3L), (radio.Id, radio.Name, radio.Serial, radio.Disconnects));
        Assert.Equal(Old, Assert.Single(bench.Memory.Radios).Id);
        Assert.False(attachment.Cancelled);
        Assert.Single(bench.Attachments);
        Assert.Equal(
            [RadioEventType.Attached, RadioEventType.Plugged], bench.TakeEvents().Where(e => e.RadioId == Old).Select(e => e.Type));

        // What happens to the stick happens to the old radio.
        bench.Tell(new AttachEvent.WentDown(attachment, new AttachOutcome.Lost("pulled", PiSilent: false) { PiClosed = true }));
        bench.Tell(new AttachEvent.Ended(attachment, new AttachOutcome.Lost("pulled", PiSilent: false) { PiClosed = true }));
        await bench.SettledAsync();
        Assert.Equal((Old, RadioEventType.Lost), Assert.Single(bench.TakeEvents().Select(e => (e.RadioId, e.Type))));
        bench.Time.Advance(AttachTimers.BackoffCap);
        await AttachNewAsync(bench, index: 1);
        Assert.Equal(Old, Assert.Single((await bench.UntilStatusAsync(Old, RadioStatus.Attached)).Radios).Id);
    }

    // The options name the old stick, by each thing that an entry can name; the new one is at another port.
    [Theory]
    [InlineData("0658:0200:OLD001", true, "0658:0200:NEW001")]
    [InlineData("0658:0200@1.2", false, "0658:0200@1.3")]
    public async Task A_stick_that_waits_because_the_entry_names_the_old_one_is_taken_and_the_entry_goes_on_to_mean_it(
        string match, bool isAsked, string advised)
    {
        await using var bench = new AttachBench(s_old);
        bench.Load(Wishes([Pi("attic")], Rule(match, name: "Z-Wave")));
        bench.ListOfLongwire("attic", [], Device("1-1.3", 4));
        if (isAsked) await LetGoAsync(bench, index: 0);
        await bench.SettledAsync();
        int asked = bench.Attachments.Count;

        await PressAsync(bench);
        ScriptedAttachment attachment = await bench.NextAttachmentAsync(asked);
        AttachDecision.Attach attach = Assert.IsType<AttachDecision.Attach>(
            await bench.IdentifyAsync(attachment, Device("1-1.3", 4), IdentityOf("NEW001")));
        Assert.Equal((Old, 2), (attach.RadioId, attach.LastPort));
        bench.Tell(new AttachEvent.CameUp(attachment, 1));
        RadioSnapshot radio = Assert.Single((await bench.UntilStatusAsync(Old, RadioStatus.Attached)).Radios);
        Assert.Equal(("Z-Wave", "NEW001"), (radio.Name, radio.Serial));
        Assert.Contains(bench.Log.Lines, line => line.Contains($"write \"{advised}\" there", StringComparison.Ordinal));
        Assert.Empty(bench.Feed.Current.Bridge.Problems);

        // So it is after a restart, with the same options.
        await using var next = new AttachBench([.. bench.Memory.Radios]);
        next.Load(Wishes([Pi("attic")], Rule(match, name: "Z-Wave")));
        await AttachNewAsync(next);
        Assert.Equal(Old, Assert.Single((await next.UntilStatusAsync(Old, RadioStatus.Attached)).Radios).Id);
    }

    [Fact]
    public async Task Of_several_that_could_take_its_place_none_does_and_a_sentence_names_them()
    {
        await using var bench = new AttachBench(s_old);
        bench.Load(Wishes([Pi("attic")], Rule("0658:0200@1.2")));
        bench.ListOfLongwire("attic", [], Device("1-1.3", 4), Device("1-1.4", 5));
        await PressAsync(bench);
        Snapshot told = await bench.UntilAsync(snapshot => snapshot.Bridge.Problems.Any(IsOfReattach));
        string problem = Assert.Single(told.Bridge.Problems, IsOfReattach);
        Assert.Contains("0658:0200 at port 1.3, 0658:0200 at port 1.4", problem, StringComparison.Ordinal);
        Assert.Empty(bench.Attachments);

        bench.ListOfLongwire("attic", [], Device("1-1.4", 5));
        await bench.UntilAsync(snapshot => !snapshot.Bridge.Problems.Any(IsOfReattach));
        Assert.Empty(bench.Attachments);
        await PressAsync(bench);
        Assert.Equal("1-1.4", (await bench.NextAttachmentAsync()).BusId.ToString());
    }

    [Theory]
    [InlineData("10c4:ea60", "CP2102 USB to UART", true)]
    [InlineData("10c4:ea60", "SONOFF Z-Wave Dongle", true)]
    [InlineData("1cf1:0030", "ConBee II", false)]
    [InlineData("046d:c31c", "Keyboard", false)]
    public async Task What_is_none_of_its_kind_does_not_take_its_place(string id, string product, bool isAsked)
    {
        RadioMemory zigbee = s_old with { UsbId = "10c4:ea60", Product = "Sonoff Zigbee 3.0 USB Dongle Plus", Manufacturer = "ITead" };
        if (id == "1cf1:0030") zigbee = s_old;
        await using var bench = new AttachBench(zigbee);
        bench.Load(Wishes([Pi("attic")], Rule($"{zigbee.UsbId}@1.2")));
        bench.ListOfLongwire("attic", [], Device("1-1.3", 4, id));
        await PressAsync(bench);
        if (isAsked)
        {
            ScriptedAttachment attachment = await bench.NextAttachmentAsync();
            Assert.IsType<AttachDecision.LetGo>(await bench.IdentifyAsync(
                attachment, Device("1-1.3", 4, id), IdentityOf("X00001", id) with { Product = product, Manufacturer = "Acme" }));
            bench.Tell(new AttachEvent.Ended(attachment, new AttachOutcome.LetGo()));
        }
        await bench.SettledAsync();
        Assert.Equal(isAsked ? 1 : 0, bench.Attachments.Count);
        Assert.Equal("OLD001", Assert.Single(bench.Memory.Radios).Serial);
    }

    [Fact]
    public async Task A_stick_that_may_not_be_let_in_takes_nobodys_place()
    {
        await using var bench = new AttachBench(s_old);
        bench.Load(Wishes([Pi("attic")], Rule("0658:0200@1.2")));
        bench.ListOfLongwire("attic", [], Device("1-1.3", 4));
        await PressAsync(bench);
        ScriptedAttachment attachment = await bench.NextAttachmentAsync();
        AttachDecision.Refuse refuse = Assert.IsType<AttachDecision.Refuse>(
            await bench.IdentifyAsync(attachment, Device("1-1.3", 4), IdentityOf("NEW001", classes: [2, 10, 3])));
        bench.Tell(new AttachEvent.Ended(attachment, new AttachOutcome.Refused(refuse.Reason)));
        RadioSnapshot radio = Assert.Single((await bench.UntilStatusAsync(Old, RadioStatus.Refused)).Radios);
        Assert.Equal("OLD001", radio.Serial);
    }

    [Fact]
    public async Task A_radio_whose_stick_is_there_is_attached_afresh_and_not_replaced()
    {
        await using var bench = new AttachBench(s_old);
        bench.Load(Wishes([Pi("attic")], Rule("0658:0200@1.2")));
        ScriptedAttachment first = await AttachAsync(bench, Device(), IdentityOf("OLD001"));
        bench.ListOfLongwire("attic", [new(BusId.Parse("1-1.2"), Zwave, NoticeReason.InUse)], Device("1-1.3", 4));
        await PressAsync(bench);
        Assert.True(first.Cancelled);
        bench.ListOfLongwire("attic", [], Device(), Device("1-1.3", 4));
        Assert.Equal("1-1.2", (await bench.NextAttachmentAsync(1)).BusId.ToString());
        Assert.Equal("OLD001", Assert.Single(bench.Memory.Radios).Serial);
    }

    [Fact]
    public async Task A_stick_that_was_there_beside_the_old_one_is_not_new()
    {
        await using var bench = new AttachBench(s_old);
        bench.Load(Wishes([Pi("attic")], Rule("0658:0200@1.2")));
        ScriptedAttachment first = await AttachAsync(bench, Device(), IdentityOf("OLD001"), beside: Device("1-1.3", 4));
        bench.ListOfLongwire("attic", [new(BusId.Parse("1-1.2"), Zwave, NoticeReason.InUse)], Device("1-1.3", 4));
        bench.Tell(new AttachEvent.Ended(first, new AttachOutcome.Lost("pulled", PiSilent: false)));
        bench.ListOfLongwire("attic", [], Device("1-1.3", 4));
        await PressAsync(bench);
        Assert.Single(bench.Attachments);
    }

    [Fact]
    public async Task A_radio_that_was_new_while_the_old_one_was_away_is_its_own_once_the_old_one_was_back()
    {
        await using var bench = new AttachBench(s_old);
        bench.Load(Wishes([Pi("attic")]));
        bench.ListOfLongwire("attic", []);
        await AttachNewAsync(bench);
        Assert.Equal([Old], bench.Memory.Radios[1].CameWhileAway.AsEnumerable());
        ImmutableArray<NoticeEntry> newInUse = [new(BusId.Parse("1-1.3"), Zwave, NoticeReason.InUse)];
        bench.ListOfLongwire("attic", newInUse, Device());
        ScriptedAttachment back = await bench.NextAttachmentAsync(1);
        Assert.Equal(Old, Assert.IsType<AttachDecision.Attach>(await bench.IdentifyAsync(back, Device(), IdentityOf("OLD001"))).RadioId);
        bench.Tell(new AttachEvent.CameUp(back, 1));
        await bench.UntilStatusAsync(Old, RadioStatus.Attached);
        Assert.Empty(bench.Memory.Radios[1].CameWhileAway);

        bench.Tell(new AttachEvent.Ended(back, new AttachOutcome.Lost("pulled", PiSilent: false)));
        bench.ListOfLongwire("attic", newInUse);
        await PressAsync(bench);
        Assert.Equal(2, bench.Feed.Current.Radios.Length);
    }

    [Fact]
    public async Task A_new_radio_that_has_an_entry_of_its_own_is_not_taken_for_another()
    {
        await using var bench = new AttachBench(s_old);
        bench.Load(Wishes([Pi("attic")], Rule("0658:0200:OLD001", index: 0), Rule("0658:0200:NEW001", index: 1)));
        bench.ListOfLongwire("attic", []);
        await AttachNewAsync(bench);
        await PressAsync(bench);
        Assert.Equal(2, bench.Feed.Current.Radios.Length);
    }

    [Fact]
    public async Task A_radio_that_a_person_switched_off_is_not_replaced()
    {
        await using var bench = new AttachBench(s_old with { Wanted = false });
        bench.Load(Wishes([Pi("attic")], Rule("0658:0200@1.2")));
        bench.ListOfLongwire("attic", [], Device("1-1.3", 4));
        await PressAsync(bench);
        Assert.Empty(bench.Attachments);
    }

    [Fact]
    public async Task The_old_stick_is_a_new_radio_when_it_comes_back_and_the_log_says_so()
    {
        await using var bench = new AttachBench(Succession.Follow(s_old, Zwave, "NEW001", replaced: true) with { PortChain = "1.3" });
        bench.Load(Wishes([Pi("attic")]));
        await AttachNewAsync(bench);
        bench.ListOfLongwire("attic", [new(BusId.Parse("1-1.3"), Zwave, NoticeReason.InUse)], Device());
        AttachDecision.Attach attach = Assert.IsType<AttachDecision.Attach>(
            await bench.IdentifyAsync(await bench.NextAttachmentAsync(1), Device(), IdentityOf("OLD001")));
        Assert.NotEqual(Old, attach.RadioId);
        Assert.Equal(RadioStatus.Attached, bench.Feed.Current.Radios.Single(radio => radio.Id == Old).Status);
        Assert.Contains(
            bench.Log.Lines,
            line => line.Contains($"{attach.RadioId} is the stick that Z-Wave ({Old}) was", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_old_stick_is_left_alone_when_it_comes_back_and_the_entry_names_its_serial_and_a_sentence_says_so()
    {
        await using var bench = new AttachBench(Succession.Follow(s_old, Zwave, "NEW001", replaced: true) with { PortChain = "1.3" });
        bench.Load(Wishes([Pi("attic")], Rule("0658:0200:OLD001")));
        await AttachNewAsync(bench);
        bench.ListOfLongwire("attic", [new(BusId.Parse("1-1.3"), Zwave, NoticeReason.InUse)], Device());
        ScriptedAttachment back = await bench.NextAttachmentAsync(1);
        Assert.IsType<AttachDecision.LetGo>(await bench.IdentifyAsync(back, Device(), IdentityOf("OLD001")));
        bench.Tell(new AttachEvent.Ended(back, new AttachOutcome.LetGo()));
        Snapshot snapshot = await bench.UntilAsync(s => s.Bridge.Problems.Length > 0);
        Assert.Contains("'0658:0200:OLD001' is a stick that is back at port 1.2", snapshot.Bridge.Problems[0], StringComparison.Ordinal);
        Assert.Equal((Old, RadioStatus.Attached), Assert.Single(snapshot.Radios.Select(radio => (radio.Id, radio.Status))));
    }

    [Fact]
    public async Task A_press_is_over_after_a_while()
    {
        await using var bench = new AttachBench(s_old);
        bench.Load(Wishes([Pi("attic")], Rule("0658:0200@1.2")));
        bench.ListOfLongwire("attic", [], Device("1-1.3", 4));
        await PressAsync(bench);
        ScriptedAttachment attachment = await bench.NextAttachmentAsync();
        bench.Time.Advance(AttachTimers.Reattach);
        Assert.IsType<AttachDecision.LetGo>(await bench.IdentifyAsync(attachment, Device("1-1.3", 4), IdentityOf("NEW001")));
    }

    [Fact]
    public async Task Only_the_stick_that_the_person_said_yes_to_is_taken_and_a_radio_that_is_back_is_left_alone()
    {
        await using var bench = new AttachBench(s_old);
        bench.Load(Wishes([Pi("attic")]));
        bench.ListOfLongwire("attic", []);
        await bench.UntilStatusAsync(Old, RadioStatus.Unplugged);
        await AttachNewAsync(bench);
        Assert.Contains("cannot take its place any more", await ReplaceAsync(bench, "0658:0200 at port 1.4"), StringComparison.Ordinal);
        Assert.Equal(2, bench.Feed.Current.Radios.Length);
        Assert.Null(await ReplaceAsync(bench, "0658:0200 at port 1.3"));
        Assert.Equal((Old, RadioStatus.Attached), Assert.Single(bench.Feed.Current.Radios.Select(radio => (radio.Id, radio.Status))));
        // Pressed once more on an old page.
        Assert.NotNull(await ReplaceAsync(bench, "0658:0200 at port 1.3"));
        await bench.SettledAsync();
        Assert.Equal(RadioStatus.Attached, Assert.Single(bench.Feed.Current.Radios).Status);
        Assert.Single(bench.Attachments);
    }

    private static async Task<string?> ReplaceAsync(AttachBench bench, string successor)
    {
        var replace = new RadioCommand.Replace(Old, successor);
        bench.Tell(new AttachEvent.Commanded(replace));
        return await replace.Answer.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    private static bool IsOfReattach(string problem) => problem.StartsWith("Reattach", StringComparison.Ordinal);

    private static async Task PressAsync(AttachBench bench)
    {
        bench.Tell(new AttachEvent.Commanded(new RadioCommand.Reattach(Old)));
        await bench.SettledAsync();
    }

    private static Task<ScriptedAttachment> AttachNewAsync(AttachBench bench, int index = 0) =>
        AttachAsync(bench, Device("1-1.3", 4), IdentityOf("NEW001"), index);

    private static async Task<ScriptedAttachment> AttachAsync(
        AttachBench bench, ExportedDevice device, DeviceIdentity identity, int index = 0, ExportedDevice? beside = null)
    {
        bench.ListOfLongwire("attic", [], beside is null ? [device] : [device, beside]);
        ScriptedAttachment attachment = await bench.NextAttachmentAsync(index);
        Assert.IsType<AttachDecision.Attach>(await bench.IdentifyAsync(attachment, device, identity));
        bench.Tell(new AttachEvent.CameUp(attachment, 1));
        await bench.SettledAsync();
        return attachment;
    }

    private static async Task LetGoAsync(AttachBench bench, int index)
    {
        ScriptedAttachment attachment = await bench.NextAttachmentAsync(index);
        Assert.IsType<AttachDecision.LetGo>(await bench.IdentifyAsync(attachment, Device("1-1.3", 4), IdentityOf("NEW001")));
        bench.Tell(new AttachEvent.Ended(attachment, new AttachOutcome.LetGo()));
        await bench.SettledAsync();
    }
}
