using Longwire.Lab.Machines;
using Longwire.Lab.Sticks;
using Longwire.Testing.Brokers;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>What takes a radio's connection away and not its tty: a consumer has that open all the time.</summary>
[Collection(FirstHouse.Name)]
public sealed class HoldTests(Home home) : HoldingTest(home)
{
    // From the moment at which the stick is offered again.
    private static readonly TimeSpan s_back = TimeSpan.FromSeconds(3);

    [Theory]
    [InlineData(PiSide.Longwire)]
    [InlineData(PiSide.Stock)]
    [InlineData(PiSide.Link)]
    public async Task An_export_that_is_started_anew_costs_nobody_an_open_tty(PiSide side)
    {
        LabStick stick = await BringUpAsync(side, more: Holding);
        using GuestStream tty = await Home.Host.OpenAsync(ZWavePath);
        await ExchangeAsync(stick, tty, "before");
        int from = Watch.Count;
        TimeSpan start = Home.Host.Now;
        if (side == PiSide.Stock) await Home.Attic.StopStockAsync();
        else await Home.Attic.StopExportAsync();
        await UntilEventAsync(ZWave, "held", from);
        await ExportAsync(Home.Attic, side, stick.Model);
        TimeSpan offered = Home.Attic.Now;
        Message resumed = await UntilEventAsync(ZWave, "resumed", from);
        TimeSpan took = Home.Attic.ClockAt(resumed.Timestamp) - offered;
        Say($"resumed {took} after it was offered");
        await KeepsPromiseAsync(took, s_back, Home.Attic);
        await ExchangeAsync(stick, tty, "after");
        StayedAttached(stick.Model, from, start);
    }

    [Theory]
    [InlineData(PiSide.Stock)]
    [InlineData(PiSide.Link, Explicit = true)]
    public async Task A_connection_that_is_cut_on_the_Pi_costs_nobody_an_open_tty(PiSide side)
    {
        LabStick stick = await BringUpAsync(side, more: Holding);
        using GuestStream tty = await Home.Host.OpenAsync(ZWavePath);
        await ExchangeAsync(stick, tty, "before");
        int from = Watch.Count;
        TimeSpan start = Home.Host.Now;
        await Home.Attic.RunAsync($"echo -1 >/sys/bus/usb/devices/{stick.BusId}/usbip_sockfd");
        await UntilEventAsync(ZWave, "resumed", from);
        await ExchangeAsync(stick, tty, "after");
        StayedAttached(stick.Model, from, start);
    }

    [Theory]
    [InlineData(StickChip.Acm, PiSide.Stock, 4, HostSide.Program, Explicit = true)]
    [InlineData(StickChip.Acm, PiSide.Stock, 8, HostSide.Program)]
    [InlineData(StickChip.Acm, PiSide.Stock, 10, HostSide.AddOn, Explicit = true)]
    [InlineData(StickChip.Acm, PiSide.Stock, 30, HostSide.Program, Explicit = true)]
    [InlineData(StickChip.Acm, PiSide.Stock, 30, HostSide.AddOn, Explicit = true)]
    [InlineData(StickChip.Acm, PiSide.Stock, 60, HostSide.Program, Explicit = true)]
    [InlineData(StickChip.Acm, PiSide.Stock, 60, HostSide.AddOn, Explicit = true)]
    [InlineData(StickChip.Acm, PiSide.Longwire, 8, HostSide.Program, Explicit = true)]
    [InlineData(StickChip.Acm, PiSide.Longwire, 60, HostSide.Program, Explicit = true)]
    [InlineData(StickChip.Ftdi, PiSide.Stock, 8, HostSide.Program, Explicit = true)]
    [InlineData(StickChip.Ftdi, PiSide.Longwire, 8, HostSide.Program, Explicit = true)]
    public async Task A_cut_cable_costs_nobody_an_open_tty_and_nobody_waits_meanwhile(
        StickChip chip, PiSide side, int seconds, HostSide host)
    {
        LabStick stick = await BringUpAsync(side, StickModel.With(chip), Holding, host);
        using GuestStream tty = await Home.Host.OpenAsync(stick.Model.Path);
        await ExchangeAsync(stick, tty, "before");
        int from = Watch.Count;
        TimeSpan start = Home.Host.Now;
        Home.Attic.Cable.Cut();
        await tty.WriteAsync("during"u8.ToArray(), Cancelled);
        await StaysHeldAsync(stick.Model, from, start, TimeSpan.FromSeconds(seconds));
        Home.Attic.Cable.Mend();
        await UntilEventAsync(IdOf(stick.Model), "resumed", from);
        await ExchangeAsync(stick, tty, "after");
        StayedAttached(stick.Model, from, start);
    }

    [Fact]
    public async Task Another_stick_of_its_kind_never_gets_the_port_that_is_held_for_it()
    {
        LabStick stick = await BringUpAsync(PiSide.Stock, more: Holding);
        using GuestStream tty = await Home.Host.OpenAsync(ZWavePath);
        await ExchangeAsync(stick, tty, "before");
        int from = Watch.Count;
        await stick.PullAsync();
        await UntilEventAsync(ZWave, "held", from);
        LabStick other = await Home.Attic.PlugAsync(StickModel.ZWave with { Serial = "ZW0002" }, stick.Port);
        await Home.Attic.StopStockAsync();
        await Home.Attic.StartStockAsync(other.Model.UsbId);
        Message lost = await UntilEventAsync(ZWave, "lost", from);
        Say(lost.Payload);
        await UntilConnectedAsync(IdOf(other.Model));
        Assert.DoesNotContain(
            Watch.Messages.Skip(from),
            message => message.Topic == $"longwire/radio/{ZWave}/event" && message.Payload.Contains("resumed", StringComparison.Ordinal));
    }
}
