using System.Net;
using System.Net.Sockets;
using Longwire.Lab.Sticks;
using Longwire.Testing.Brokers;
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
            message => message.Topic == "longwire/bridge/info"
                && Array.TrueForAll(named, word => message.Payload.Contains(word, StringComparison.Ordinal)),
            Patience, "the missing radio, the bad option and the Pi that is away are all named", cancellationToken: Cancelled);
        Assert.Equal("on", Watch.Entities().State("longwire_bridge", "problem"));
    }

    [Fact]
    public async Task With_every_port_taken_by_somebody_else_a_radio_says_so_the_other_works_on_and_it_is_attached_when_one_is_free()
    {
        LabStick stick = await BringUpAsync(PiSide.Longwire);
        using var silence = new TcpListener(IPAddress.Loopback, 0);
        silence.Start();
        Task taking = Home.Host.StrangerTakesAllPortsAsync(((IPEndPoint)silence.LocalEndpoint).Port);
        using (Socket silent = await silence.AcceptSocketAsync(Cancelled))
        {
            await taking;
            await Home.Attic.PlugAsync(StickModel.Zigbee, port: 2);
            await UntilStatusAsync(IdOf(StickModel.Zigbee), "failed");
            Assert.Contains(
                "ports for this speed are taken",
                Watch.Latest($"longwire/radio/{IdOf(StickModel.Zigbee)}/state"),
                StringComparison.Ordinal);
            Assert.Contains("usbip detach -p N", Watch.Latest($"longwire/radio/{IdOf(StickModel.Zigbee)}/state"), StringComparison.Ordinal);
            await CarriesDataAsync(stick, ZWavePath);
        }
        await UntilConnectedAsync(StickModel.Zigbee);
        Assert.Equal("0", Watch.Entities().State(DeviceId(ZWave), "disconnects"));
    }
}
