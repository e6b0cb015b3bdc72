using Longwire.Lab.Consumers;
using Longwire.Lab.Sticks;
using Longwire.Testing.Brokers;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>
/// What people use their radios with, on a real tty: Z-Wave JS, and zigbee-herdsman, by which Zigbee2MQTT speaks to the radios of Texas
/// Instruments (zstack) and Silicon Labs (ember), while the network to a paired Pi goes away and comes back.
/// </summary>
[Collection(FirstHouse.Name)]
public sealed class ConsumerTests(Home home) : HoldingTest(home)
{
    // Longer than the longest cut, which lasts as long as a hold usually does.
    private const string LongHolding = "hold_seconds: 330\n";

    private static readonly TimeSpan s_worksWithin = TimeSpan.FromSeconds(10);

    // What a frame needs on its way, in emulated kernels.
    private static readonly TimeSpan s_aroundCeiling = TimeSpan.FromSeconds(2);

    // Silence for so long is no outage to anybody.
    private const int UntilHeld = 5;

    // What ember bears in a quiet network, and with a command under way: its patience with that ends after 14.4 s, and to come back takes
    // a slow machine some.
    private const int EmberBears = 10, EmberBearsInFlight = 3;

    [Theory(Explicit = true)]
    [InlineData(3, false)]
    [InlineData(10, false)]
    [InlineData(30, false)]
    [InlineData(60, false)]
    [InlineData(300, false)]
    [InlineData(3, true)]
    [InlineData(10, true)]
    [InlineData(30, true)]
    [InlineData(60, true)]
    [InlineData(300, true)]
    public async Task The_programs_that_use_the_radios_bear_an_outage_or_end_by_their_own_patience_and_no_radio_hears_anything_stale(
        int seconds, bool inFlight)
    {
        ConsumerKind[] kinds = [ConsumerKind.ZWaveJs, ConsumerKind.ZStack, ConsumerKind.Ember];
        IReadOnlyList<LabStick> sticks = await BringUpAllAsync(PiSide.Link, [.. kinds.Select(kind => kind.Stick)], LongHolding);
        List<ConsumerAtWork> all = [];
        try
        {
            for (int i = 0; i < kinds.Length; i++)
            {
                TimeSpan began = Home.Host.Now;
                all.Add(await ConsumerAtWork.StartAsync(Home.Host, kinds[i], sticks[i], TimeProvider.System));
                Assert.NotNull(await all[i].UntilItWorksAsync());
                Say($"{kinds[i].Name}: at work {(Home.Host.Now - began).TotalSeconds:0.0} s after its start");
            }
            // Else what is called idle would have something under way.
            foreach (ConsumerAtWork one in all) await one.UntilQuietAsync();
            string numbers = await DeviceNumbersAsync(kinds);
            (int from, TimeSpan start, TimeSpan startOnPi) = (Watch.Count, Home.Host.Now, Home.Attic.Now);
            Home.Attic.Cable.Cut();
            if (inFlight) await Task.WhenAll(all.Select(one => one.Consumer.AskAsync()));
            if (seconds > UntilHeld)
            {
                foreach (ConsumerAtWork one in all)
                {
                    Message held = await UntilEventAsync(IdOf(one.Kind.Stick), "held", from);
                    if (inFlight) await IsUnderWayAsync(one, start, Home.Host.ClockAt(held.Timestamp));
                }
            }
            TimeSpan left = TimeSpan.FromSeconds(seconds) - (Home.Host.Now - start);
            if (left > TimeSpan.Zero) await Task.Delay(left, Cancelled);
            Home.Attic.Cable.Mend();
            TimeSpan mended = Home.Host.Now;

            await Task.WhenAll(all.Select(one => WorksAgainAsync(one, mended, seconds, inFlight ? EmberBearsInFlight : EmberBears)));
            Assert.Equal(numbers, await DeviceNumbersAsync(kinds));
            foreach (ConsumerAtWork one in all)
            {
                if (seconds > UntilHeld) await UntilEventAsync(IdOf(one.Kind.Stick), "resumed", from);
                StayedAttached(one.Kind.Stick, from, start);
                await HeardNothingStaleAsync(one);
                if (one.Consumer.HasEnded) await IsStartedAgainAsync(one);
            }
            HasNoComplaint(Home.Attic, startOnPi);
            HasNoComplaint(Home.Host, start);
        }
        finally
        {
            foreach (ConsumerAtWork one in all) await one.DisposeAsync();
        }
    }

    // Else what is called in flight would be a command that Longwire kept from the start.
    private static async Task IsUnderWayAsync(ConsumerAtWork one, TimeSpan cut, TimeSpan held)
    {
        TimeSpan written = await one.UntilItWritesAsync(cut);
        Say($"{one.Kind.Name}: wrote its command {(written - cut).TotalSeconds:0.00} s after the cut, and was held {(held - written)
            .TotalSeconds:0.00} s later");
        Assert.True(written < held, $"{one.Kind.Name} wrote its command {written - held} after its radio was held");
    }

    private async Task WorksAgainAsync(ConsumerAtWork one, TimeSpan mended, int seconds, int emberBears)
    {
        if (await one.UntilItWorksAsync() is { } works)
        {
            Say($"{one.Kind.Name}: works {(works - mended).TotalSeconds:0.0} s after the return");
            await KeepsPromiseAsync(works - mended, s_worksWithin, Home.Host);
            return;
        }
        int? code = await one.Consumer.Process.Exited;
        TimeSpan ended = Home.Host.ClockAt(one.Consumer.Process.Lines[^1].Timestamp) - mended + TimeSpan.FromSeconds(seconds);
        Say($"{one.Kind.Name}: ended with {code}, {ended.TotalSeconds:0.0} s after the cut");
        Assert.Equal(ConsumerKind.Ember, one.Kind);
        Assert.True(seconds > emberBears, $"ember ended in an outage of {seconds} s");
        Assert.Equal(2, code);
    }

    // What restart_apps does, once the radio is back.
    private static async Task IsStartedAgainAsync(ConsumerAtWork one)
    {
        await one.StartAnewAsync(one.Kind.Stick.Path);
        Assert.NotNull(await one.UntilItWorksAsync());
        Say($"{one.Kind.Name}: started again, and works");
    }

    private static async Task HeardNothingStaleAsync(ConsumerAtWork one)
    {
        IReadOnlyList<Frame> heard = one.Radio.Heard;
        // A program tells of a write after it, and of all before one that was answered.
        if (!one.Consumer.HasEnded) await one.UntilItWorksAsync();
        IReadOnlyList<TimeSpan> ages = one.AgesOf(heard);
        Say($"{one.Kind.Name}: its radio heard {ages.Count} frames, the oldest {ages.Max().TotalSeconds:0.00} s after it was written");
        Assert.InRange(ages.Max(), TimeSpan.FromSeconds(-1), one.Kind.StaleAfter + s_aroundCeiling);
    }

    private Task<string> DeviceNumbersAsync(IEnumerable<ConsumerKind> kinds) =>
        Home.Host.RunAsync($"stat -L -c '%n %t:%T' {string.Join(' ', kinds.Select(kind => kind.Stick.Path))}");
}
