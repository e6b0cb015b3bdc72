using Longwire.Lab.Brokers;
using Longwire.Lab.Sticks;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>What goes away comes back by itself.</summary>
[Collection(FirstHouse.Name)]
public sealed class ComeBackTests(Home home) : RadioTest(home)
{
    [Fact]
    public async Task A_pulled_stick_is_lost_at_once_and_shown_as_unplugged()
    {
        Stick stick = await BringUpAsync(PiSide.Longwire);
        int from = Watch.Count;
        await stick.PullAsync();
        Message lost = await UntilEventAsync(ZWave, "lost", from);
        TimeSpan freed = Home.Host.Kernel.Lines.Last(line => line.Message.Contains("USB disconnect", StringComparison.Ordinal)).Time;
        Message off = await Watch.WaitForAsync(
            message => message.Topic == $"longwire/radio/{ZWave}/state" && message.Payload.Contains("\"connected\":false", StringComparison.Ordinal), Patience, "connected is off", from, Cancelled);
        Say($"lost {Home.Host.ClockAt(lost.Timestamp) - freed}, off {Home.Host.ClockAt(off.Timestamp) - freed} after the kernel freed the port");
        Assert.InRange(Home.Host.ClockAt(lost.Timestamp) - freed, TimeSpan.Zero, TimeSpan.FromMilliseconds(500));
        Assert.InRange(Home.Host.ClockAt(off.Timestamp) - freed, TimeSpan.Zero, TimeSpan.FromMilliseconds(500));
        await UntilStatusAsync(ZWave, "unplugged");
    }

    [Theory]
    [InlineData("ZW0001", 0)]
    [InlineData("ZW0001", 3)]
    [InlineData("", 0)]
    [InlineData("", 3)]
    public async Task A_stick_plugged_in_again_is_the_same_radio_on_the_same_port(string serial, int port)
    {
        StickModel model = StickModel.ZWave with { Serial = serial };
        Stick stick = await BringUpAsync(PiSide.Longwire, model);
        int vhciPort = Assert.Single(await Home.Host.VhciPortsInUseAsync()).Number;
        string[] devices = [.. Watch.Entities().DiscoveryTopics];
        int from = Watch.Count;
        await stick.PullAsync();
        await UntilEventAsync(IdOf(model), "lost", from);
        from = Watch.Count;
        TimeSpan plugged = await stick.PlugAsync(port);
        Message attached = await UntilEventAsync(IdOf(model), "attached", from);
        TimeSpan took = Home.Attic.ClockAt(attached.Timestamp) - plugged;
        Say($"attached {took} after it was plugged in");
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(4));
        Assert.Equal(vhciPort, Assert.Single(await Home.Host.VhciPortsInUseAsync()).Number);
        Assert.Equal(devices, Watch.Entities().DiscoveryTopics);
    }
}
