using Longwire.Attach;
using Longwire.Options;
using Longwire.State;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Identity;

/// <summary>Sticks of one kind: which is which, who waits for whom, and what a person is told to tell them apart by.</summary>
public sealed class TwinsTests
{
    [Fact]
    public async Task Two_twins_at_first_sight_both_wait_until_both_have_spoken()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        bench.List("attic", Device("1-1.2", 3), Device("1-1.3", 4));
        ScriptedAttachment one = await bench.NextAttachmentAsync(), other = await bench.NextAttachmentAsync(1);
        Task<AttachDecision> first = bench.Identify(one, Device("1-1.2", 3), IdentityOf("0001"));
        await bench.SettledAsync();
        Assert.False(first.IsCompleted);
        AttachDecision second = await bench.IdentifyAsync(other, Device("1-1.3", 4), IdentityOf("0001"));
        string[] ids = [Assert.IsType<AttachDecision.Attach>(await first).RadioId, Assert.IsType<AttachDecision.Attach>(second).RadioId];
        Assert.Equal(["attic_0658_0200_1-2", "attic_0658_0200_1-3"], ids.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_twin_in_the_first_list_of_another_Pi_is_waited_for()
    {
        await using var bench = new AttachBench();
        Task<AttachDecision> first = await OneHasSpokenAsync(bench);
        bench.Time.Advance(AttachTimers.TwinShows);
        bench.List("cellar", Device());
        await AreToldApartByPiAsync(bench, first);
    }

    [Fact]
    public async Task A_twin_that_is_tried_again_is_not_waited_for_any_longer()
    {
        await using var bench = new AttachBench();
        Task<AttachDecision> first = await OneHasSpokenAsync(bench);
        bench.List("cellar", Device());
        bench.End(await bench.NextAttachmentAsync(1), new AttachOutcome.Failed("it did not answer"));
        await bench.SettledAsync();
        bench.Time.Advance(AttachTimers.BackoffFirst * 2);
        // It hangs again.
        await bench.NextAttachmentAsync(2);
        await bench.SettledAsync();
        Assert.False(first.IsCompleted);
        bench.Time.Advance(AttachTimers.TwinShows);
        await IsKnownBySerialAsync(first);
    }

    [Fact]
    public async Task A_twin_that_its_Pi_is_making_ready_is_waited_for()
    {
        await using var bench = new AttachBench();
        Task<AttachDecision> first = await OneHasSpokenAsync(bench);
        // That Pi is slow to start.
        bench.Time.Advance(AttachTimers.TwinShows);
        bench.ListOfLongwire("cellar", [new(BusId.Parse("1-1.2"), Zwave, NoticeReason.None)]);
        await bench.SettledAsync();
        Assert.False(first.IsCompleted);
        bench.Time.Advance(AttachTimers.TwinShows / 2);
        bench.ListOfLongwire("cellar", [], Device());
        await AreToldApartByPiAsync(bench, first);
    }

    [Fact]
    public async Task A_twin_that_was_tried_in_vain_is_waited_for()
    {
        await using var bench = new AttachBench();
        Task<AttachDecision> first = await OneHasSpokenAsync(bench);
        bench.List("cellar", Device());
        ScriptedAttachment failed = await bench.NextAttachmentAsync(1);
        bench.End(failed, new AttachOutcome.Failed("it did not answer"));
        await bench.SettledAsync();
        Assert.False(first.IsCompleted);
        bench.Time.Advance(AttachTimers.BackoffFirst * 2);
        await AreToldApartByPiAsync(bench, first, index: 2);
    }

    [Fact]
    public async Task A_twin_that_never_shows_itself_is_not_waited_for_any_longer()
    {
        await using var bench = new AttachBench();
        Task<AttachDecision> first = await OneHasSpokenAsync(bench);
        bench.ListOfLongwire("cellar", [new(BusId.Parse("1-1.2"), Zwave, NoticeReason.None)]);
        await bench.SettledAsync();
        bench.Time.Advance(AttachTimers.TwinShows);
        await IsKnownBySerialAsync(first);
    }

    [Theory]
    [InlineData("0658:0200", NoticeReason.InUse)]
    [InlineData("0658:0200", NoticeReason.NotKnownRadio)]
    [InlineData("1a86:55d4", NoticeReason.None)]
    public async Task What_is_no_coming_twin_is_not_waited_for(string id, NoticeReason reason)
    {
        await using var bench = new AttachBench();
        Task<AttachDecision> first = await OneHasSpokenAsync(bench);
        bench.ListOfLongwire("cellar", [new(BusId.Parse("1-1.2"), UsbId.Parse(id), reason)]);
        await IsKnownBySerialAsync(first);
    }

    [Fact]
    public async Task One_of_its_kind_that_no_rule_wants_is_not_waited_for()
    {
        await using var bench = new AttachBench();
        Task<AttachDecision> first = await OneHasSpokenAsync(bench, Rule("0658:0200", pi: "attic"));
        bench.List("cellar", Device());
        await IsKnownBySerialAsync(first);
    }

    [Fact]
    public async Task A_twin_that_turns_up_later_renames_nobody()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        await bench.AttachAsync(Device(), IdentityOf("0001"));
        bench.List("attic", Device("1-1.3", 4));
        AttachDecision verdict = await bench.IdentifyAsync(await bench.NextAttachmentAsync(1), Device("1-1.3", 4), IdentityOf("0001"));
        Assert.Equal("attic_0658_0200_1-3", Assert.IsType<AttachDecision.Attach>(verdict).RadioId);
        Snapshot snapshot = await bench.UntilAsync(s => s.Radios.Length == 2);
        Assert.Contains(snapshot.Radios, radio => radio.Id == "0658_0200_0001" && radio.Status == RadioStatus.Attached);
    }

    [Fact]
    public async Task Of_two_attached_twins_the_one_that_is_pulled_is_unplugged_and_nobody_knocks_for_it()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        await bench.AttachAsync(Device("1-1.2", 3), IdentityOf("0001"));
        ScriptedAttachment pulled = await bench.AttachAsync(Device("1-1.3", 4), IdentityOf("0001"), index: 1);
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
        AttachDecision verdict = await bench.IdentifyAsync(twin, Device("1-1.3", 4), IdentityOf());
        Assert.Equal("attic_0658_0200_1-3", Assert.IsType<AttachDecision.Attach>(verdict).RadioId);
        Assert.Equal("1.2", bench.Memory.Find("attic_0658_0200")!.PortChain);
    }

    [Fact]
    public async Task A_twin_that_speaks_before_the_radio_on_its_own_port_waits_for_it()
    {
        await using var bench = new AttachBench(Known("0658_0200_0001", "0001"));
        bench.Load(Wishes([Pi("attic")]));
        bench.List("attic", Device("1-1.2", 3), Device("1-1.3", 4));
        ScriptedAttachment radio = await bench.NextAttachmentAsync(), twin = await bench.NextAttachmentAsync(1);
        Task<AttachDecision> later = bench.Identify(twin, Device("1-1.3", 4), IdentityOf("0001"));
        await bench.SettledAsync();
        Assert.False(later.IsCompleted);
        AttachDecision first = await bench.IdentifyAsync(radio, Device("1-1.2", 3), IdentityOf("0001"));
        Assert.Equal("0658_0200_0001", Assert.IsType<AttachDecision.Attach>(first).RadioId);
        Assert.Equal("attic_0658_0200_1-3", Assert.IsType<AttachDecision.Attach>(await later).RadioId);
    }

    [Fact]
    public async Task A_radio_whose_port_another_took_is_known_by_its_serial()
    {
        await using var bench = new AttachBench(Known("0658_0200_A", "A"));
        bench.Load(Wishes([Pi("attic")]));
        bench.List("attic", Device("1-1.2", 3), Device("1-1.3", 4));
        ScriptedAttachment other = await bench.NextAttachmentAsync(), moved = await bench.NextAttachmentAsync(1);
        Task<AttachDecision> later = bench.Identify(moved, Device("1-1.3", 4), IdentityOf("A"));
        await bench.SettledAsync();
        AttachDecision first = await bench.IdentifyAsync(other, Device("1-1.2", 3), IdentityOf("B"));
        Assert.Equal("0658_0200_B", Assert.IsType<AttachDecision.Attach>(first).RadioId);
        Assert.Equal("0658_0200_A", Assert.IsType<AttachDecision.Attach>(await later).RadioId);
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
        ScriptedAttachment first = await bench.AttachAsync(Device(), IdentityOf("ZW0001"));
        bench.List("attic", Device("1-1.3", 4));
        await bench.UntilAsync(s => s.Bridge.Problems.Length == 1);
        Assert.False(first.Cancelled);
        Assert.Single(bench.Attachments);
    }

    /// <summary>A stick in the attic has said who it is, and nothing is known of the cellar.</summary>
    private static async Task<Task<AttachDecision>> OneHasSpokenAsync(AttachBench bench, params RadioRule[] rules)
    {
        bench.Load(Wishes([Pi("attic"), Pi("cellar", "192.0.2.2")], rules));
        bench.List("attic", Device());
        Task<AttachDecision> first = bench.Identify(await bench.NextAttachmentAsync(), Device(), IdentityOf("0001"));
        await bench.SettledAsync();
        Assert.False(first.IsCompleted);
        return first;
    }

    private static async Task IsKnownBySerialAsync(Task<AttachDecision> verdict)
    {
        AttachDecision decision = await verdict.WaitAsync(AttachTimers.Attach, TestContext.Current.CancellationToken);
        Assert.Equal("0658_0200_0001", Assert.IsType<AttachDecision.Attach>(decision).RadioId);
    }

    private static async Task AreToldApartByPiAsync(AttachBench bench, Task<AttachDecision> first, int index = 1)
    {
        AttachDecision second = await bench.IdentifyAsync(await bench.NextAttachmentAsync(index), Device(), IdentityOf("0001"));
        Assert.Equal("attic_0658_0200", Assert.IsType<AttachDecision.Attach>(await first).RadioId);
        Assert.Equal("cellar_0658_0200", Assert.IsType<AttachDecision.Attach>(second).RadioId);
    }
}
