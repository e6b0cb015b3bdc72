using Longwire.Lab.Sticks;
using Xunit;

namespace Longwire.Lab.Tests;

[Collection(FirstHouse.Name)]
public sealed class AttachTests(Home home) : LabTest(home)
{
    private const string ById = "/dev/serial/by-id/usb-Sigma_Designs_UZB_ZW0001-if00";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task From_start_to_attached_with_the_right_serial_port_in_Home_Assistant(bool ourExport)
    {
        await Home.StartAsync(Home.Attic, Home.Host);
        await Home.Broker.StartAsync();
        await Home.Attic.PlugAsync(StickModel.ZWave);
        if (ourExport) await Home.Attic.StartExportAsync();
        else await Home.Attic.StartStockAsync("0658:0200");
        await Home.Host.StartAttachAsync(Home.Options([Home.Attic], """
            radios:
              - match: "0658:0200"
                name: Z-Wave
            """));

        await Home.Host.WaitForDeviceAsync(ById, TimeSpan.FromSeconds(15));
        await Home.Broker.Watch.WaitUntilAsync(
            entities => entities.State("Z-Wave", "connected") == "on" && entities.State("Z-Wave", "serial_port") == ById, TimeSpan.FromSeconds(10),
            "connected, with the path that udev gave");
        Assert.Equal(0, await Home.Host.StopAttachAsync());
    }
}
