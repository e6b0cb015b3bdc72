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
    [InlineData(PiSide.Longwire, StickChip.Acm)]
    [InlineData(PiSide.Stock, StickChip.Acm)]
    [InlineData(PiSide.Link, StickChip.Acm)]
    [InlineData(PiSide.Stock, StickChip.Ftdi, Explicit = true)]
    [InlineData(PiSide.Link, StickChip.Ftdi, Explicit = true)]
    public async Task An_export_that_is_started_anew_costs_nobody_an_open_tty(PiSide side, StickChip chip)
    {
        LabStick stick = await BringUpAsync(side, StickModel.With(chip), Holding);
        string radio = IdOf(stick.Model);
        using GuestStream tty = await Home.Host.OpenAsync(stick.Model.Path);
        await ExchangeAsync(stick, tty, "before");
        await UntilItWouldBeWaitedForAsync(side);
        int from = Watch.Count;
        TimeSpan start = Home.Host.Now;
        if (side == PiSide.Stock) await Home.Attic.StopStockAsync();
        else await Home.Attic.StopExportAsync();
        await UntilEventAsync(radio, "held", from);
        await ExportAsync(Home.Attic, side, stick.Model);
        TimeSpan offered = Home.Attic.Now;
        Message resumed = await UntilEventAsync(radio, "resumed", from);
        TimeSpan took = Home.Attic.ClockAt(resumed.Timestamp) - offered;
        Say($"resumed {took} after it was offered");
        await KeepsPromiseAsync(took, s_back, Home.Attic);
        await ExchangeAsync(stick, tty, "after");
        StayedAttached(stick.Model, from, start);
    }

    [Theory]
    [InlineData(PiSide.Stock, Cut.ByTheKernel, HostSide.Program)]
    [InlineData(PiSide.Stock, Cut.ByTheKernel, HostSide.AddOn, Explicit = true)]
    [InlineData(PiSide.Stock, Cut.ByAReset, HostSide.Program, Explicit = true)]
    [InlineData(PiSide.Stock, Cut.ByAReset, HostSide.AddOn, Explicit = true)]
    [InlineData(PiSide.Longwire, Cut.ByAReset, HostSide.Program, Explicit = true)]
    [InlineData(PiSide.Link, Cut.ByTheKernel, HostSide.Program, Explicit = true)]
    public async Task A_connection_that_is_cut_costs_nobody_an_open_tty(PiSide side, Cut cut, HostSide host)
    {
        LabStick stick = await BringUpAsync(side, more: Holding, host: host);
        using GuestStream tty = await Home.Host.OpenAsync(ZWavePath);
        await ExchangeAsync(stick, tty, "before");
        await UntilItWouldBeWaitedForAsync(side);
        int from = Watch.Count;
        TimeSpan start = Home.Host.Now;
        await Home.Attic.RunAsync(
            cut == Cut.ByTheKernel
                ? $"echo -1 >/sys/bus/usb/devices/{stick.BusId}/usbip_sockfd"
                : "ss --kill state established sport = :3240");
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
        await UntilItWouldBeWaitedForAsync(side);
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

    [Theory(Explicit = true)]
    [InlineData(HostSide.Program)]
    [InlineData(HostSide.AddOn)]
    public async Task A_stock_Pi_that_is_away_for_3_s_goes_on_with_the_session_that_it_had(HostSide host)
    {
        LabStick stick = await BringUpAsync(PiSide.Stock, more: Holding, host: host);
        using GuestStream tty = await Home.Host.OpenAsync(ZWavePath);
        using ISerialEnd inside = await stick.OpenInsideAsync();
        int from = Watch.Count;
        TimeSpan start = Home.Host.Now;
        Home.Attic.Cable.Cut();
        await tty.WriteAsync("during"u8.ToArray(), Cancelled);
        await Task.Delay(TimeSpan.FromSeconds(3), Cancelled);
        Home.Attic.Cable.Mend();
        // Nobody hung its inside up, as a new session would have.
        Assert.Equal("during"u8.ToArray(), await inside.ReadExactlyAsync(6, Patience));
        await inside.WriteAsync("answer"u8.ToArray(), Cancelled);
        Assert.Equal("answer"u8.ToArray(), await tty.ReadExactlyAsync(6, Patience));
        StayedAttached(stick.Model, from, start);
    }

    [Theory]
    [InlineData(PiSide.Stock, Intruder.OtherSerial)]
    [InlineData(PiSide.Link, Intruder.OtherSerial, Explicit = true)]
    [InlineData(PiSide.Stock, Intruder.OtherByte, Explicit = true)]
    [InlineData(PiSide.Link, Intruder.OtherByte, Explicit = true)]
    [InlineData(PiSide.Stock, Intruder.Keyboard, Explicit = true)]
    [InlineData(PiSide.Link, Intruder.Keyboard, Explicit = true)]
    public async Task Another_stick_never_gets_the_port_that_is_held_for_the_one_that_was_there(PiSide side, Intruder intruder)
    {
        LabStick stick = await BringUpAsync(side, more: Holding);
        string port = await VhciDeviceAsync();
        using GuestStream tty = await Home.Host.OpenAsync(ZWavePath);
        await ExchangeAsync(stick, tty, "before");
        await UntilItWouldBeWaitedForAsync(side);
        int from = Watch.Count;
        await stick.PullAsync();
        await UntilEventAsync(ZWave, "held", from);
        await tty.WriteAsync("for the other"u8.ToArray(), Cancelled);
        LabStick other = await Home.Attic.PlugAsync(AsIntruder(intruder), stick.Port);
        if (side == PiSide.Stock)
        {
            await Home.Attic.StopStockAsync();
            await Home.Attic.StartStockAsync(other.Model.UsbId);
        }
        Message lost = await UntilEventAsync(ZWave, "lost", from);
        Say(lost.Payload);
        Assert.DoesNotContain(
            Watch.Messages.Skip(from),
            message => message.Topic == $"longwire/radio/{ZWave}/event" && message.Payload.Contains("resumed", StringComparison.Ordinal));
        if (intruder == Intruder.Keyboard)
        {
            // Whatever has its ids is offered, and refused before a driver sees it.
            await UntilStatusAsync(ZWave, "refused");
            Assert.Equal("", await Home.Host.RunAsync("ls /sys/bus/hid/devices 2>/dev/null || true"));
            return;
        }
        await UntilConnectedAsync(IdOf(other.Model));
        // Nobody's but its own: the number that the host's kernel gives to a device is never given twice.
        Assert.NotEqual(port, await VhciDeviceAsync());
        using GuestStream fresh = await Home.Host.OpenAsync(other.Model.Path);
        using ISerialEnd inside = await other.OpenInsideAsync();
        await fresh.WriteAsync("fresh"u8.ToArray(), Cancelled);
        Assert.Equal("fresh"u8.ToArray(), await inside.ReadExactlyAsync(5, Patience));
    }

    /// <summary>What ends a session's connection, and nothing else.</summary>
    public enum Cut
    {
        /// <summary>Whoever may write to sysfs can have usbip-host end it.</summary>
        ByTheKernel,

        /// <summary>RST to both ends, as a router sends it that has forgotten the connection.</summary>
        ByAReset,
    }

    /// <summary>What is put into the port of a stick that was pulled.</summary>
    public enum Intruder
    {
        /// <summary>Another of its kind.</summary>
        OtherSerial,

        /// <summary>With the same serial, and one byte of its device descriptor that is another.</summary>
        OtherByte,

        /// <summary>With the same ids, and a HID function.</summary>
        Keyboard,
    }

    private static StickModel AsIntruder(Intruder intruder) => intruder switch
    {
        Intruder.OtherSerial => StickModel.ZWave with { Serial = "ZW0002" },
        Intruder.OtherByte => StickModel.ZWave with { Release = "0602" },
        _ => StickModel.ZWave.AsKeyboard(),
    };

    // What sysfs knows of the one device behind vhci_hcd: its number on the bus.
    private Task<string> VhciDeviceAsync() => Home.Host.RunAsync(
        "for one in /sys/devices/platform/vhci_hcd.*/usb*/*-*/devnum; do echo \"$one $(cat $one)\"; done");
}
