using Longwire.Lab.Machines;
using Longwire.Lab.Network;
using Longwire.Lab.Sticks;
using Longwire.Testing.Brokers;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>The network to a paired Pi goes away and comes back, while a consumer and its radio talk.</summary>
[Collection(FirstHouse.Name)]
public sealed class LinkCutTests(Home home) : HoldingTest(home)
{
    private const double ShortestCut = 0.01, LongestCut = 8;

    // From the end of a cut to the first line of the consumer that its radio hears.
    private static readonly TimeSpan s_backWithin = TimeSpan.FromSeconds(1);

    // Of fewer than 21 times the 95th percentile is the longest, and after a long cut the kernel asks for the Pi's hardware address once
    // a second.
    [Theory]
    [InlineData(StickChip.Acm, 10, 20)]
    [InlineData(StickChip.Acm, 30, 12, Explicit = true)]
    [InlineData(StickChip.Ftdi, 20, 12, Explicit = true)]
    [InlineData(StickChip.Acm, 30, 100, Explicit = true)]
    public async Task A_network_that_is_cut_for_any_time_in_either_direction_costs_nobody_anything_but_time(
        StickChip chip, int longCut, int cuts)
    {
        LabStick stick = await BringUpAsync(PiSide.Link, StickModel.With(chip), Holding);
        using GuestStream tty = await Home.Host.OpenAsync(stick.Model.Path);
        using ISerialEnd inside = await stick.OpenInsideAsync();
        int from = Watch.Count;
        (TimeSpan start, TimeSpan startOnPi) = (Home.Host.Now, Home.Attic.Now);
        await using var conversation = Conversation.Start(tty, inside, TimeProvider.System);
        await conversation.FlowsAsync(Patience);

        TimeSpan cut = Home.Host.Now;
        Home.Attic.Cable.Cut();
        await StaysHeldAsync(stick.Model, from, cut, TimeSpan.FromSeconds(longCut));
        List<long> mended = [Mend(Home.Attic.Cable)];
        await UntilEventAsync(IdOf(stick.Model), "resumed", from);
        await conversation.FlowsAsync(Patience);

        int seed = Environment.TickCount & 0xFFFF;
        Say($"seed {seed}");
        var random = new Random(seed);
        for (int i = 0; i < cuts; i++)
        {
            Cut(Home.Attic.Cable, random, out TimeSpan time);
            await Task.Delay(time, Cancelled);
            mended.Add(Mend(Home.Attic.Cable));
            await conversation.FlowsAsync(Patience);
        }
        await conversation.EndAsync(Patience);
        await ComesBackInTimeAsync(conversation, mended);
        NothingIsLostOrStale(conversation, TimeSpan.FromSeconds(chip == StickChip.Ftdi ? 15 : 5), TimeProvider.System);
        StayedAttached(stick.Model, from, start);
        Assert.DoesNotContain(
            Home.Attic.Kernel.Lines,
            line => line.Time >= startOnPi && line.Message.Contains("reset ", StringComparison.Ordinal)
                && line.Message.Contains("USB device", StringComparison.Ordinal));
        HasNoComplaint(Home.Attic, startOnPi);
        HasNoComplaint(Home.Host, start);
    }

    private async Task ComesBackInTimeAsync(Conversation conversation, List<long> mended)
    {
        long[] heard = [.. conversation.OfConsumer.Where(line => line.Heard is not null).Select(line => line.Heard!.Value)];
        TimeSpan[] times = [.. mended.Select(at => TimeProvider.System.GetElapsedTime(at, heard.First(when => when > at)))];
        Say($"heard again after {string.Join(", ", times.Select(time => $"{(int)time.TotalMilliseconds}"))} ms");
        Array.Sort(times);
        await KeepsPromiseAsync(times[(int)(times.Length * 0.95)], s_backWithin, Home.Host);
    }

    private static long Mend(Cable cable)
    {
        cable.Mend();
        return TimeProvider.System.GetTimestamp();
    }

    private static void Cut(Cable cable, Random random, out TimeSpan time)
    {
        // Seeded, so that a failure can be seen again.
#pragma warning disable CA5394
        time = TimeSpan.FromSeconds(ShortestCut * Math.Pow(LongestCut / ShortestCut, random.NextDouble()));
        int way = random.Next(3);
#pragma warning restore CA5394
        Say($"{(way == 0 ? "both ways" : way == 1 ? "from the Pi" : "to the Pi")} for {time.TotalSeconds:0.00} s");
        if (way == 0) cable.Cut();
        else cable.CutOneWay(fromGuest: way == 1, toGuest: way == 2);
    }
}
