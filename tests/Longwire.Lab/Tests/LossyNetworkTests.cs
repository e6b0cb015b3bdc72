using Longwire.Lab.Machines;
using Longwire.Lab.Sticks;
using Longwire.Testing.Brokers;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>A network that loses packets, as wireless ones do, and a Pi that is there all the time.</summary>
[Collection(SecondHouse.Name)]
public sealed class LossyNetworkTests(Home home) : RadioTest(home)
{
    private const double Share = 0.2;
    private const int Seed = 10;
    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan s_short = TimeSpan.FromSeconds(40);

    [Theory]
    [InlineData(PiSide.Stock)]
    [InlineData(PiSide.Longwire, Explicit = true)]
    public Task A_Pi_that_loses_every_fifth_packet_is_never_called_away_while_its_radio_works(PiSide side) => LoseAsync(side, s_short);

    [Theory(Explicit = true)]
    [InlineData(PiSide.Stock)]
    [InlineData(PiSide.Longwire)]
    public Task A_Pi_that_loses_every_fifth_packet_for_three_minutes_is_never_called_away_while_its_radio_works(PiSide side) =>
        LoseAsync(side, s_long);

    private async Task LoseAsync(PiSide side, TimeSpan during)
    {
        // A second radio that is not there: its Pi is asked every second or two all the time.
        LabStick stick = await BringUpAsync(side, more: "radios:\n  - match: \"0658:0200\"\n  - match: \"1cf1:0030\"\n");
        await Home.Host.WaitForDeviceAsync(ZWavePath, Patience);
        using ISerialEnd inside = await stick.OpenInsideAsync();
        using GuestStream tty = await Home.Host.OpenAsync(ZWavePath);
        int from = Watch.Count, words = 0;
        Home.Attic.Cable.LoseFromGuest(Share, Seed);
        TimeSpan start = Home.Host.Now;
        // As an application does: it says something, and the stick answers.
        while (Home.Host.Now - start < during)
        {
            byte[] word = [(byte)words++, 1, 2, 3];
            await tty.WriteAsync(word, Cancelled);
            Assert.Equal(word, await inside.ReadExactlyAsync(word.Length, Patience));
            await inside.WriteAsync(word, Cancelled);
            Assert.Equal(word, await tty.ReadExactlyAsync(word.Length, Patience));
            await Task.Delay(TimeSpan.FromMilliseconds(500), Cancelled);
        }
        Home.Attic.Cable.Mend();
        Say($"{words} words each way in {(Home.Host.Now - start).TotalSeconds:0} s");
        Message[] meanwhile =
            [.. Watch.Messages.Skip(from).Where(message => message.Topic.StartsWith("longwire/", StringComparison.Ordinal))];
        Assert.DoesNotContain(meanwhile, message => message.Payload.Contains("pi_unreachable", StringComparison.Ordinal));
        Assert.DoesNotContain(meanwhile, message => message.Payload.Contains("\"reachable\":false", StringComparison.Ordinal));
        Assert.DoesNotContain(meanwhile, message => message.Topic == "longwire/bridge/info"
            && message.Payload.Contains("does not answer", StringComparison.Ordinal));
        Assert.Equal("on", Watch.Entities().State("longwire_pi_attic", "reachable"));
        Assert.Equal("on", Connected(Watch.Entities(), ZWave));
    }
}
