using Longwire.Attach;
using Longwire.Link.Wire;
using Xunit;

namespace Longwire.Tests.LinkedPis;

/// <summary>What a Pi says of its machine, over a real control connection.</summary>
public sealed class PiVitalsTests
{
    [Fact]
    public async Task A_host_is_told_how_its_Pi_is_when_it_connects_and_when_the_power_changes()
    {
        var well = new Vitals
        {
            Temperature = 48.25, UnderVoltage = false, Load = 0.4, Uptime = TimeSpan.FromHours(5), WifiSignal = -56,
        };
        await using PairedHost host = await PairedHost.StartAsync(well);
        Vitals told = (await host.NextAsync<AttachEvent.PiVitalsTold>()).Vitals;
        Assert.Equal(well, told with { Uptime = well.Uptime });
        Assert.InRange(told.Uptime!.Value, TimeSpan.FromHours(5), TimeSpan.FromHours(5) + PairedHost.Deadline);

        // As a kernel does that notices it.
        host.Pi.HowItIs = well with { UnderVoltage = true };
        host.Pi.VitalsNews.LookNow();
        Assert.True((await host.NextAsync<AttachEvent.PiVitalsTold>()).Vitals.UnderVoltage);
    }

    [Fact]
    public async Task A_Pi_that_knows_nothing_of_itself_says_nothing()
    {
        await using PairedHost host = await PairedHost.StartAsync();
        host.Pi.VitalsNews.LookNow();
        await host.Pi.PullAsync();
        while (await host.NextAsync() is var told)
        {
            Assert.IsNotType<AttachEvent.PiVitalsTold>(told);
            if (told is AttachEvent.PiAnswered { List.Devices: [] }) break;
        }
    }
}
