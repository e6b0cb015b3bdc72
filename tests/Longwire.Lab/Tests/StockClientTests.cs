using System.Globalization;
using Longwire.Lab.Machines;
using Longwire.Lab.Sticks;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>Our export to the distribution's own client: every command that it has for a host.</summary>
[Collection(FirstHouse.Name)]
public sealed class StockClientTests(Home home) : RadioTest(home)
{
    [Fact]
    public async Task The_distribution_s_usbip_lists_attaches_shows_and_detaches_what_a_Longwire_exports()
    {
        await Home.StartAsync(Home.Attic, Home.Host, Home.Neighbour);
        LabStick stick = await Home.Attic.PlugAsync(StickModel.ZWave);
        await ExportAsync(Home.Attic, PiSide.Longwire, stick.Model);
        await Home.Host.WaitForAsync(List($"grep -q ' {stick.BusId}: '"), Patience, "the stick is offered");
        string list = await Home.Host.RunAsync(List("cat"));
        Assert.Contains($"{stick.BusId}: ", list, StringComparison.Ordinal);
        Assert.Contains("(0658:0200)", list, StringComparison.Ordinal);
        Assert.Contains("/sys/devices/", list, StringComparison.Ordinal);

        int port = await Home.Host.StrangerAttachAsync(Home.Attic, stick.BusId);
        await CarriesDataAsync(stick, ZWavePath);
        string ports = await Home.Host.RunAsync("usbip port");
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"Port {port:00}: <Port in Use>"), ports, StringComparison.Ordinal);
        Assert.Contains("(0658:0200)", ports, StringComparison.Ordinal);
        Assert.Contains($"usbip://{Home.Attic.Address}:3240/{stick.BusId}", ports, StringComparison.Ordinal);

        // What it has, nobody else is offered or given, and asking for it does him no harm.
        Assert.DoesNotContain($"{stick.BusId}: ", await Home.Neighbour.RunAsync(List("cat")), StringComparison.Ordinal);
        await Home.Neighbour.RunAsync("modprobe vhci-hcd");
        ShellResult second = await Home.Neighbour.TryRunAsync($"usbip attach -r {Home.Attic.Address} -b {stick.BusId}");
        Assert.NotEqual(0, second.ExitCode);
        Assert.Contains("busy", second.Output, StringComparison.OrdinalIgnoreCase);
        ShellResult unknown = await Home.Neighbour.TryRunAsync($"usbip attach -r {Home.Attic.Address} -b 9-9");
        Assert.NotEqual(0, unknown.ExitCode);
        await CarriesDataAsync(stick, ZWavePath);

        await Home.Host.StrangerDetachAsync(port);
        await Home.Host.WaitUntilNothingIsAttachedAsync(Patience);
        Assert.DoesNotContain("Port in Use", await Home.Host.RunAsync("usbip port"), StringComparison.Ordinal);
        await Home.Neighbour.WaitForAsync(List($"grep -q ' {stick.BusId}: '"), Patience, "the stick is free for the next");
        int again = await Home.Neighbour.StrangerAttachAsync(Home.Attic, stick.BusId);
        await CarriesDataAsync(stick, ZWavePath, host: Home.Neighbour);
        await Home.Neighbour.StrangerDetachAsync(again);
    }

    // Its messages go to standard error, and a list without any stick is one of them.
    private string List(string reader) => $"usbip list -r {Home.Attic.Address} 2>&1 | {reader}";
}
