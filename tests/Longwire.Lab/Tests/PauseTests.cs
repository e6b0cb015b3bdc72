using Longwire.Lab.Machines;
using Longwire.Lab.Sticks;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>
/// A machine stands still and goes on: one that is virtual and was paused, or a Pi whose processor had something else to do.
/// </summary>
[Collection(SecondHouse.Name)]
public sealed class PauseTests(Home home) : HoldingTest(home)
{
    [Theory]
    [InlineData(true, 15, Explicit = true)]
    [InlineData(true, 300, Explicit = true)]
    [InlineData(false, 15, Explicit = true)]
    [InlineData(false, 300, Explicit = true)]
    public async Task A_virtual_machine_that_was_paused_goes_on_with_the_same_tty_and_delivers_nothing_stale(bool isHost, int seconds)
    {
        Guest paused = isHost ? Home.Host : Home.Attic;
        LabStick stick = await BringUpAsync(PiSide.Link, more: HoldingFor(seconds));
        using GuestStream tty = await Home.Host.OpenAsync(ZWavePath);
        using ISerialEnd inside = await stick.OpenInsideAsync();
        int from = Watch.Count;
        TimeSpan start = Home.Host.Now;
        await using var conversation = Conversation.Start(tty, inside, TimeProvider.System);
        await conversation.FlowsAsync(Patience);
        // Away first, so that lines wait whose ages a clock that stands still does not know.
        Home.Attic.Cable.Cut();
        await UntilEventAsync(ZWave, "held", from);
        conversation.Pause(true);
        Task pausing = paused.PauseAsync(TimeSpan.FromSeconds(seconds), Cancelled);
        await Task.Delay(TimeSpan.FromSeconds(1), Cancelled);
        Home.Attic.Cable.Mend();
        await pausing;
        // How long the host's clock stood still is added to the age of all that waits, for nobody there knows when it did: what is written
        // between the end of the pause and the resume goes with the rest.
        await UntilEventAsync(ZWave, "resumed", from);
        conversation.Pause(false);
        await conversation.FlowsAsync(Patience);
        await conversation.EndAsync(Patience);
        NothingIsLostOrStale(conversation, TimeSpan.FromSeconds(5), TimeProvider.System);
        Assert.Contains(conversation.OfConsumer, line => line.Heard is null);
        StayedAttached(stick.Model, from, start);
    }
}
