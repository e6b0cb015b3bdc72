using Longwire.Lab.Consumers;
using Longwire.Lab.Sticks;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>What takes a stick away from a program that has nothing to say to it, and brings it back.</summary>
public enum WayBack
{
    /// <summary>The stick has its power all the time.</summary>
    ExportStartsAnew,

    /// <summary>The same of a stock Pi.</summary>
    UsbipdStartsAnew,

    /// <summary>The Pi loses its power, and its sticks with it.</summary>
    PiStartsAnew,

    /// <summary>Sooner than the stick is given up.</summary>
    StickIsPutBack,
}

/// <summary>
/// What people use their radios with, when a radio is away for a moment, its session over, and maybe without power. The tty of a program
/// that notices that stays; others get their radio attached anew, and are started again then.
/// </summary>
[Collection(FirstHouse.Name)]
public sealed class ConsumerReturnTests(Home home) : HoldingTest(home)
{
    [Theory(Explicit = true)]
    [InlineData(WayBack.ExportStartsAnew)]
    [InlineData(WayBack.UsbipdStartsAnew)]
    [InlineData(WayBack.PiStartsAnew)]
    [InlineData(WayBack.StickIsPutBack)]
    public async Task A_program_whose_radio_returns_works_with_it_again(WayBack how)
    {
        ConsumerKind[] kinds = [ConsumerKind.ZWaveJs, ConsumerKind.ZStack, ConsumerKind.Ember];
        PiSide side = how == WayBack.UsbipdStartsAnew ? PiSide.Stock : PiSide.Link;
        IReadOnlyList<LabStick> sticks = await BringUpAllAsync(side, [.. kinds.Select(kind => kind.Stick)], Holding);
        List<ConsumerAtWork> all = [];
        try
        {
            for (int i = 0; i < kinds.Length; i++)
            {
                all.Add(await ConsumerAtWork.StartAsync(Home.Host, kinds[i], sticks[i], TimeProvider.System));
                Assert.NotNull(await all[i].UntilItWorksAsync());
            }
            foreach (ConsumerAtWork one in all) await one.UntilQuietAsync();
            string[] numbers = await Task.WhenAll(kinds.Select(DeviceNumberAsync));
            int from = Watch.Count;
            await ComeBackAsync(how, sticks);
            for (int i = 0; i < kinds.Length; i++)
            {
                TimeSpan carried;
                if (HasPower(how) || kinds[i] == ConsumerKind.ZWaveJs)
                {
                    carried = Home.Host.ClockAt((await UntilEventAsync(IdOf(kinds[i].Stick), "resumed", from)).Timestamp);
                    Assert.Equal(numbers[i], await DeviceNumberAsync(kinds[i]));
                    await OpenInsideAgainAsync(all[i], sticks[i], how);
                }
                else
                {
                    await UntilEventAsync(IdOf(kinds[i].Stick), "lost", from);
                    // As Zigbee2MQTT does when its adapter is lost, for its supervisor to start it again.
                    Assert.Equal(2, await all[i].Consumer.Process.Exited.WaitAsync(Patience, Cancelled));
                    carried = Home.Host.ClockAt((await UntilEventAsync(IdOf(kinds[i].Stick), "attached", from)).Timestamp);
                    await Home.Host.WaitForDeviceAsync(kinds[i].Stick.Path, Patience);
                    await OpenInsideAgainAsync(all[i], sticks[i], how);
                    await all[i].StartAnewAsync(kinds[i].Stick.Path);
                    Say($"{kinds[i].Name}: its tty went, and it was started again");
                }
                TimeSpan? works = await all[i].UntilItWorksAsync();
                Assert.NotNull(works);
                Say($"{kinds[i].Name}: works {(works.Value - carried).TotalSeconds:0.0} s after its radio was back");
            }
        }
        finally
        {
            foreach (ConsumerAtWork one in all) await one.DisposeAsync();
        }
    }

    private async Task ComeBackAsync(WayBack how, IReadOnlyList<LabStick> sticks)
    {
        switch (how)
        {
            case WayBack.ExportStartsAnew:
                await Home.Attic.RestartExportAsync();
                break;
            case WayBack.UsbipdStartsAnew:
                await Home.Attic.StopStockAsync();
                await Home.Attic.StartStockAsync([.. sticks.Select(stick => stick.Model.UsbId)]);
                break;
            case WayBack.PiStartsAnew:
                await Home.Attic.RebootAsync(inOrder: false);
                break;
            default:
                await Task.WhenAll(sticks.Select(stick => stick.PullAsync()));
                await Task.Delay(TimeSpan.FromSeconds(1), Cancelled);
                await Task.WhenAll(sticks.Select(stick => stick.PlugAsync()));
                break;
        }
    }

    // What a radio says at its start would be lost while nobody has its stick: it is told as one that starts slowly does.
    private static Task OpenInsideAgainAsync(ConsumerAtWork one, LabStick stick, WayBack how) =>
        // The chip with a radio of its own behind it is not hung up.
        HasPower(how) && one.Kind.Stick.Chip == StickChip.Ftdi ? Task.CompletedTask : one.OpenInsideAgainAsync(stick, !HasPower(how));

    private static bool HasPower(WayBack how) => how is WayBack.ExportStartsAnew or WayBack.UsbipdStartsAnew;

    private Task<string> DeviceNumberAsync(ConsumerKind kind) => Home.Host.RunAsync($"stat -L -c %t:%T {kind.Stick.Path}");
}
