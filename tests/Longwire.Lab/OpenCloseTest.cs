using System.Globalization;
using Longwire.Lab.Machines;
using Longwire.Lab.Sticks;
using Xunit;

namespace Longwire.Lab;

/// <summary>
/// Consumers that come and go: every close gives up all the reads that the driver has pending, every open submits new ones, and none of
/// them may cost the port.
/// </summary>
public abstract class OpenCloseTest(Home home) : HoldingTest(home)
{
    private static readonly TimeSpan s_slowestCycle = TimeSpan.FromSeconds(2);

    /// <summary>Opens and closes the tty of each stick so many times, all of them at once, while their radios talk.</summary>
    protected async Task OpenAndCloseAsync(int times, params StickModel[] models)
    {
        IReadOnlyList<LabStick> sticks = await BringUpAllAsync(PiSide.Stock, models, Holding);
        foreach (StickModel model in models) await Home.Host.WaitForDeviceAsync(model.Path, Patience);
        int from = Watch.Count;
        (TimeSpan start, TimeSpan startOnPi) = (Home.Host.Now, Home.Attic.Now);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        Task talking = Task.WhenAll(sticks.Select(stick => TalkAsync(stick, enough.Token)));
        await Task.WhenAll(models.Select(model => OpenAndCloseAsync(model, times)));
        await enough.CancelAsync();
        await talking;
        foreach (StickModel model in models) StayedAttached(model, from, start);
        Assert.All(await Home.Host.VhciPortsInUseAsync(), port => Assert.Equal(6, port.State));
        Assert.Equal(models.Length, (await Home.Host.VhciPortsInUseAsync()).Count);
        foreach (LabStick stick in sticks)
        {
            using GuestStream tty = await Home.Host.OpenAsync(stick.Model.Path);
            using ISerialEnd inside = await stick.OpenInsideAsync();
            await tty.WriteAsync("last"u8.ToArray(), Cancelled);
            await HearsAsync(inside, "last"u8.ToArray());
        }
        HasNoComplaint(Home.Attic, startOnPi);
        HasNoComplaint(Home.Host, start);
    }

    // Each reads a few of the radio's words and closes with all of the driver's reads pending.
    private async Task OpenAndCloseAsync(StickModel model, int times)
    {
        TimeSpan start = Home.Host.Now;
        await Home.Host.RunAsync(
            string.Create(CultureInfo.InvariantCulture, $"""
                stty -F {model.Path} raw -echo
                i=0; while [ $i -lt {times} ]; do head -c 8 {model.Path} >/dev/null || exit; i=$((i+1)); done
                """),
            Patience + (times * s_slowestCycle));
        Say($"{model.Product}: {(Home.Host.Now - start) / times} each");
    }

    private static async Task TalkAsync(LabStick stick, CancellationToken enough)
    {
        using ISerialEnd inside = await stick.OpenInsideAsync();
        try
        {
            while (true)
            {
                await inside.WriteAsync("radio word\n"u8.ToArray(), enough);
                await Task.Delay(TimeSpan.FromMilliseconds(20), enough);
            }
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested)
        {
            // It has said enough.
        }
    }
}
