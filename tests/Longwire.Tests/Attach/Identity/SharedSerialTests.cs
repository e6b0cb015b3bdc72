using Longwire.Attach;
using Longwire.Attach.Memory;
using Longwire.Options;
using Longwire.State;
using Longwire.Tests.Attach.Reconciling;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Identity;

/// <summary>Sticks that say nothing by which they could be told apart: every Zooz ZST39 has one serial.</summary>
public sealed class SharedSerialTests
{
    private const string Zst39 = "1a86:55d4";
    private const string Serial = "533D004242";

    private static DeviceIdentity Zooz => IdentityOf(Serial, Zst39) with { Product = "800 Z-Wave Stick", Manufacturer = "Zooz" };

    [Fact]
    public async Task Two_that_one_serial_means_are_both_left_alone_and_stay_so_while_the_reset_of_one_hides_it()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic"), Pi("cellar")], Rule($"{Zst39}:{Serial}")));
        bench.List("attic", Stick());
        bench.List("cellar", Stick());
        ScriptedAttachment one = await bench.NextAttachmentAsync(), other = await bench.NextAttachmentAsync(1);
        Task<AttachDecision> first = bench.Identify(one, Stick(), Zooz);
        await bench.SettledAsync();
        Assert.False(first.IsCompleted);
        Assert.IsType<AttachDecision.LetGo>(await bench.IdentifyAsync(other, Stick(), Zooz));
        Assert.IsType<AttachDecision.LetGo>(await first);
        bench.Tell(new AttachEvent.Ended(one, new AttachOutcome.LetGo()));
        bench.Tell(new AttachEvent.Ended(other, new AttachOutcome.LetGo()));
        var shown = new ShownProblems(bench);
        await shown.LookAsync();
        Assert.Contains("2 sticks match '1a86:55d4:533D004242'", Assert.Single(shown.Now), StringComparison.Ordinal);

        // Both are being reset; the one in the attic is back first.
        bench.List("attic");
        bench.List("cellar");
        bench.Time.Advance(AttachTimers.BackoffCap);
        bench.List("attic", Stick());
        await shown.LookAsync();
        bench.List("cellar", Stick());
        bench.Time.Advance(AttachTimers.BackoffCap);
        await shown.LookAsync();
        Assert.Equal(2, bench.Attachments.Count);
        Assert.Equal(1, shown.Changes);
        Assert.Empty(bench.Memory.Radios);

        // One is unplugged for good: what is left is meant.
        bench.List("cellar");
        bench.Time.Advance(AttachTimers.StickGone);
        bench.List("cellar");
        bench.List("attic", Stick());
        AttachDecision verdict = await bench.IdentifyAsync(await bench.NextAttachmentAsync(2), Stick(), Zooz);
        Assert.Equal("attic_1a86_55d4", Assert.IsType<AttachDecision.Attach>(verdict).RadioId);
    }

    [Theory]
    [InlineData("1a86_55d4_533D004242", false)]
    [InlineData("1a86_55d4_533D004242", true)]
    [InlineData("attic_1a86_55d4", false)]
    [InlineData("attic_1a86_55d4", true)]
    public async Task The_one_that_memory_knows_by_Pi_and_port_keeps_the_rule_whoever_speaks_first(string id, bool twinFirst)
    {
        await using var bench = new AttachBench(Radio(id));
        bench.Load(Wishes([Pi("attic"), Pi("cellar")], Rule($"{Zst39}:{Serial}", name: "Z-Wave")));
        string[] order = twinFirst ? ["cellar", "attic"] : ["attic", "cellar"];
        var verdicts = new Dictionary<string, Task<AttachDecision>>();
        for (int i = 0; i < 2; i++)
        {
            bench.List(order[i], Stick());
            verdicts[order[i]] = bench.Identify(await bench.NextAttachmentAsync(i), Stick(), Zooz);
            await bench.SettledAsync();
        }
        Assert.Equal(id, Assert.IsType<AttachDecision.Attach>(await verdicts["attic"]).RadioId);
        Assert.IsType<AttachDecision.LetGo>(await verdicts["cellar"]);
        Assert.Equal("attic", Assert.Single(bench.Memory.Radios).PiId);
        var shown = new ShownProblems(bench);
        await shown.LookAsync();
        Assert.Contains("2 sticks match", Assert.Single(shown.Now), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_twin_on_another_Pi_is_not_taken_for_the_radio_whose_Pi_is_off()
    {
        await using var bench = new AttachBench(Radio("1a86_55d4_533D004242"));
        bench.Load(Wishes([Pi("attic"), Pi("cellar")], Rule($"{Zst39}:{Serial}")));
        bench.Tell(new AttachEvent.PiSilent("attic", "no route"));
        bench.List("cellar", Stick());
        Assert.IsType<AttachDecision.LetGo>(await bench.IdentifyAsync(await bench.NextAttachmentAsync(), Stick(), Zooz));
        var shown = new ShownProblems(bench);
        await shown.LookAsync();
        Assert.Contains(shown.Now, line => line.Contains("may be another one", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_serial_of_its_own_is_not_believed_to_have_moved_before_its_former_Pi_was_asked()
    {
        await using var bench = new AttachBench(Known("0658_0200_A", "A"));
        bench.Load(Wishes([Pi("attic"), Pi("cellar")], Rule("0658:0200:A")));
        bench.List("cellar", Device());
        Task<AttachDecision> twin = bench.Identify(await bench.NextAttachmentAsync(), Device(), IdentityOf("A"));
        await bench.SettledAsync();
        Assert.False(twin.IsCompleted);
        bench.List("attic", Device());
        AttachDecision radio = await bench.IdentifyAsync(await bench.NextAttachmentAsync(1), Device(), IdentityOf("A"));
        Assert.Equal("0658_0200_A", Assert.IsType<AttachDecision.Attach>(radio).RadioId);
        Assert.IsType<AttachDecision.LetGo>(await twin);
    }

    [Fact]
    public async Task A_serial_of_its_own_that_is_nowhere_else_has_moved()
    {
        await using var bench = new AttachBench(Known("0658_0200_A", "A"));
        bench.Load(Wishes([Pi("attic"), Pi("cellar")], Rule("0658:0200:A")));
        bench.List("cellar", Device());
        Task<AttachDecision> moved = bench.Identify(await bench.NextAttachmentAsync(), Device(), IdentityOf("A"));
        bench.ListOfLongwire("attic", []);
        Assert.Equal("0658_0200_A", Assert.IsType<AttachDecision.Attach>(await moved).RadioId);
    }

    /// <summary>With what serial two sticks moved away from a radio's port, and whether a rule means one of them.</summary>
    public static TheoryData<string?, string?> Moves => new()
    {
        { null, null },
        { "A", null },
        { "A", "0658:0200:A" },
        { "A", "0658:0200" },
        { null, "0658:0200" },
    };

    [Theory]
    [MemberData(nameof(Moves))]
    public async Task Of_two_that_could_have_moved_neither_is_taken_for_the_radio(string? serial, string? rule)
    {
        await using var bench = new AttachBench(Known("r", serial));
        bench.Load(rule is null ? Wishes([Pi("attic")]) : Wishes([Pi("attic")], Rule(rule)));
        bench.List("attic", Device("1-1.3", 3), Device("1-1.4", 4));
        ScriptedAttachment one = await bench.NextAttachmentAsync(), other = await bench.NextAttachmentAsync(1);
        Task<AttachDecision> first = bench.Identify(one, Device("1-1.3", 3), IdentityOf(serial));
        await bench.SettledAsync();
        AttachDecision second = await bench.IdentifyAsync(other, Device("1-1.4", 4), IdentityOf(serial));
        Assert.All([await first, second], verdict => Assert.NotEqual("r", (verdict as AttachDecision.Attach)?.RadioId));
        Assert.Equal("1.2", bench.Memory.Find("r")!.PortChain);
        if (rule is not null) Assert.All([await first, second], verdict => Assert.IsType<AttachDecision.LetGo>(verdict));
    }

    [Fact]
    public async Task A_twin_that_comes_later_leaves_the_attached_one_alone_and_takes_no_name_of_its()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic"), Pi("cellar")], Rule($"{Zst39}:{Serial}", name: "Z-Wave")));
        bench.ListOfLongwire("cellar", []);
        ScriptedAttachment radio = await bench.AttachAsync(Stick(), Zooz);
        bench.ListOfLongwire("cellar", [], Stick());
        Assert.IsType<AttachDecision.LetGo>(await bench.IdentifyAsync(await bench.NextAttachmentAsync(1), Stick(), Zooz));
        Snapshot snapshot = await bench.UntilAsync(s => s.Bridge.Problems.Any(line => line.Contains("2 sticks", StringComparison.Ordinal)));
        Assert.Equal(("attic_1a86_55d4", RadioStatus.Attached), (snapshot.Radios.Single().Id, snapshot.Radios.Single().Status));
        Assert.False(radio.Cancelled);
    }

    [Theory]
    [InlineData("cellar", "1-1.2", true)]
    [InlineData("cellar", "1-1.2", false)]
    [InlineData("attic", "1-1.3", true)]
    [InlineData("attic", "1-1.3", false)]
    public async Task A_twin_that_was_seen_beside_the_radio_is_not_taken_for_it_while_that_is_away(string pi, string busId, bool restarted)
    {
        ExportedDevice device = Device(busId, 4);
        AttachOptions options = Wishes([Pi("attic"), Pi("cellar")], Rule("0658:0200:A"));
        await using var before = new AttachBench();
        before.Load(options);
        before.List("cellar");
        (await before.AttachAsync(Device(), IdentityOf("A"))).IsAlive = true;
        before.Time.Advance(AttachTimers.Poll);
        before.List(pi, device);
        ScriptedAttachment looked = await before.NextAttachmentAsync(1);
        Assert.IsType<AttachDecision.LetGo>(await before.IdentifyAsync(looked, device, IdentityOf("A")));
        before.End(looked, new AttachOutcome.LetGo());
        before.List(pi, device);
        await before.SettledAsync();
        Assert.True(Assert.Single(before.Memory.Radios).SerialIsShared);
        await using AttachBench? again = restarted ? new AttachBench([.. before.Memory.Radios]) : null;
        AttachBench after = again ?? before;
        int next = restarted ? 0 : 2;
        if (restarted)
        {
            after.Load(options);
        }
        else
        {
            after.End(before.Attachments[0], new AttachOutcome.Lost("power cut", PiSilent: true));
            after.List(pi);
            after.Time.Advance(AttachTimers.StickGone);
            after.List(pi);
        }
        after.Tell(new AttachEvent.PiSilent("attic", "no route"));
        after.Tell(new AttachEvent.PiSilent("cellar", "no route"));

        // The twin is back first.
        after.List(pi, Device(busId, 5));
        AttachDecision verdict = await after.IdentifyAsync(await after.NextAttachmentAsync(next), Device(busId, 5), IdentityOf("A"));
        Assert.IsType<AttachDecision.LetGo>(verdict);
        RadioMemory radio = Assert.Single(after.Memory.Radios);
        Assert.Equal(("attic", "1.2"), (radio.PiId, radio.PortChain));
        // Its own stick is the radio still.
        after.End(after.Attachments[next], new AttachOutcome.LetGo());
        after.List("attic", Device());
        verdict = await after.IdentifyAsync(await after.NextAttachmentAsync(next + 1), Device(), IdentityOf("A"));
        Assert.Equal(radio.Id, Assert.IsType<AttachDecision.Attach>(verdict).RadioId);
    }

    [Fact]
    public async Task Two_that_are_listed_at_once_while_the_radio_is_away_are_remembered_too()
    {
        await using var bench = new AttachBench(Known("r", "A"));
        bench.Load(Wishes([Pi("attic")], Rule("0658:0200:A")));
        bench.List("attic", Device("1-1.3", 3), Device("1-1.4", 4));
        ScriptedAttachment one = await bench.NextAttachmentAsync(), other = await bench.NextAttachmentAsync(1);
        Task<AttachDecision> first = bench.Identify(one, Device("1-1.3", 3), IdentityOf("A"));
        await bench.IdentifyAsync(other, Device("1-1.4", 4), IdentityOf("A"));
        await first;
        bench.List("attic", Device("1-1.3", 3), Device("1-1.4", 4));
        await bench.SettledAsync();
        Assert.True(Assert.Single(bench.Memory.Radios).SerialIsShared);
    }

    [Fact]
    public async Task A_stick_that_is_carried_to_another_Pi_before_its_loss_is_noticed_is_no_twin()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic"), Pi("cellar")], Rule("0658:0200:A")));
        bench.List("cellar");
        await bench.AttachAsync(Device(), IdentityOf("A"));
        bench.Time.Advance(AttachTimers.Poll);
        bench.List("cellar", Device());
        ScriptedAttachment looked = await bench.NextAttachmentAsync(1);
        await bench.IdentifyAsync(looked, Device(), IdentityOf("A"));
        bench.End(looked, new AttachOutcome.LetGo());
        bench.List("cellar", Device());
        await bench.SettledAsync();
        Assert.False(Assert.Single(bench.Memory.Radios).SerialIsShared);
    }

    private static ExportedDevice Stick() => Device(id: Zst39);

    private static RadioMemory Radio(string id) => Known(id, Serial) with { UsbId = Zst39 };
}
