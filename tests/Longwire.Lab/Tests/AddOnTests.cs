using Longwire.Lab.Containers;
using Longwire.Lab.Machines;
using Longwire.Lab.Sticks;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>The main job, done by the image that people install, with no more rights than it asks for.</summary>
[Collection(SecondHouse.Name)]
public sealed class AddOnTests(Home home) : AddOnTest(home)
{
    [Theory]
    [InlineData(PiSide.Longwire)]
    [InlineData(PiSide.Stock, Explicit = true)]
    public async Task The_add_on_attaches_a_radio_without_the_rights_of_its_start_carries_its_data_and_gives_it_back_when_it_is_stopped(
        PiSide side)
    {
        (LabStick stick, Container addOn) = await BringUpAddOnAsync(side);
        await Watch.WaitUntilAsync(
            house => house.State(DeviceId(ZWave), "serial_port") == ZWavePath, Patience, "the serial port's path is shown", Cancelled);
        await CarriesDataAsync(stick, ZWavePath);
        Assert.True(await addOn.IsHealthyAsync());
        await HasOnlyWhatIsLeftAsync(addOn);
        await UntilPulledAndReplugged(stick, side);

        Assert.Equal(0, await StopsInTimeAsync(Home.Host, () => addOn.StopAsync(Patience)));
        await Home.Host.WaitUntilNothingIsAttachedAsync(Patience);
        Assert.All(await Home.Host.AuthorizedDefaultsAsync(), value => Assert.Equal(1, value));
        Assert.Equal("offline", Watch.Latest("longwire/bridge/state"));
        Assert.Empty(Denied());
    }

    [Theory]
    [InlineData(PiSide.Longwire, Explicit = true)]
    [InlineData(PiSide.Stock)]
    public async Task A_container_killed_with_its_network_leaves_nothing_that_a_new_one_does_not_put_right(PiSide side)
    {
        (LabStick stick, Container addOn) = await BringUpAddOnAsync(side);
        await addOn.KillAsync();
        TimeSpan started = Home.Host.Now;
        Container successor = await StartAddOnAsync();
        // The tty of the stale port is there until the start frees it.
        ProcessLine attached = await successor.Process.WaitForLineAsync($"({ZWave}) is attached", Patience, cancellationToken: Cancelled);
        Say($"attached {(Home.Host.ClockAt(attached.Timestamp) - started).TotalSeconds:0.0} s after the new container's start");
        await UntilConnectedAsync(stick.Model);
        Assert.Single(await Home.Host.VhciPortsInUseAsync());
        await CarriesDataAsync(stick, ZWavePath);
    }

    [Fact(Explicit = true)]
    public async Task An_update_costs_a_radio_of_a_paired_Pi_its_tty_for_less_than_10_s()
    {
        (LabStick stick, Container addOn) = await BringUpAddOnAsync(PiSide.Link);
        TimeSpan stopped = Home.Host.Now;
        await addOn.StopAsync(Patience);
        await addOn.RemoveAsync();
        Container successor = await StartAddOnAsync();
        ProcessLine attached = await successor.Process.WaitForLineAsync($"({ZWave}) is attached", Patience, cancellationToken: Cancelled);
        TimeSpan took = Home.Host.ClockAt(attached.Timestamp) - stopped;
        Say($"attached {took.TotalSeconds:0.0} s after the old container was told to stop");
        await KeepsPromiseAsync(took, TimeSpan.FromSeconds(10), Home.Host);
        await CarriesDataAsync(stick, ZWavePath);
    }

    // The process that talks to the network has none of the rights of the first stage, in any set, and cannot get them back.
    private async Task HasOnlyWhatIsLeftAsync(Container addOn)
    {
        string pid = await addOn.FirstProcessAsync();
        string status = await Home.Host.RunAsync($"cat /proc/{pid}/status");
        foreach (string set in new[] { "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb" })
        {
            string line = status.Split('\n').Single(line => line.StartsWith(set, StringComparison.Ordinal));
            ulong held = Convert.ToUInt64(line.Split(':')[1].Trim(), 16);
            Assert.Equal(0UL, held & (1UL << ContainerCapability.SysModule | 1UL << ContainerCapability.SysAdmin));
        }
        Assert.Contains("NoNewPrivs:\t1", status, StringComparison.Ordinal);
        Assert.Equal($"{AddOn.Slug} (enforce)", await Home.Host.RunAsync($"cat /proc/{pid}/attr/current"));
    }

    private async Task UntilPulledAndReplugged(LabStick stick, PiSide side)
    {
        if (side == PiSide.Stock) return;
        int from = Watch.Count;
        await stick.PullAsync();
        await UntilStatusAsync(ZWave, "unplugged");
        await stick.PlugAsync(3);
        await UntilConnectedAsync(stick.Model);
        await UntilEventAsync(ZWave, "attached", from);
    }
}
