using System.Collections.Immutable;
using Longwire.Attach;
using Longwire.Attach.Memory;
using Longwire.Inventory;
using Longwire.Options;
using Longwire.Radios;
using Longwire.State;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>
/// Lists of servers that are not like Linux': one stick that cannot be used costs no other, and a name is a server's to choose.
/// </summary>
public sealed class OddSticksTests
{
    private static readonly OddRecord s_odd = new(
        "zw\ufffdve", UsbId.Parse("10c4:ea60"), "path holds the byte 0xe9 at offset 5, which is not UTF-8");

    [Fact]
    public async Task An_odd_stick_is_a_problem_with_its_name_and_reason_and_the_others_are_attached()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        var shown = new ShownProblems(bench);
        bench.Tell(Answer([Device()], [s_odd]));
        ScriptedAttachment attachment = await bench.NextAttachmentAsync();
        Assert.IsType<AttachDecision.Attach>(await bench.IdentifyAsync(attachment, Device(), IdentityOf("ZW0001")));
        await shown.LookAsync();
        string problem = Assert.Single(shown.Now);
        Assert.StartsWith(
            "'zw\ufffdve' (10c4:ea60) on attic cannot be used: its path holds the byte 0xe9 at offset 5, which is not UTF-8.", problem,
            StringComparison.Ordinal);
        bench.Tell(Answer([Device()], []));
        await shown.LookAsync();
        Assert.Empty(shown.Now);
    }

    [Fact]
    public async Task A_thousand_odd_sticks_are_eight_problems_and_a_number()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        var shown = new ShownProblems(bench);
        bench.Tell(Answer([], [.. Enumerable.Range(0, 1024).Select(at => s_odd with { Name = $"stick {at}" })]));
        await shown.LookAsync();
        Assert.Equal(9, shown.Now.Count);
        Assert.Contains("1016 more sticks on attic cannot be used, for reasons like these.", shown.Now);
    }

    [Fact]
    public async Task A_Pi_that_does_not_answer_has_no_odd_sticks()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        var shown = new ShownProblems(bench);
        bench.Tell(Answer([], [s_odd]));
        bench.Tell(new AttachEvent.PiSilent("attic", "no route"));
        await shown.LookAsync();
        Assert.DoesNotContain(shown.Now, problem => problem.Contains("cannot be used", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_list_that_was_cut_short_unplugs_nothing_and_says_so_and_one_that_is_always_cut_is_taken_as_it_is()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")], Rule("0658:0200@1.2"), Rule("0658:0200@1.3", index: 1)));
        var shown = new ShownProblems(bench);
        bench.List("attic", Device("1-1.2"), Device("1-1.3", 4));
        ScriptedAttachment one = await bench.NextAttachmentAsync(), other = await bench.NextAttachmentAsync(1);
        bench.Tell(new AttachEvent.Ended(one, new AttachOutcome.Failed("importing: cut")));
        bench.Tell(new AttachEvent.Ended(other, new AttachOutcome.Failed("importing: cut")));
        await bench.SettledAsync();
        AttachEvent cut = Answer([Device("1-1.2")], [], cutShort: "reading device 2 of 2: the peer closed after 0 of 312 bytes");
        bench.Tell(cut);
        await shown.LookAsync();
        Assert.Contains(
            shown.Now, problem => problem.StartsWith("attic gave its list in part (reading device 2", StringComparison.Ordinal));
        // Both are tried again: that the second did not come says nothing of it.
        bench.Time.Advance(AttachTimers.BackoffCap);
        await bench.SettledAsync();
        Assert.Equal(["1-1.2", "1-1.3"], bench.Attachments.Skip(2).Select(attachment => attachment.BusId.ToString()).Order());
        foreach (ScriptedAttachment attachment in bench.Attachments.Skip(2).ToArray())
            bench.Tell(new AttachEvent.Ended(attachment, new AttachOutcome.Failed("importing: cut")));
        for (int i = 0; i < 5; i++) bench.Tell(cut);
        await bench.SettledAsync();
        bench.Time.Advance(AttachTimers.BackoffCap);
        await bench.SettledAsync();
        Assert.Equal(["1-1.2"], bench.Attachments.Skip(4).Select(attachment => attachment.BusId.ToString()));
    }

    [Theory]
    [InlineData("zwave", "attic_0658_0200_zwave")]
    [InlineData("0-0-0", "attic_0658_0200_0-0-0")]
    [InlineData("usbip-vudc.0", "attic_0658_0200_usbip-vudc-0")]
    [InlineData("ugen17.2", "attic_0658_0200_ugen17-2")]
    public async Task A_stick_that_its_server_calls_as_it_likes_is_attached_remembered_and_asked_for_by_that_name(string busId, string id)
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        ExportedDevice device = Device(busId, devNum: 0) with { BusNumber = 0, Path = $"/servers/{busId}" };
        // Beside another of its kind: its id is that of its place.
        ExportedDevice twin = Device("1-1.9", devNum: 9);
        bench.List("attic", device, twin);
        await bench.NextAttachmentAsync(1);
        ScriptedAttachment attachment = bench.Attachments.Single(one => one.BusId == device.BusId);
        Assert.Equal(id, Assert.IsType<AttachDecision.Attach>(await bench.IdentifyAsync(attachment, device, IdentityOf())).RadioId);
        bench.Tell(new AttachEvent.CameUp(attachment, 1));
        bench.List("attic", twin);
        await bench.UntilStatusAsync(id, RadioStatus.Attached);
        // Lost, and not listed: it is asked for by the name that it had.
        bench.Tell(new AttachEvent.Ended(attachment, new AttachOutcome.Lost("pulled", PiSilent: false) { PiClosed = true }));
        bench.List("attic", twin);
        await bench.SettledAsync();
        bench.Time.Advance(AttachTimers.BackoffFirst);
        bench.List("attic", twin);
        await bench.NextAttachmentAsync(2);
        Assert.Equal(device.BusId, bench.Attachments[2].BusId);
        await bench.StopAsync();
        RadioMemory memory = bench.Memory.Radios.Single(one => one.Id == id);
        Assert.Equal((busId, busId, null), (memory.LastBusId, memory.PortChain, memory.Controller));
    }

    [Fact]
    public void The_list_of_a_Pi_shows_odd_sticks_beside_those_that_can_be_used_and_a_line_for_each_that_can()
    {
        AttachOptions options = Wishes([Pi("attic")]);
        var sticks = new PiSticks(options.Pis[0], options, KnownRadios.Default, [], "boot");
        DeviceList list = new([Device("zwave"), Device("upstairs/zwave", 4)], Notice: null) { Odd = [s_odd] };
        StickList shown = sticks.Judge(PiOffers.Of(list));
        Assert.Equal(
            ["- match: \"0658:0200@upstairs/zwave\"", "- match: \"0658:0200@zwave\""], shown.Sticks.Select(stick => stick.Line));
        Assert.Contains(shown.Notes, note => note.StartsWith("'zw\ufffdve' (10c4:ea60) on attic cannot be used", StringComparison.Ordinal));
        foreach (ListedStick stick in shown.Sticks)
        {
            string text = stick.Line![10..^1];
            Assert.True(RadioMatch.TryParse(text, out RadioMatch? match));
            Assert.True(match.CouldMatch(stick.Id, stick.Port));
            Assert.False(match.CouldMatch(stick.Id, shown.Sticks.Single(other => other != stick).Port));
        }
    }

    [Fact]
    public void Two_lists_with_other_odd_sticks_are_two() => Assert.NotEqual(
        PiOffers.Of(new DeviceList([], null)), PiOffers.Of(new DeviceList([], null) { Odd = [s_odd] }));

    private static AttachEvent.PiAnswered Answer(ExportedDevice[] devices, ImmutableArray<OddRecord> odd, string? cutShort = null) => new(
        "attic", new DeviceList([.. devices], null, IsEnd: cutShort is null) { Odd = odd, CutShort = cutShort },
        TimeSpan.FromMilliseconds(1), Asked: 0);
}
