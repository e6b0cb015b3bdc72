using Longwire.Lab.Machines;
using Longwire.Lab.Sticks;
using Longwire.Testing.Brokers;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>A stick that is away with its session, and comes back behind the tty that a consumer has open all the time.</summary>
[Collection(FirstHouse.Name)]
public sealed class ReseatTests(Home home) : HoldingTest(home)
{
    // From the moment at which the stick is offered again.
    private static readonly TimeSpan s_back = TimeSpan.FromSeconds(3);

    [Theory]
    [InlineData(PiSide.Link, 1, 0)]
    [InlineData(PiSide.Link, 5, 0, Explicit = true)]
    [InlineData(PiSide.Link, 1, 3, Explicit = true)]
    [InlineData(PiSide.Longwire, 1, 0, Explicit = true)]
    public async Task A_stick_that_is_pulled_and_put_back_has_its_tty_all_the_time(PiSide side, int seconds, int port)
    {
        LabStick stick = await BringUpAsync(side, more: Holding);
        using GuestStream tty = await Home.Host.OpenAsync(ZWavePath);
        await ExchangeAsync(stick, tty, "before");
        await UntilItWouldBeWaitedForAsync(side);
        int from = Watch.Count;
        TimeSpan start = Home.Host.Now;
        await stick.PullAsync();
        await UntilEventAsync(ZWave, "held", from);
        if (side == PiSide.Link)
        {
            await Watch.WaitUntilAsync(
                house => house.State(DeviceId(ZWave), "status") == "held" && house.State(DeviceId(ZWave), "plugged_in") == "off",
                Patience, "held as unplugged", Cancelled);
        }
        await Task.Delay(TimeSpan.FromSeconds(seconds), Cancelled);
        await IsBackAsync(stick, tty, from, start, await stick.PlugAsync(port));
    }

    [Fact(Explicit = true)]
    public async Task A_stick_that_is_put_back_too_late_has_lost_its_tty_and_is_attached_anew()
    {
        LabStick stick = await BringUpAsync(PiSide.Link, more: Holding);
        int from = Watch.Count;
        TimeSpan pulled = Home.Host.Now;
        await stick.PullAsync();
        Message lost = await UntilEventAsync(ZWave, "lost", from);
        TimeSpan after = Home.Host.ClockAt(lost.Timestamp) - pulled;
        Say($"lost {after} after it was pulled");
        Assert.InRange(after, TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(20));
        await UntilStatusAsync(ZWave, "unplugged");
        from = Watch.Count;
        await stick.PlugAsync();
        await UntilEventAsync(ZWave, "attached", from);
        Assert.Single(await Home.Host.VhciPortsInUseAsync());
    }

    [Fact(Explicit = true)]
    public async Task A_stick_whose_program_would_not_notice_loses_its_tty_when_it_was_pulled_and_is_attached_anew()
    {
        LabStick stick = await BringUpAsync(PiSide.Link, StickModel.Zigbee, Holding);
        string radio = IdOf(stick.Model);
        int from = Watch.Count;
        await stick.PullAsync();
        await UntilEventAsync(radio, "held", from);
        await stick.PlugAsync();
        await UntilEventAsync(radio, "lost", from);
        await UntilEventAsync(radio, "attached", from);
        Assert.Single(await Home.Host.VhciPortsInUseAsync());
    }

    [Theory]
    [InlineData(PiSide.Stock, true, Explicit = true)]
    [InlineData(PiSide.Stock, false, Explicit = true)]
    [InlineData(PiSide.Longwire, false, Explicit = true)]
    public async Task A_Pi_that_reboots_or_loses_power_costs_nobody_an_open_tty(PiSide side, bool inOrder)
    {
        LabStick stick = await BringUpAsync(side, more: Holding);
        using GuestStream tty = await Home.Host.OpenAsync(ZWavePath);
        await ExchangeAsync(stick, tty, "before");
        await UntilItWouldBeWaitedForAsync(side);
        int from = Watch.Count;
        TimeSpan start = Home.Host.Now;
        await Home.Attic.StopAsync(inOrder);
        await UntilEventAsync(ZWave, "held", from);
        await Home.Attic.StartAsync(Cancelled);
        // The classic recipe starts usbipd and binds the stick afterwards: what counts begins with the first.
        Task<TimeSpan> serving = Home.Attic.WaitUntilItServesAsync(Patience);
        await Home.Attic.ComeBackAsync(Cancelled);
        await IsBackAsync(stick, tty, from, start, await serving);
    }

    [Fact(Explicit = true)]
    public async Task A_session_that_ends_ten_times_keeps_both_ttys_of_its_stick_and_is_told_as_unstable_once()
    {
        StickModel model = StickModel.TwoPorts;
        string other = model.Path.Replace("-if00", "-if02", StringComparison.Ordinal);
        LabStick stick = await BringUpAsync(PiSide.Link, model, Holding);
        using GuestStream tty = await Home.Host.OpenAsync(model.Path), second = await Home.Host.OpenAsync(other);
        int from = Watch.Count;
        TimeSpan start = Home.Host.Now;
        for (int times = 1; times <= 10; times++)
        {
            int before = Watch.Count;
            await Home.Attic.RunAsync($"echo -1 >/sys/bus/usb/devices/{stick.BusId}/usbip_sockfd");
            await UntilEventAsync(IdOf(model), "resumed", before);
        }
        await ExchangeAsync(stick, tty, "after");
        using (ISerialEnd inside = await stick.OpenInsideAsync(1))
        {
            await second.WriteAsync("other"u8.ToArray(), Cancelled);
            await HearsAsync(inside, "other"u8.ToArray());
        }
        StayedAttached(model, from, start);
        string[] problems =
        [
            .. Watch.Messages.Skip(from).Where(message => message.Topic == "longwire/bridge/info")
                .Select(message => message.Payload).Where(payload => payload.Contains("came back", StringComparison.Ordinal)),
        ];
        Assert.NotEmpty(problems);
        Assert.All(problems, problem => Assert.Single(problem.Split("came back")[1..]));
    }

    private async Task IsBackAsync(LabStick stick, GuestStream tty, int from, TimeSpan start, TimeSpan offered)
    {
        Message resumed = await UntilEventAsync(IdOf(stick.Model), "resumed", from);
        Assert.Contains("reseated", resumed.Payload, StringComparison.Ordinal);
        TimeSpan took = Home.Attic.ClockAt(resumed.Timestamp) - offered;
        Say($"resumed {took} after it was there again");
        await KeepsPromiseAsync(took, s_back, Home.Attic);
        await ExchangeAsync(stick, tty, "after");
        StayedAttached(stick.Model, from, start);
    }
}
