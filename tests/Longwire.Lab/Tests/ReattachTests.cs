using Longwire.Lab.Machines;
using Longwire.Lab.Sticks;
using Longwire.Testing.Brokers;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>Detaching and attaching in quick succession, which wedges a port if it is taken before its former device is gone.</summary>
[Collection(SecondHouse.Name)]
public sealed class ReattachTests(Home home) : RadioTest(home)
{
    [Fact]
    public Task Detached_and_attached_at_once_twenty_times_it_never_hangs_at_005() => ReattachAsync(PiSide.Longwire, HostSide.AddOn, 20);

    [Theory(Explicit = true)]
    [InlineData(PiSide.Longwire)]
    [InlineData(PiSide.Stock)]
    public Task Detached_and_attached_at_once_two_hundred_times_it_never_hangs_at_005(PiSide side) =>
        ReattachAsync(side, HostSide.Program, 200);

    [Fact]
    public async Task Pressed_again_a_paired_Pi_does_more_each_time_and_the_stick_works_after_it()
    {
        LabStick stick = await BringUpAsync(PiSide.Link);
        // Of the Pi's real kernel: none of its own drivers may keep what they get in between.
        foreach (string done in (string[])["detached and attached again", "unbound the stick and bound it again", "authorization away"])
        {
            int from = Watch.Count;
            await Watch.PublishAsync($"longwire/radio/{ZWave}/reattach/set", "PRESS");
            Message attached = await UntilEventAsync(ZWave, "attached", from);
            Assert.Contains(done, attached.Payload, StringComparison.Ordinal);
            Assert.DoesNotContain("did not", attached.Payload, StringComparison.Ordinal);
            await CarriesDataAsync(stick, ZWavePath);
        }
        Assert.DoesNotContain(
            Watch.Messages,
            message => message.Topic == $"longwire/radio/{ZWave}/event" && message.Payload.Contains("\"lost\"", StringComparison.Ordinal));
    }

    private async Task ReattachAsync(PiSide side, HostSide host, int times)
    {
        await BringUpAsync(side, host: host);
        int vhciPort = Assert.Single(await Home.Host.VhciPortsInUseAsync()).Number;
        TimeSpan longest = TimeSpan.Zero;
        TimeSpan before = Home.Host.Now;
        for (int i = 0; i < times; i++)
        {
            int from = Watch.Count;
            TimeSpan pressed = Home.Host.Now;
            await Watch.PublishAsync($"longwire/radio/{ZWave}/reattach/set", "PRESS");
            Message attached = await UntilEventAsync(ZWave, "attached", from);
            TimeSpan took = Home.Host.ClockAt(attached.Timestamp) - pressed;
            if (took > longest) longest = took;
        }
        Say($"{times} times, {(Home.Host.Now - before) / times} each, the longest {longest}");
        GuestVhciPort port = Assert.Single(await Home.Host.VhciPortsInUseAsync());
        Assert.Equal((vhciPort, 6), (port.Number, port.State));
        // A port that hung would have been given up and said so.
        Assert.DoesNotContain(
            Home.Host.Processes.SelectMany(process => process.Lines),
            line => line.Text.Contains("did not come up", StringComparison.Ordinal));
    }
}
