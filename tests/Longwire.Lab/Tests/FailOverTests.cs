using Longwire.Lab.Machines;
using Longwire.Lab.Sticks;
using Longwire.Testing.Brokers;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>Two hosts, each with its own key, and one radio of a Pi to which both are paired.</summary>
[Collection(SecondHouse.Name)]
public sealed class FailOverTests(Home home) : HoldingTest(home)
{
    // Of the second host: the two must not publish under one topic.
    private const string Second = "neighbour";

    [Fact]
    public async Task A_radio_of_a_host_that_is_away_goes_to_the_one_that_takes_it_over_and_the_first_never_takes_it_back_by_itself()
    {
        LabStick stick = await BringUpAsync(PiSide.Link, more: Holding);
        // The other one has had it before, else it would know of no radio.
        await Watch.PublishAsync($"longwire/radio/{ZWave}/attach/set", "OFF");
        await UntilStatusAsync(ZWave, "detached");
        await Home.StartAsync(Home.Neighbour);
        await Home.Attic.PairAsync();
        await Home.Neighbour.StartAttachAsync(Home.Options([Home.Attic], $"{Holding}base_topic: {Second}\n"));
        await UntilSaysAsync(Second, "\"connected\":true", 0);
        int ours = Watch.Count;
        await Watch.PublishAsync($"{Second}/radio/{ZWave}/attach/set", "OFF");
        await UntilSaysAsync(Second, "\"status\":\"detached\"", ours);
        await Watch.PublishAsync($"longwire/radio/{ZWave}/attach/set", "ON");
        await UntilConnectedAsync(ZWave);
        await Watch.PublishAsync($"{Second}/radio/{ZWave}/attach/set", "ON");
        await UntilSaysAsync(Second, "\"status\":\"in_use\"", ours);

        // As long as its host is heard, nobody gets it.
        using GuestStream tty = await Home.Host.OpenAsync(ZWavePath);
        await ExchangeAsync(stick, tty, "first");
        int from = Watch.Count;
        await Watch.PublishAsync($"{Second}/radio/{ZWave}/take_over/set", "PRESS");
        await UntilSaysAsync(Second, "\"status\":\"in_use\"", from);
        await ExchangeAsync(stick, tty, "still the first's");

        from = Watch.Count;
        Home.Host.Cable.Cut();
        await UntilEventAsync(ZWave, "held", from);
        await tty.WriteAsync("never to be heard"u8.ToArray(), Cancelled);
        await Home.Attic.Export!.WaitForLineAsync("(10.77.0.21) is away", Patience, cancellationToken: Cancelled);
        await Watch.PublishAsync($"{Second}/radio/{ZWave}/take_over/set", "PRESS");
        await UntilSaysAsync(Second, "\"connected\":true", from);
        using GuestStream taken = await Home.Neighbour.OpenAsync(ZWavePath);
        await ExchangeAsync(stick, taken, "second");

        Home.Host.Cable.Mend();
        await UntilStatusAsync(ZWave, "in_use");
        await Home.Host.WaitUntilNothingIsAttachedAsync(Patience);
        using ISerialEnd inside = await stick.OpenInsideAsync();
        await taken.WriteAsync("third"u8.ToArray(), Cancelled);
        Assert.Equal("third"u8.ToArray(), await inside.ReadExactlyAsync(5, Patience));
        Assert.Equal("in_use", Watch.Entities().State(DeviceId(ZWave), "status"));
        Assert.Single(await Home.Neighbour.VhciPortsInUseAsync());
    }

    private Task<Message> UntilSaysAsync(string baseTopic, string state, int from) => Watch.WaitForAsync(
        message => message.Topic == $"{baseTopic}/radio/{ZWave}/state" && message.Payload.Contains(state, StringComparison.Ordinal),
        Patience, $"{baseTopic}: {state}", from, Cancelled);
}
