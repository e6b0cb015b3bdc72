using Longwire.Attach;
using Longwire.Attach.Memory;
using Longwire.State;
using Longwire.UsbIp.Errors;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>Each import ends with a reset of the stick: what was let go is looked at again only for a reason.</summary>
public sealed class RejectedSticksTests
{
    private const string Keyboard = "class 03";

    [Fact]
    public async Task A_refused_stick_is_not_imported_again_because_its_reset_gave_it_another_number()
    {
        await using var bench = new AttachBench();
        await RefuseAsync(bench);
        await FlickerAsync(bench, TimeSpan.FromMinutes(9));
        Assert.Single(bench.Attachments);
    }

    [Fact]
    public async Task A_refused_stick_is_looked_at_again_after_ten_minutes()
    {
        await using var bench = new AttachBench();
        await RefuseAsync(bench);
        bench.Time.Advance(AttachTimers.LookAgain);
        bench.List("attic", Device(devNum: 9));
        await bench.NextAttachmentAsync(1);
    }

    [Fact]
    public async Task A_refused_stick_is_looked_at_again_when_a_person_asks()
    {
        await using var bench = new AttachBench();
        await RefuseAsync(bench);
        bench.List("attic", Device(devNum: 9));
        await bench.SettledAsync();
        bench.Tell(new AttachEvent.Commanded(new RadioCommand.Reattach(bench.Feed.Current.Radios.Single().Id)));
        await bench.NextAttachmentAsync(1);
    }

    [Fact]
    public async Task A_refused_stick_is_looked_at_again_when_it_was_unplugged()
    {
        await using var bench = new AttachBench();
        await RefuseAsync(bench);
        bench.Time.Advance(AttachTimers.StickGone);
        bench.List("attic");
        bench.List("attic", Device(devNum: 9));
        await bench.NextAttachmentAsync(1);
    }

    [Fact]
    public async Task A_refused_stick_is_looked_at_again_when_it_was_replugged_between_two_lists()
    {
        await using var bench = new AttachBench();
        await RefuseAsync(bench);
        bench.List("attic", Device(devNum: 9));
        bench.List("attic", Device(devNum: 9));
        await bench.SettledAsync();
        Assert.Single(bench.Attachments);
        bench.Time.Advance(AttachTimers.BackoffFirst);
        bench.List("attic", Device(devNum: 10));
        await bench.NextAttachmentAsync(1);
    }

    [Fact]
    public async Task A_stick_that_the_kernel_here_did_not_agree_with_is_tried_again_soon_and_each_time_later()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        TimeSpan wait = AttachTimers.LookAgainSoon;
        for (int look = 0; look < 3; look++)
        {
            bench.List("attic", Device());
            ScriptedAttachment attachment = await bench.NextAttachmentAsync(look);
            Assert.IsType<AttachDecision.Attach>(await bench.IdentifyAsync(attachment, Device(), IdentityOf("ZW0001")));
            var remembered = new TaskCompletionSource();
            bench.Tell(new AttachEvent.Recorded(attachment, new AttachRecord("boot", 0, 3, 2, "3-1", 7), remembered));
            bench.Tell(new AttachEvent.Ended(attachment, new AttachOutcome.Refused("its serial was 'ZW0001' and then ''")));
            await bench.SettledAsync();
            bench.Time.Advance(wait - TimeSpan.FromSeconds(1));
            bench.List("attic", Device());
            await bench.SettledAsync();
            Assert.Equal(look + 1, bench.Attachments.Count);
            bench.Time.Advance(TimeSpan.FromSeconds(1));
            wait *= 4;
        }
    }

    [Fact]
    public async Task Another_stick_at_the_place_of_a_refused_one_is_looked_at()
    {
        await using var bench = new AttachBench();
        await RefuseAsync(bench);
        bench.Time.Advance(AttachTimers.BackoffFirst);
        bench.List("attic", Device(devNum: 9, id: "1cf1:0030"));
        await bench.NextAttachmentAsync(1);
    }

    [Theory]
    [InlineData("1d6b:0104")]
    [InlineData("0658:0201")]
    public async Task A_stick_that_says_another_id_at_the_import_than_in_the_list_is_imported_once(string says)
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        bench.List("attic", Device());
        ScriptedAttachment attachment = await bench.NextAttachmentAsync();
        Assert.IsType<AttachDecision.LetGo>(await bench.IdentifyAsync(attachment, Device(devNum: 4, id: says), IdentityOf("1", id: says)));
        bench.Tell(new AttachEvent.Ended(attachment, new AttachOutcome.LetGo()));
        await FlickerAsync(bench, TimeSpan.FromMinutes(9));
        Assert.Single(bench.Attachments);
    }

    [Fact]
    public async Task Of_one_stick_there_are_never_two_imports()
    {
        await using var bench = new AttachBench(Known("r", "ZW0001"));
        bench.Load(Wishes([Pi("attic")]));
        // Not in the list: asked for at its last place, to learn whether somebody else has it. Then it is in the list.
        bench.List("attic");
        ScriptedAttachment asking = await bench.NextAttachmentAsync();
        bench.List("attic", Device());
        bench.List("attic", Device(devNum: 4));
        await bench.SettledAsync();
        Assert.Single(bench.Attachments);
        bench.Tell(new AttachEvent.Ended(asking, new AttachOutcome.NotGiven(UsbIpStatus.DeviceBusy)));
        bench.Time.Advance(AttachTimers.BackoffCap);
        bench.List("attic", Device(devNum: 4));
        await bench.NextAttachmentAsync(1);
    }

    [Fact]
    public async Task A_problem_of_a_stick_ends_when_another_one_is_in_its_place()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        var shown = new ShownProblems(bench);
        bench.List("attic", Device());
        bench.Tell(new AttachEvent.Ended(await bench.NextAttachmentAsync(), new AttachOutcome.NotGiven(UsbIpStatus.DeviceBusy)));
        await shown.LookAsync();
        Assert.Single(shown.Now);
        bench.List("attic", Device(devNum: 9, id: "1d6b:0104"));
        await shown.LookAsync();
        Assert.Empty(shown.Now);
    }

    private static async Task RefuseAsync(AttachBench bench)
    {
        bench.Load(Wishes([Pi("attic")]));
        bench.List("attic", Device());
        ScriptedAttachment attachment = await bench.NextAttachmentAsync();
        AttachDecision.Refuse refuse = Assert.IsType<AttachDecision.Refuse>(
            await bench.IdentifyAsync(attachment, Device(), IdentityOf("ZW0001", classes: [2, 10, 3])));
        Assert.Contains(Keyboard, refuse.Reason, StringComparison.Ordinal);
        bench.Tell(new AttachEvent.Ended(attachment, new AttachOutcome.Refused(refuse.Reason)));
        await bench.SettledAsync();
    }

    // The list of a Pi that is asked every second: missing for a moment after a reset, then there under another number each time.
    private static async Task FlickerAsync(AttachBench bench, TimeSpan total)
    {
        bench.List("attic");
        uint number = 10;
        for (TimeSpan passed = TimeSpan.Zero; passed < total; passed += TimeSpan.FromSeconds(20))
        {
            bench.List("attic", Device(devNum: number++));
            await bench.SettledAsync();
            bench.Time.Advance(TimeSpan.FromSeconds(20));
            await bench.SettledAsync();
        }
    }
}
