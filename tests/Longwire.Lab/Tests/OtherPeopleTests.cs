using System.Text.Json.Nodes;
using Longwire.Lab.Machines;
using Longwire.Lab.Sticks;
using Longwire.Testing.Brokers;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>We are not alone on vhci, nor at a Pi, nor at a broker.</summary>
[Collection(FirstHouse.Name)]
public sealed class OtherPeopleTests(Home home) : RadioTest(home)
{
    [Theory]
    [InlineData(PiSide.Longwire)]
    [InlineData(PiSide.Stock, Explicit = true)]
    public async Task A_stranger_s_device_gets_its_driver_before_during_and_after_us_and_after_our_end_by_kill(PiSide side)
    {
        await Task.WhenAll(Home.StartAsync(Home.Attic, Home.Cellar, Home.Host), Home.Broker.StartAsync());
        await Home.Host.RunAsync("modprobe vhci-hcd");
        IReadOnlyList<int> found = await Home.Host.AuthorizedDefaultsAsync();
        LabStick theirs = await Home.Cellar.PlugAsync(StickModel.Zigbee);
        await Home.Cellar.StartStockAsync(theirs.Model.UsbId);
        await Home.Attic.PlugAsync(StickModel.ZWave);
        await ExportAsync(Home.Attic, side, StickModel.ZWave);

        int before = await StrangerGetsDriverAsync(theirs);
        await Home.Host.StartAttachAsync(Home.Options([Home.Attic]));
        await UntilConnectedAsync(ZWave);
        Assert.Contains(await Home.Host.VhciPortsInUseAsync(), port => port.Number == before);
        await Home.Host.StrangerDetachAsync(before);

        int during = await StrangerGetsDriverAsync(theirs);
        await Home.Host.Attach!.KillAsync();
        TimeSpan killed = Home.Host.Now;
        TimeSpan restored = await Home.Host.WaitForAsync(
            "! grep -qv 1 /sys/devices/platform/vhci_hcd.0/usb*/authorized_default", Patience, "authorized_default is as it was");
        await KeepsPromiseAsync(restored - killed, TimeSpan.FromSeconds(3), Home.Host);
        Assert.Contains(await Home.Host.VhciPortsInUseAsync(), port => port.Number == during);
        await Home.Host.StrangerDetachAsync(during);
        int after = await StrangerGetsDriverAsync(theirs);

        int from = Watch.Count;
        await Home.Host.StartAttachAsync();
        await UntilEventAsync(ZWave, "attached", from);
        Assert.Contains(await Home.Host.VhciPortsInUseAsync(), port => port.Number == after);
        Assert.Equal(0, await Home.Host.StopAttachAsync());
        Assert.Contains(await Home.Host.VhciPortsInUseAsync(), port => port.Number == after);
        Assert.Equal(found, await Home.Host.AuthorizedDefaultsAsync());
        await Home.Host.StrangerDetachAsync(after);
        await Home.Host.StrangerDetachAsync(await StrangerGetsDriverAsync(theirs));
    }

    [Theory]
    [InlineData(PiSide.Longwire)]
    [InlineData(PiSide.Stock, Explicit = true)]
    public async Task A_radio_that_somebody_else_has_is_in_use_and_attached_when_it_is_free(PiSide side)
    {
        LabStick stick = await BringUpAsync(side);
        await Watch.PublishAsync($"longwire/radio/{ZWave}/attach/set", "OFF");
        await UntilStatusAsync(ZWave, "detached");
        await Home.StartAsync(Home.Neighbour);
        await Home.Neighbour.RunAsync("modprobe vhci-hcd");
        // Not the kernel's word alone: the export looks at the stick after that, and until then it is busy to whoever asks.
        await Home.Neighbour.WaitForAsync(
            $"usbip list -r {Home.Attic.Address} | grep -q ' {stick.BusId}: '", Patience, "the stick is free");
        int port = await Home.Neighbour.StrangerAttachAsync(Home.Attic, stick.BusId);
        await Watch.PublishAsync($"longwire/radio/{ZWave}/attach/set", "ON");
        await UntilStatusAsync(ZWave, "in_use");
        int from = Watch.Count;
        await Home.Neighbour.StrangerDetachAsync(port);
        await UntilEventAsync(ZWave, "attached", from);
    }

    [Fact]
    public async Task Of_two_Longwires_on_one_base_topic_the_second_attaches_says_so_and_publishes_nothing_before_the_first_has_gone()
    {
        await Task.WhenAll(BringUpAsync(PiSide.Longwire), Home.StartAsync(Home.Cellar, Home.Neighbour));
        await Home.Cellar.PlugAsync(StickModel.Zigbee);
        await ExportAsync(Home.Cellar, PiSide.Longwire, StickModel.Zigbee);
        int from = Watch.Count;
        GuestProcess second = await Home.Neighbour.StartAttachAsync(Home.Options([Home.Cellar]));
        await Home.Neighbour.WaitForDeviceAsync(ZigbeePath, Patience);
        ProcessLine said = await second.WaitForLineAsync(
            "publishes under the base topic \"longwire\"", Patience, cancellationToken: Cancelled);
        Assert.Contains("Give one of the two a base_topic of its own", said.Text, StringComparison.Ordinal);
        await Home.Host.Attach!.WaitForLineAsync("asks for the base topic longwire; we keep it", Patience, cancellationToken: Cancelled);
        Assert.Equal("on", Connected(Watch.Entities(), ZWave));

        Assert.Equal(0, await Home.Host.StopAttachAsync());
        Message gone = await Watch.WaitForAsync(
            message => message is { Topic: "longwire/bridge/state", Payload: "offline" },
            Patience,
            "the first one's goodbye",
            from,
            Cancelled);
        await UntilConnectedAsync(IdOf(StickModel.Zigbee));
        // All the time that the first was there, only the question itself came from the second. What the first says meanwhile is its own
        // affair: it says what it has to say anew every half minute, and how many of those pass here is for the test machine to decide.
        Message[] meanwhile = [.. Watch.Messages.Skip(from).TakeWhile(message => message != gone)];
        Assert.Contains(meanwhile, message => message.Topic == "longwire/bridge/claim");
        string[] seconds = [IdOf(StickModel.Zigbee), "cellar"];
        Assert.DoesNotContain(meanwhile, message => seconds.Any(word => message.Topic.Contains(word, StringComparison.Ordinal)));
        Assert.All(
            meanwhile.Where(message => message.Topic == "longwire/bridge/state"), message => Assert.Equal("online", message.Payload));
        string instance = InstanceId(Watch.Messages.First(message => message.Topic == "longwire/bridge/info"));
        Assert.All(
            meanwhile.Where(message => message.Topic == "longwire/bridge/info"), message => Assert.Equal(instance, InstanceId(message)));
    }

    private static string InstanceId(Message info) => JsonNode.Parse(info.Payload)!["instance_id"]!.GetValue<string>();

    private async Task<int> StrangerGetsDriverAsync(LabStick theirs)
    {
        int port = await Home.Host.StrangerAttachAsync(Home.Cellar, theirs.BusId);
        await Home.Host.WaitForAsync("ls /dev/serial/by-id/*ConBee* >/dev/null 2>&1", Patience, "the stranger's stick has its tty");
        return port;
    }
}
