using Longwire.Lab.Machines;
using Longwire.Lab.Sticks;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>What stands without us: the lab itself, with the distribution's own tools at both ends.</summary>
[Collection(FirstHouse.Name)]
public sealed class StockTests(Home home) : LabTest(home)
{
    private const string ById = "/dev/serial/by-id/usb-Sigma_Designs_UZB_ZW0001-if00";

    [Fact]
    public async Task The_lab_itself_carries_serial_data_between_a_stock_Pi_and_a_stock_host()
    {
        await Home.StartAsync(Home.Attic, Home.Host);
        LabStick stick = await Home.Attic.PlugAsync(StickModel.ZWave);
        await Home.Attic.StartStockAsync("0658:0200");

        int port = await Home.Host.StrangerAttachAsync(Home.Attic, stick.BusId);
        await Home.Host.WaitForDeviceAsync(ById, Patience);

        using ISerialEnd inside = await stick.OpenInsideAsync();
        using GuestStream tty = await Home.Host.OpenAsync(ById);
        byte[] said = [.. Enumerable.Range(0, 1000).Select(i => (byte)i)];
        await tty.WriteAsync(said, Cancelled);
        Assert.Equal(said, await inside.ReadExactlyAsync(said.Length, Patience));
        await inside.WriteAsync(said, Cancelled);
        Assert.Equal(said, await tty.ReadExactlyAsync(said.Length, Patience));

        await Home.Host.StrangerDetachAsync(port);
        await Home.Host.WaitUntilNothingIsAttachedAsync(Patience);
    }

    [Fact]
    public async Task A_cut_cable_carries_nothing_and_a_mended_one_carries_again()
    {
        await Home.StartAsync(Home.Attic, Home.Host);
        LabStick stick = await Home.Attic.PlugAsync(StickModel.ZWave, port: 3);
        await Home.Attic.StartStockAsync("0658:0200");
        await Home.Host.StrangerAttachAsync(Home.Attic, stick.BusId);
        await Home.Host.WaitForDeviceAsync(ById, Patience);
        using ISerialEnd inside = await stick.OpenInsideAsync();
        using GuestStream tty = await Home.Host.OpenAsync(ById);
        await tty.WriteAsync("before"u8.ToArray(), Cancelled);
        Assert.Equal("before"u8.ToArray(), await inside.ReadExactlyAsync(6, Patience));

        Home.Attic.Cable.Cut();
        Assert.NotEqual(0, (await Home.Host.TryRunAsync($"ping -c 1 -W 1 {Home.Attic.Address}")).ExitCode);
        await tty.WriteAsync("during"u8.ToArray(), Cancelled);
        await Assert.ThrowsAsync<TimeoutException>(() => inside.ReadExactlyAsync(1, TimeSpan.FromSeconds(1)));

        Home.Attic.Cable.Mend();
        Assert.Equal("during"u8.ToArray(), await inside.ReadExactlyAsync(6, Patience));
    }
}
