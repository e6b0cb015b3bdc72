using Longwire.Lab.Machines;
using Longwire.Lab.Sticks;
using Longwire.Testing.Brokers;
using Longwire.Testing.Peers;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>
/// The driver that is in most Zigbee sticks, on the host's real kernel, before an imitation of its chip: what it must be told after its
/// session has ended is not what an ACM device must be told.
/// </summary>
[Collection(SecondHouse.Name)]
public sealed class Cp210xTests(Home home) : HoldingTest(home)
{
    private const uint BaudRate = 57_600;
    private const int Enable = 0x4100;
    private const int DtrAndRts = 3;

    [Fact(Explicit = true)]
    public async Task A_session_that_ends_costs_a_cp210x_neither_its_tty_nor_its_settings()
    {
        var stick = new Cp210xStick();
        await using UsbipServer server = UsbipServer.Start(new ServedStick(stick));
        StickModel model = StickModel.Cp210x;
        await Task.WhenAll(Home.StartAsync(Home.Host), Home.Broker.StartAsync());
        await Home.Host.StartAttachAsync(
            $"pis:\n  - name: attic\n    address: {server.AddressForGuests}\nradios:\n  - match: \"{model.UsbId}\"\n"
                + $"mqtt: {{ host: 10.0.2.2, port: {Home.Broker.Port} }}\n{Holding}");
        await UntilConnectedAsync(model);
        await UntilToldAsync(IdOf(model));
        using GuestStream tty = await Home.Host.OpenAsync(model.Path);
        await Home.Host.RunAsync($"stty -F {model.Path} {BaudRate} raw -echo");
        await SaysBackAsync(tty, "before");
        await UntilItWouldBeWaitedForAsync(PiSide.Stock);
        int from = Watch.Count;
        TimeSpan start = Home.Host.Now;
        server.Sticks[0].EndSession();
        Message resumed = await UntilEventAsync(IdOf(model), "resumed", from);
        Assert.Contains("reseated", resumed.Payload, StringComparison.Ordinal);
        await SaysBackAsync(tty, "after");
        Assert.Equal((BaudRate, DtrAndRts), (stick.BaudRate, stick.ModemLines));
        // Before that it takes no other.
        Assert.Equal(Enable, stick.Told[0]);
        StayedAttached(model, from, start);
        // Closed and opened by somebody else it is none the worse.
        tty.Dispose();
        using GuestStream again = await Home.Host.OpenAsync(model.Path);
        await SaysBackAsync(again, "again");
    }

    private static async Task SaysBackAsync(GuestStream tty, string word)
    {
        byte[] said = System.Text.Encoding.ASCII.GetBytes(word);
        await tty.WriteAsync(said, Cancelled);
        Assert.Equal(said, await tty.ReadExactlyAsync(said.Length, Patience));
    }
}
