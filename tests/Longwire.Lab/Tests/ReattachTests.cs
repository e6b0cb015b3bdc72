using Longwire.Lab.Machines;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>Detaching and attaching in quick succession, which wedges a port if it is taken before its former device is gone.</summary>
[Collection(FirstHouse.Name)]
public sealed class ReattachTests(Home home) : RadioTest(home)
{
    [Fact]
    public Task Detached_and_attached_at_once_fifty_times_it_never_hangs_at_005() => ReattachAsync(50);

    [Fact(Explicit = true)]
    public Task Detached_and_attached_at_once_two_hundred_times_it_never_hangs_at_005() => ReattachAsync(200);

    private async Task ReattachAsync(int times)
    {
        await BringUpAsync(PiSide.Longwire);
        int vhciPort = Assert.Single(await Home.Host.VhciPortsInUseAsync()).Number;
        for (int i = 0; i < times; i++)
        {
            int from = Watch.Count;
            await Watch.PublishAsync($"longwire/radio/{ZWave}/reattach/set", "PRESS");
            await UntilEventAsync(ZWave, "attached", from);
        }
        VhciPort port = Assert.Single(await Home.Host.VhciPortsInUseAsync());
        Assert.Equal((vhciPort, 6), (port.Number, port.State));
        // A port that hung would have been given up and said so.
        Assert.DoesNotContain(Home.Host.Attach!.Lines, line => line.Text.Contains("did not come up", StringComparison.Ordinal));
    }
}
