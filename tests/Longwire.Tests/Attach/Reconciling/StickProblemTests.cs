using Longwire.Attach;
using Longwire.UsbIp.Errors;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>How long a stick that cannot be attached is a problem.</summary>
public sealed class StickProblemTests
{
    [Fact]
    public async Task A_problem_of_a_stick_ends_when_it_is_attached()
    {
        await using var bench = new AttachBench();
        ShownProblems shown = await FailOnceAsync(bench);
        bench.Time.Advance(AttachTimers.BackoffCap);
        await bench.AttachAsync(Device(), IdentityOf("ZW0001"), index: 1);
        await shown.LookAsync();
        Assert.Empty(shown.Now);
        Assert.Equal(2, shown.Changes);
    }

    [Fact]
    public async Task A_problem_of_a_stick_outlasts_the_reset_of_a_try_and_ends_when_the_stick_is_gone_for_good()
    {
        await using var bench = new AttachBench();
        ShownProblems shown = await FailOnceAsync(bench);
        bench.List("attic");
        await shown.LookAsync();
        bench.Time.Advance(AttachTimers.StickGone - TimeSpan.FromSeconds(1));
        await shown.LookAsync();
        Assert.Single(shown.Now);
        bench.Time.Advance(TimeSpan.FromSeconds(1));
        await shown.LookAsync();
        Assert.Empty(shown.Now);
    }

    [Fact]
    public async Task A_problem_of_a_stick_that_went_while_it_was_tried_does_not_stay_for_ever()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        var shown = new ShownProblems(bench);
        bench.List("attic", Device());
        ScriptedAttachment attachment = await bench.NextAttachmentAsync();
        bench.List("attic");
        bench.Tell(new AttachEvent.Ended(attachment, new AttachOutcome.Failed("importing: Connection reset by peer")));
        await shown.LookAsync();
        Assert.Single(shown.Now);
        bench.Time.Advance(AttachTimers.StickGone);
        await shown.LookAsync();
        Assert.Empty(shown.Now);
    }

    [Fact]
    public async Task A_problem_of_a_stick_ends_with_the_wish_for_it()
    {
        await using var bench = new AttachBench();
        ShownProblems shown = await FailOnceAsync(bench);
        bench.Load(Wishes([Pi("attic")], Rule("10c4:8a2a")));
        await shown.LookAsync();
        Assert.Contains("no stick that matches", Assert.Single(shown.Now), StringComparison.Ordinal);
    }

    private static async Task<ShownProblems> FailOnceAsync(AttachBench bench)
    {
        bench.Load(Wishes([Pi("attic")]));
        var shown = new ShownProblems(bench);
        bench.List("attic", Device());
        bench.Tell(new AttachEvent.Ended(await bench.NextAttachmentAsync(), new AttachOutcome.NotGiven(UsbIpStatus.DeviceBusy)));
        await shown.LookAsync();
        Assert.Contains("somebody else has it", Assert.Single(shown.Now), StringComparison.Ordinal);
        return shown;
    }
}
