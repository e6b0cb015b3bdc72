using Longwire.Attach;
using Longwire.State;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>A radio whose Pi is away and whose port stays.</summary>
public sealed class HeldRadioTests
{
    private const string Radio = "0658_0200_ZW0001";
    private static readonly CarrierMemory s_carrier = new(40001);

    private const string Why = "the Pi stopped answering";

    [Fact]
    public async Task Held_and_resumed_are_told_and_neither_counts_as_a_disconnect()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        ScriptedAttachment attachment = await bench.AttachAsync(Device(), IdentityOf("ZW0001"));
        bench.Tell(new AttachEvent.HoldChanged(attachment, new CarrierHold(1, Why), s_carrier));
        RadioSnapshot radio = (await bench.UntilStatusAsync(Radio, RadioStatus.Held)).Radios[0];
        Assert.Equal((Why, true, null), (radio.Reason, radio.HasPort, radio.PluggedIn));
        Assert.NotNull(radio.Since);
        // A second silence within the first one is no news.
        bench.Tell(new AttachEvent.HoldChanged(attachment, new CarrierHold(2, "the connection ended"), s_carrier));
        bench.Tell(new AttachEvent.HoldChanged(attachment, null, s_carrier));
        radio = (await bench.UntilStatusAsync(Radio, RadioStatus.Attached)).Radios[0];
        Assert.Equal((null, 0L), (radio.Reason, radio.Disconnects));
        Assert.Equal(
            [(RadioEventType.Attached, null), (RadioEventType.Held, Why), (RadioEventType.Resumed, null)],
            bench.TakeEvents().Select(happened => (happened.Type, happened.Reason)));
    }

    [Fact]
    public async Task What_ends_while_it_is_held_is_lost_once()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        ScriptedAttachment attachment = await bench.AttachAsync(Device(), IdentityOf("ZW0001"));
        bench.Tell(new AttachEvent.HoldChanged(attachment, new CarrierHold(1, Why), s_carrier));
        bench.Tell(new AttachEvent.WentDown(attachment, new AttachOutcome.Lost("the stick was plugged in anew", PiSilent: false)));
        bench.Tell(new AttachEvent.HoldChanged(attachment, null, s_carrier));
        await bench.UntilStatusAsync(Radio, RadioStatus.Attaching);
        Assert.Equal(
            [(RadioEventType.Attached, null), (RadioEventType.Held, Why), (RadioEventType.Lost, "the stick was plugged in anew")],
            bench.TakeEvents().Select(happened => (happened.Type, happened.Reason)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_Longwire_that_offers_what_we_hold_has_forgotten_our_connection_which_is_made_again_if_it_can_be(bool holds)
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        ScriptedAttachment attachment = await bench.AttachAsync(Device(), IdentityOf("ZW0001"));
        attachment.Holds = holds;
        bench.Time.Advance(TimeSpan.FromSeconds(5));
        bench.ListOfLongwire("attic", [], Device());
        await bench.SettledAsync();
        Assert.Equal(!holds, attachment.Cancelled);
    }

    [Fact]
    public async Task After_10_s_it_is_held_for_long_until_it_is_resumed()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        ScriptedAttachment attachment = await bench.AttachAsync(Device(), IdentityOf("ZW0001"));
        bench.Tell(new AttachEvent.HoldChanged(attachment, new CarrierHold(1, Why), s_carrier));
        await bench.UntilStatusAsync(Radio, RadioStatus.Held);
        bench.Time.Advance(TimeSpan.FromSeconds(6));
        // A second silence within the first one is the same hold.
        bench.Tell(new AttachEvent.HoldChanged(attachment, new CarrierHold(2, "the connection ended"), s_carrier));
        await bench.SettledAsync();
        bench.Time.Advance(TimeSpan.FromSeconds(3.9));
        await bench.SettledAsync();
        Assert.False(bench.Feed.Current.Radios[0].HeldForLong);
        // No event: the time alone.
        bench.Time.Advance(TimeSpan.FromSeconds(0.1));
        await bench.UntilAsync(now => now.Radios[0].HeldForLong);
        bench.Tell(new AttachEvent.HoldChanged(attachment, null, s_carrier));
        RadioSnapshot radio = (await bench.UntilStatusAsync(Radio, RadioStatus.Attached)).Radios[0];
        Assert.False(radio.HeldForLong);
        // Nor does the next one begin where this one ended.
        bench.Tell(new AttachEvent.HoldChanged(attachment, new CarrierHold(3, Why), s_carrier));
        radio = (await bench.UntilStatusAsync(Radio, RadioStatus.Held)).Radios[0];
        Assert.False(radio.HeldForLong);
    }
}
