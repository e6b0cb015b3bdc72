using Longwire.Attach;
using Longwire.State;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>Radios that a person wants forgotten while Longwire runs.</summary>
public sealed class ForgottenRadiosTests
{
    [Theory]
    [InlineData(RadioStatus.Detached)]
    [InlineData(RadioStatus.Unplugged)]
    [InlineData(RadioStatus.PiUnreachable)]
    [InlineData(RadioStatus.NotOffered)]
    [InlineData(RadioStatus.InUse)]
    [InlineData(RadioStatus.Failed)]
    public async Task One_that_is_on_no_port_is_known_no_more(object status)
    {
        await using AttachBench bench = Lives.Start((RadioStatus)status);
        await Lives.BringAsync(bench, (RadioStatus)status);
        Assert.Null(await ForgetAsync(bench));
        // Whoever is answered sees it.
        Assert.Empty(bench.Feed.Current.Radios);
        await bench.SettledAsync();
        Assert.Null(bench.Memory.Find(Lives.Radio));
        // Pressed twice.
        Assert.Null(await ForgetAsync(bench));
    }

    [Fact]
    public async Task One_that_is_attached_stays_and_that_is_said()
    {
        await using AttachBench bench = Lives.Start(RadioStatus.Attached);
        await Lives.BringAsync(bench, RadioStatus.Attached);
        string? why = await ForgetAsync(bench);
        Assert.Contains("Detach it first", why, StringComparison.Ordinal);
        Assert.Equal(RadioStatus.Attached, Assert.Single(bench.Feed.Current.Radios).Status);
        Assert.NotNull(bench.Memory.Find(Lives.Radio));
    }

    [Fact]
    public async Task One_whose_stick_is_there_comes_back_as_a_new_one_with_nothing_of_the_old()
    {
        await using AttachBench bench = Lives.Start(RadioStatus.Detached);
        bench.List("attic", Device());
        await bench.SettledAsync();
        Assert.Null(await ForgetAsync(bench));
        ScriptedAttachment attachment = await bench.NextAttachmentAsync();
        Assert.IsType<AttachDecision.Attach>(await bench.IdentifyAsync(attachment, Device(), IdentityOf("ZW0001")));
        bench.Tell(new AttachEvent.CameUp(attachment, 1));
        RadioSnapshot back = (await bench.UntilStatusAsync(Lives.Radio, RadioStatus.Attached)).Radios[0];
        Assert.True(back.Wanted);
        Assert.Equal((0L, "1.2"), (back.Disconnects, back.PortChain));
    }

    private static async Task<string?> ForgetAsync(AttachBench bench)
    {
        var forget = new RadioCommand.Forget(Lives.Radio);
        bench.Tell(new AttachEvent.Commanded(forget));
        return await forget.Answer.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }
}
