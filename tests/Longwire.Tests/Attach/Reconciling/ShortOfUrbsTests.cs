using Longwire.Attach;
using Longwire.State;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>A radio whose server has room for too few pending URBs.</summary>
public sealed class ShortOfUrbsTests
{
    [Fact]
    public async Task It_is_attached_and_its_problem_said_once_with_the_remedy_and_over_when_it_is_over()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        ScriptedAttachment attachment = await bench.AttachAsync(Device(), IdentityOf("ZW0001"));
        Snapshot calm = bench.Feed.Current;
        Assert.False(Assert.Single(calm.Radios).IsShortOfUrbs);

        for (int i = 0; i < 3; i++) bench.Tell(new AttachEvent.Measured(attachment, TimeSpan.FromMilliseconds(2), IsShortOfUrbs: true));
        Snapshot snapshot = await bench.UntilAsync(now => now.Radios.Any(radio => radio.IsShortOfUrbs));
        Assert.Equal(RadioStatus.Attached, snapshot.Radios[0].Status);
        StatusMeaning meaning = StatusMeaning.Of(snapshot.Radios[0], snapshot.Pis[0]);
        Assert.Equal((true, true), (meaning.Connected, meaning.Problem));
        Assert.Contains("room for 32", meaning.Explanation, StringComparison.Ordinal);
        await bench.SettledAsync();
        Assert.Single(bench.Log.Lines, line => line.Contains("max_transfer_requests: 32", StringComparison.Ordinal));

        bench.Tell(new AttachEvent.Measured(attachment, TimeSpan.FromMilliseconds(2)));
        await bench.UntilAsync(now => !now.Radios[0].IsShortOfUrbs);
    }

    [Fact]
    public async Task It_is_not_said_of_a_radio_that_is_lost()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        ScriptedAttachment attachment = await bench.AttachAsync(Device(), IdentityOf("ZW0001"));
        bench.Tell(new AttachEvent.Measured(attachment, null, IsShortOfUrbs: true));
        await bench.UntilAsync(now => now.Radios[0].IsShortOfUrbs);
        var loss = new AttachOutcome.Lost("gone", PiSilent: false);
        bench.Tell(new AttachEvent.WentDown(attachment, loss));
        bench.Tell(new AttachEvent.Ended(attachment, loss));
        await bench.UntilAsync(now => !now.Radios[0].IsShortOfUrbs);
    }
}
