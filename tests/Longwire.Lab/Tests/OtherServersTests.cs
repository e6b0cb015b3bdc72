using Longwire.Lab.Machines;
using Longwire.Testing.Brokers;
using Longwire.Testing.Peers;
using Longwire.Testing.Peers.Manners;
using Longwire.UsbIp.Usb;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>Servers that are not the kernel's usbipd, in front of a real kernel that really uses their stick.</summary>
[Collection(SecondHouse.Name)]
public sealed class OtherServersTests(Home home) : RadioTest(home)
{
    private const string RadioState = $"longwire/radio/{ZWave}/state";

    // Each takes the stick from the other as soon as it sees it lost. 34 a minute it was, for ever. Four losses each are noticed; one that
    // has had it for 10 s meanwhile, because the other one waits for as long by then, counts that for a success and begins anew. Its loss
    // is waited for, too, and takes one import more.
    private const int ImportsUntilNoticed = 12;
    private const int ImportsInTheHalfMinuteAfter = 8;

    // Sixteen reads and the interrupt endpoint's, of which the last finds no room; and one to spare.
    private const int RoomByDefault = 16;
    private const int RoomEnough = 32;

    // 600 URBs a second by this are less than what counts as a storm.
    private const double SlowForStorms = 4;

    [Fact]
    public async Task A_stick_whose_server_calls_it_zwave_is_attached_and_carries_data()
    {
        await using UsbipServer server = UsbipServer.Start(new ServedStick(AcmStick.FullSpeed(), busId: "zwave"));
        await BringUpAsync(server);
        await SaysBackAsync();
        await StopsWithoutAWordOfFailureAsync();
    }

    [Fact]
    public async Task A_stick_of_a_speed_that_this_kernel_does_not_take_is_attached_at_the_next_lower_one()
    {
        await using UsbipServer server = UsbipServer.Start(new ServedStick(AcmStick.SuperSpeed()) { Speed = UsbSpeed.SuperPlus });
        await BringUpAsync(server);
        await SaysBackAsync();
        await StopsWithoutAWordOfFailureAsync();
    }

    [Fact]
    public async Task A_server_that_takes_one_connection_at_a_time_is_asked_once_while_its_radio_works_and_is_not_called_slow()
    {
        await using UsbipServer server = UsbipServer.Start(new ServedStick(AcmStick.FullSpeed()), new OneAtATime());
        await BringUpAsync(server);
        int taken = server.Taken;
        await Task.Delay(TimeSpan.FromSeconds(30), Cancelled);
        await SaysBackAsync();
        await StopsWithoutAWordOfFailureAsync();
        // Those that stood in the queue meanwhile are taken now.
        await Eventually(() => !server.Sticks[0].IsHeld, "the server has its stick back");
        await Task.Delay(TimeSpan.FromSeconds(1), Cancelled);
        Say($"{server.Taken - taken} connections while it was up");
        Assert.InRange(server.Taken - taken, 0, 2);
    }

    [Fact]
    public async Task A_stick_that_two_hosts_take_from_each_other_is_left_in_peace_after_a_few_rounds_and_both_say_why()
    {
        await using UsbipServer server = UsbipServer.Start(
            new ServedStick(AcmStick.FullSpeed()), new ListsEverything(), new TakesOver());
        await Task.WhenAll(Home.StartAsync(Home.Host, Home.Neighbour), Home.Broker.StartAsync());
        await Home.Host.StartAttachAsync(OptionsFor(server, "hold_seconds: 300\n"));
        await UntilConnectedAsync(ZWave);
        int before = server.Sticks[0].Imports;
        await Home.Neighbour.StartAttachAsync(OptionsFor(server, "base_topic: neighbour\nhold_seconds: 300\n"));
        string[] topics = [RadioState, $"neighbour/radio/{ZWave}/state"];
        foreach (string topic in topics)
        {
            await Watch.WaitForAsync(
                message => message.Topic == topic
                    && message.Payload.Contains("another machine", StringComparison.Ordinal)
                    && message.Payload.Contains("sick", StringComparison.Ordinal),
                Patience, $"{topic} names both possibilities", cancellationToken: Cancelled);
        }
        int untilNoticed = server.Sticks[0].Imports - before;
        await Task.Delay(TimeSpan.FromSeconds(30), Cancelled);
        int after = server.Sticks[0].Imports - before - untilNoticed;
        Say($"{untilNoticed} imports until both said so, {after} in the half minute after that");
        Assert.InRange(untilNoticed, 1, ImportsUntilNoticed);
        Assert.InRange(after, 0, ImportsInTheHalfMinuteAfter);
    }

    [Fact(Explicit = true)]
    public async Task A_server_with_room_for_sixteen_URBs_is_named_with_the_remedy_and_one_with_room_for_32_is_not()
    {
        await using (UsbipServer small = UsbipServer.Start(new ServedStick(AcmStick.FullSpeed()), new HasRoomForUrbs(RoomByDefault)))
        {
            await BringUpAsync(small);
            // Only who has the port open reads, and only reads wait.
            using GuestStream tty = await Home.Host.OpenAsync(ZWavePath);
            if (await SaidInTimeAsync("too few pending URBs", tty) is not { } said) return;
            Assert.Contains($"room for {RoomEnough}", said.Text, StringComparison.Ordinal);
            await Watch.WaitUntilAsync(
                house => house.State(DeviceId(ZWave), "problem") == "on", Patience, "the radio has a problem", Cancelled);
            Assert.Equal("on", Connected(Watch.Entities(), ZWave));
            Say($"after {small.Sticks[0].Stick.ClearedHalts} cleared halts");
            Assert.InRange(small.Sticks[0].Stick.ClearedHalts, 1, int.MaxValue);
        }
        Assert.Equal(0, await Home.Host.StopAttachAsync());

        await using UsbipServer large = UsbipServer.Start(new ServedStick(AcmStick.FullSpeed()), new HasRoomForUrbs(RoomEnough));
        int from = Watch.Count;
        await Home.Host.StartAttachAsync(OptionsFor(large));
        await UntilEventAsync(ZWave, "attached", from);
        await SaysBackAsync();
        Assert.Equal(0, large.Sticks[0].Stick.ClearedHalts);
    }

    private async Task BringUpAsync(UsbipServer server)
    {
        await Task.WhenAll(Home.StartAsync(Home.Host), Home.Broker.StartAsync());
        await Home.Host.StartAttachAsync(OptionsFor(server));
        await UntilConnectedAsync(ZWave);
        await UntilToldAsync(ZWave);
    }

    private string OptionsFor(UsbipServer server, string more = "") =>
        $"pis:\n  - name: attic\n    address: {server.AddressForGuests}\nmqtt: {{ host: 10.0.2.2, port: {Home.Broker.Port} }}\n{more}";

    /// <summary>What goes in comes back, through the port, the kernel and the server.</summary>
    private async Task SaysBackAsync()
    {
        using GuestStream tty = await Home.Host.OpenAsync(ZWavePath);
        byte[] said = [.. Enumerable.Range(0, 256).Select(i => (byte)(i * 7))];
        await tty.WriteAsync(said, Cancelled);
        Assert.Equal(said, await tty.ReadExactlyAsync(said.Length, Patience));
    }

    private async Task StopsWithoutAWordOfFailureAsync()
    {
        Assert.Equal(0, await StopsInTimeAsync(Home.Host, Home.Host.StopAttachAsync));
        Message[] states = [.. Watch.Messages.Where(message => message.Topic == RadioState)];
        string[] bad = ["\"failed\"", "\"refused\"", "pi_unreachable", "in time"];
        Assert.All(states, message => Assert.DoesNotContain(bad, word => message.Payload.Contains(word, StringComparison.Ordinal)));
        Assert.DoesNotContain(
            Watch.Messages.Where(message => message.Topic == "longwire/bridge/info"),
            message => message.Payload.Contains("does not answer", StringComparison.Ordinal));
    }

    // Two looks in a row, half a minute apart. The kernel goes round as fast as its processor lets it: where the test machine makes that
    // too slow, a storm is no storm, and nothing is to be said of it.
    private async Task<ProcessLine?> SaidInTimeAsync(string text, GuestStream storming)
    {
        try
        {
            return await Home.Host.Attach!.WaitForLineAsync(text, Patience * 2, cancellationToken: Cancelled);
        }
        catch (TimeoutException)
        {
            // Whose own work would count.
            storming.Dispose();
            double pace = await Home.PaceOfAsync(Home.Host);
            if (pace < SlowForStorms) throw;
            Say($"nothing was said: the machine is {pace:0.0} times slower than the one on which there are 600 a second");
            return null;
        }
    }

    private static async Task Eventually(Func<bool> holds, string what)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!holds())
        {
            if (patience.IsCancellationRequested) throw new TimeoutException($"not within {Patience.TotalSeconds} s: {what}");
            await Task.Delay(TimeSpan.FromMilliseconds(50), Cancelled);
        }
    }
}
