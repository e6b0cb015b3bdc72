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
    private static readonly TimeSpan s_shortStall = TimeSpan.FromSeconds(1.2), s_longStall = TimeSpan.FromSeconds(1.7);

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
        foreach (LabStick stick in sticks) await CarriesLastWordAsync(stick);
        HasNoComplaint(Home.Attic, startOnPi);
        HasNoComplaint(Home.Host, start);
    }

    /// <summary>
    /// The same while the Pi stands still again and again, for longer than drivers wait for a control transfer (ftdi_sio: 1 s): what a
    /// driver gives up arrives there together with its unlink, and a kernel that is told both at once can use what it has freed.
    /// </summary>
    protected async Task OpenAndCloseWhileThePiStandsStillAsync(int stalls, PiSide side, params StickModel[] models)
    {
        IReadOnlyList<LabStick> sticks = await BringUpAllAsync(side, models, Holding);
        foreach (StickModel model in models) await Home.Host.WaitForDeviceAsync(model.Path, Patience);
        int from = Watch.Count;
        (TimeSpan start, TimeSpan startOnPi) = (Home.Host.Now, Home.Attic.Now);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        Task talking = Task.WhenAll(sticks.Select(stick => TalkAsync(stick, enough.Token)));
        Task opening = Task.WhenAll(models.Select(model => OpenAndCloseUntilAsync(model, "/run/lab/enough")));
        var random = new Random(1);
        for (int i = 0; i < stalls; i++)
        {
            // Seeded, so that a failure can be seen again.
#pragma warning disable CA5394
            await Home.Attic.PauseAsync(s_shortStall + (random.NextDouble() * (s_longStall - s_shortStall)), Cancelled);
            await Task.Delay(s_shortStall * random.NextDouble(), Cancelled);
#pragma warning restore CA5394
        }
        await Home.Host.RunAsync("touch /run/lab/enough");
        await opening;
        await enough.CancelAsync();
        await talking;
        await Home.Host.RunAsync("rm /run/lab/enough");
        foreach (StickModel model in models) StayedAttached(model, from, start);
        foreach (LabStick stick in sticks) await CarriesLastWordAsync(stick);
        HasNoComplaint(Home.Attic, startOnPi);
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

    private Task<string> OpenAndCloseUntilAsync(StickModel model, string enough) => Home.Host.RunAsync(
        $"stty -F {model.Path} raw -echo; until [ -e {enough} ]; do head -c 8 {model.Path} >/dev/null || exit; done", 5 * Patience);

    private async Task CarriesLastWordAsync(LabStick stick)
    {
        using GuestStream tty = await Home.Host.OpenAsync(stick.Model.Path);
        using ISerialEnd inside = await stick.OpenInsideAsync();
        await tty.WriteAsync("last"u8.ToArray(), Cancelled);
        await HearsAsync(inside, "last"u8.ToArray());
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
