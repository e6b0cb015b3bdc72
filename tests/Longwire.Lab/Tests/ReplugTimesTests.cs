using Longwire.Lab.Sticks;
using Longwire.Testing.Brokers;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>An earlier build and this one, in turns in one house: <c>script/beside REVISION replugs</c> builds both.</summary>
[Collection(FirstHouse.Name)]
public sealed class ReplugTimesTests(Home home) : BesideTest(home)
{
    private const int Rounds = 5;

    // The list of a stock Pi is asked for every so often, so one round says little: the medians are compared.
    private static readonly TimeSpan s_chance = TimeSpan.FromSeconds(0.5);

    [Fact(Explicit = true)]
    public async Task A_stick_of_a_stock_Pi_is_lost_and_attached_again_no_later_than_with_an_earlier_build()
    {
        await Task.WhenAll(Home.StartAsync(Home.Attic, Home.Host), Home.Broker.StartAsync());
        await BringEarlierBuildAsync();
        LabStick stick = await Home.Attic.PlugAsync(StickModel.ZWave);
        await ExportAsync(Home.Attic, PiSide.Stock, stick.Model);
        await Home.Host.WriteOptionsAsync(Home.Options([Home.Attic]));
        string[] programs = [Earlier, Present];
        var lost = programs.ToDictionary(program => program, _ => new List<TimeSpan>());
        var attached = programs.ToDictionary(program => program, _ => new List<TimeSpan>());
        for (int round = 0; round < Rounds; round++)
        {
            foreach (string program in programs)
            {
                (TimeSpan untilLost, TimeSpan untilAttached) = await PullAndPlugAsync(stick, program);
                lost[program].Add(untilLost);
                attached[program].Add(untilAttached);
            }
        }
        await Home.Attic.StopStockAsync();
        IsNoLater("pulled to lost", lost);
        IsNoLater("offered again to attached", attached);
    }

    private async Task<(TimeSpan UntilLost, TimeSpan UntilAttached)> PullAndPlugAsync(LabStick stick, string program)
    {
        int from = Watch.Count;
        await Home.Host.StartAttachAsync(program: program);
        await UntilSaidAsync(ZWave, "\"connected\":true", from);
        await Home.Host.WaitForDeviceAsync(ZWavePath, Patience);
        from = Watch.Count;
        TimeSpan pulled = await stick.PullAsync();
        Message lost = await UntilEventAsync(ZWave, "lost", from);
        await UntilSaidAsync(ZWave, "\"not_offered\"", from);

        from = Watch.Count;
        await stick.PlugAsync();
        await Home.Attic.WaitForAsync($"[ -e /sys/bus/usb/devices/{stick.BusId}:1.0/tty ]", Patience, "the stick's own driver has it");
        await Home.Attic.StopStockAsync();
        await Home.Attic.StartStockAsync(stick.Model.UsbId);
        TimeSpan offered = Home.Attic.Now;
        Message attached = await UntilEventAsync(ZWave, "attached", from);
        await Home.Host.StopAttachAsync();
        await Home.Host.WaitUntilNothingIsAttachedAsync(Patience);
        return (Home.Attic.ClockAt(lost.Timestamp) - pulled, Home.Attic.ClockAt(attached.Timestamp) - offered);
    }

    private static void IsNoLater(string what, Dictionary<string, List<TimeSpan>> times)
    {
        (TimeSpan before, TimeSpan now) = Compare(what, times[Earlier], times[Present]);
        Assert.InRange(now, TimeSpan.FromSeconds(-1), before + s_chance);
    }
}
