using Longwire.Lab.Brokers;
using Longwire.Lab.Sticks;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>What is wrong with one does not touch the others, and each is named with its remedy.</summary>
[Collection(FirstHouse.Name)]
public sealed class TogetherTests(Home home) : RadioTest(home)
{
    [Fact]
    public async Task With_one_radio_missing_one_Pi_away_and_one_option_bad_the_others_work_and_each_is_named()
    {
        await Task.WhenAll(Home.StartAsync(Home.Attic, Home.Host), Home.Broker.StartAsync());
        await Home.Attic.PlugAsync(StickModel.ZWave);
        await ExportAsync(Home.Attic, PiSide.Longwire, StickModel.ZWave);
        string more = "radios:\n  - match: \"0658:0200\"\n  - match: \"1cf1:0030\"\n    pi: attic\n  - match: \"nonsense\"\n";
        await Home.Host.StartAttachAsync(Home.Options([Home.Attic, Home.Cellar], more));
        await UntilConnectedAsync(ZWave);
        string[] named = ["radios[1]", "Plug it in", "nonsense", "cellar"];
        await Watch.WaitForAsync(
            message => message.Topic == "longwire/bridge/info" && Array.TrueForAll(named, word => message.Payload.Contains(word, StringComparison.Ordinal)),
            Patience, "the missing radio, the bad option and the Pi that is away are all named", cancellationToken: Cancelled);
        Assert.Equal("on", Watch.Entities().State("longwire_bridge", "problem"));
    }
}
