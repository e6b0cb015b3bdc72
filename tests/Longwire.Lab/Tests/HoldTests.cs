using Longwire.Lab.Machines;
using Longwire.Lab.Sticks;
using Longwire.Testing.Brokers;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>What takes a radio's connection away and not its tty: a consumer has that open all the time.</summary>
[Collection(FirstHouse.Name)]
public sealed class HoldTests(Home home) : RadioTest(home)
{
    private const string Holding = "hold_seconds: 300\n";

    // From the moment at which the stick is offered again.
    private static readonly TimeSpan s_back = TimeSpan.FromSeconds(3);

    /// <summary>The pause may be told up to a second later than 3 s of silence.</summary>
    private static readonly TimeSpan s_heldWithin = TimeSpan.FromSeconds(4);

    [Theory]
    [InlineData(PiSide.Longwire)]
    [InlineData(PiSide.Stock)]
    public async Task An_export_that_is_started_anew_costs_nobody_an_open_tty(PiSide side)
    {
        LabStick stick = await BringUpAsync(side, more: Holding);
        using GuestStream tty = await Home.Host.OpenAsync(ZWavePath);
        await ExchangeAsync(stick, tty, "before");
        int from = Watch.Count;
        TimeSpan start = Home.Host.Now;
        if (side == PiSide.Longwire) await Home.Attic.StopExportAsync();
        else await Home.Attic.StopStockAsync();
        await UntilEventAsync(ZWave, "held", from);
        await ExportAsync(Home.Attic, side, stick.Model);
        TimeSpan offered = Home.Attic.Now;
        Message resumed = await UntilEventAsync(ZWave, "resumed", from);
        TimeSpan took = Home.Attic.ClockAt(resumed.Timestamp) - offered;
        Say($"resumed {took} after it was offered");
        await KeepsPromiseAsync(took, s_back, Home.Attic);
        await ExchangeAsync(stick, tty, "after");
        StayedAttached(from, start);
    }

    [Fact]
    public async Task A_connection_that_is_cut_on_the_Pi_costs_nobody_an_open_tty()
    {
        LabStick stick = await BringUpAsync(PiSide.Stock, more: Holding);
        using GuestStream tty = await Home.Host.OpenAsync(ZWavePath);
        await ExchangeAsync(stick, tty, "before");
        int from = Watch.Count;
        TimeSpan start = Home.Host.Now;
        await Home.Attic.RunAsync($"echo -1 >/sys/bus/usb/devices/{stick.BusId}/usbip_sockfd");
        await UntilEventAsync(ZWave, "resumed", from);
        await ExchangeAsync(stick, tty, "after");
        StayedAttached(from, start);
    }

    [Theory]
    [InlineData(PiSide.Stock, 4)]
    [InlineData(PiSide.Stock, 8)]
    [InlineData(PiSide.Longwire, 8)]
    public async Task A_cut_cable_costs_nobody_an_open_tty_and_nobody_waits_meanwhile(PiSide side, int seconds)
    {
        LabStick stick = await BringUpAsync(side, more: Holding);
        using GuestStream tty = await Home.Host.OpenAsync(ZWavePath);
        await ExchangeAsync(stick, tty, "before");
        int from = Watch.Count;
        TimeSpan start = Home.Host.Now;
        Home.Attic.Cable.Cut();
        await tty.WriteAsync("during"u8.ToArray(), Cancelled);
        Message held = await UntilEventAsync(ZWave, "held", from);
        await KeepsPromiseAsync(Home.Host.ClockAt(held.Timestamp) - start, s_heldWithin, Home.Host);
        // Another consumer comes and goes: its open, settings and close wait for nobody.
        TimeSpan asked = Home.Host.Now;
        await Home.Host.RunAsync($"stty -F {ZWavePath} 57600 raw -echo");
        await KeepsPromiseAsync(Home.Host.Now - asked, TimeSpan.FromSeconds(1), Home.Host);
        TimeSpan left = TimeSpan.FromSeconds(seconds) - (Home.Host.Now - start);
        if (left > TimeSpan.Zero) await Task.Delay(left, Cancelled);
        Home.Attic.Cable.Mend();
        await UntilEventAsync(ZWave, "resumed", from);
        await ExchangeAsync(stick, tty, "after");
        StayedAttached(from, start);
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

    [Fact]
    public Task Opened_and_closed_two_hundred_times_while_its_radio_talks_it_keeps_its_port() => OpenAndCloseAsync(200);

    [Fact(Explicit = true)]
    public Task Opened_and_closed_two_thousand_times_while_its_radio_talks_it_keeps_its_port() => OpenAndCloseAsync(2000);

    private async Task OpenAndCloseAsync(int times)
    {
        LabStick stick = await BringUpAsync(PiSide.Stock, more: Holding);
        await Home.Host.WaitForDeviceAsync(ZWavePath, Patience);
        int from = Watch.Count;
        TimeSpan start = Home.Host.Now;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        Task talking = TalkAsync(stick, enough.Token);
        // Each reads a few of the radio's words and closes with all of the driver's reads pending.
        await Home.Host.RunAsync(
            $"stty -F {ZWavePath} raw -echo; i=0; while [ $i -lt {times} ]; do head -c 8 {ZWavePath} >/dev/null || exit; i=$((i+1)); done",
            Patience * 10);
        await enough.CancelAsync();
        await talking;
        Say($"{(Home.Host.Now - start) / times} each");
        StayedAttached(from, start);
        Assert.Equal(6, Assert.Single(await Home.Host.VhciPortsInUseAsync()).State);
        using GuestStream tty = await Home.Host.OpenAsync(ZWavePath);
        await tty.WriteAsync("last"u8.ToArray(), Cancelled);
    }

    private static async Task TalkAsync(LabStick stick, CancellationToken enough)
    {
        using GuestStream inside = await stick.OpenInsideAsync();
        try
        {
            while (true)
            {
                await inside.WriteAsync("radio word\n"u8.ToArray(), enough);
                await Task.Delay(TimeSpan.FromMilliseconds(20), enough);
            }
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested)
        {
            // It has said enough.
        }
    }

    // Giving a stick to usbip-host hangs its inside up, so that is opened for each exchange.
    private static async Task ExchangeAsync(LabStick stick, GuestStream tty, string word)
    {
        byte[] said = System.Text.Encoding.ASCII.GetBytes(word);
        using GuestStream inside = await stick.OpenInsideAsync();
        await tty.WriteAsync(said, Cancelled);
        byte[] heard = [];
        // What was written in an outage may come before it.
        while (!heard.AsSpan().EndsWith(said)) heard = [.. heard, .. await inside.ReadExactlyAsync(1, Patience)];
        await inside.WriteAsync(said, Cancelled);
        Assert.Equal(said, await tty.ReadExactlyAsync(said.Length, Patience));
    }

    private void StayedAttached(int from, TimeSpan since)
    {
        Assert.DoesNotContain(
            Watch.Messages.Skip(from),
            message => message.Topic == $"longwire/radio/{ZWave}/event" && message.Payload.Contains("\"lost\"", StringComparison.Ordinal));
        Assert.Equal("on", Connected(Watch.Entities(), ZWave));
        Assert.DoesNotContain(
            Home.Host.Kernel.Lines,
            line => line.Time >= since && line.Message.Contains("USB disconnect", StringComparison.Ordinal));
    }
}
