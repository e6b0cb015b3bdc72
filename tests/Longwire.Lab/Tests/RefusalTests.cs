using Longwire.Lab.Machines;
using Longwire.Lab.Network;
using Longwire.Lab.Sticks;
using Longwire.Testing.Brokers;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>What must not come in, and what must not hold up the others.</summary>
[Collection(FirstHouse.Name)]
public sealed class RefusalTests(Home home) : RadioTest(home)
{
    [Theory]
    [InlineData(PiSide.Longwire)]
    [InlineData(PiSide.Stock, Explicit = true)]
    public async Task A_keyboard_with_the_radio_s_identity_is_refused_and_no_driver_ever_bound(PiSide side)
    {
        await Task.WhenAll(Home.StartAsync(Home.Attic, Home.Host), Home.Broker.StartAsync());
        LabStick stick = await Home.Attic.PlugAsync(StickModel.ZWave.AsKeyboard());
        await Home.Host.RunAsync("modprobe usbhid");
        await Home.Host.StartAttachAsync(Home.Options([Home.Attic]));
        // What happens before anybody listens is told as a state alone.
        await Watch.WaitForAsync(
            message => message is { Topic: "longwire/bridge/state", Payload: "online" }, Patience, "online", cancellationToken: Cancelled);
        await ExportAsync(Home.Attic, side, stick.Model);
        Message refused = await Watch.WaitForAsync(IsRefusal, Patience, "it is refused", cancellationToken: Cancelled);
        await UntilEventAsync(ZWave, "refused", 0);
        await Home.Attic.WaitForAsync(
            $"[ \"$(cat /sys/bus/usb/devices/{stick.BusId}/usbip_status)\" = 1 ]", Patience, "the Pi has it back");
        // It stays so while the Pi resets what was looked at and has it in use until then.
        Assert.All(
            Watch.Messages.SkipWhile(message => message != refused).Where(message => message.Topic == refused.Topic),
            message => Assert.True(IsRefusal(message), message.Payload));
        Assert.Empty(await Home.Host.VhciPortsInUseAsync());
        Assert.Equal("", (await Home.Host.TryRunAsync("ls -d /sys/bus/usb/drivers/usbhid/*:* 2>/dev/null")).Output.Trim());
        Assert.DoesNotContain(
            Home.Host.Kernel.Lines,
            line => line.Message.Contains("input:", StringComparison.Ordinal) && line.Message.Contains("vhci", StringComparison.Ordinal));
    }

    private static bool IsRefusal(Message message) =>
        message.Topic == $"longwire/radio/{ZWave}/state" && message.Payload.Contains("\"status\":\"refused\"", StringComparison.Ordinal);

    [Fact]
    public async Task A_device_that_changes_its_face_after_our_look_is_refused_and_no_driver_ever_bound()
    {
        await Task.WhenAll(Home.StartAsync(Home.Attic, Home.Host), Home.Broker.StartAsync());
        await Home.Attic.PlugAsync(StickModel.ZWave);
        await ExportAsync(Home.Attic, PiSide.Longwire, StickModel.ZWave);
        await using var relay = new TcpRelay(Home.Attic.UsbIpFromTheTest);
        // The device descriptor crosses three times or more: the first is our look, those after it are the kernel's. From then on the
        // class bytes of the communication interface say 03, a keyboard.
        relay.Change = (connection, toClient, bytes) => toClient && connection.ToClient > 900 ? Faced(bytes) : bytes;
        TimeSpan start = Home.Host.Now;
        await Home.Host.StartAttachAsync(
            $"pis:\n  - name: attic\n    address: {relay.Address}\nmqtt:\n  host: 10.0.2.2\n  port: {Home.Broker.Port}\n");
        await UntilStatusAsync(ZWave, "refused");
        IEnumerable<KernelLine> since = Home.Host.Kernel.Lines.Where(line => line.Time > start);
        await Home.Host.WaitUntilNothingIsAttachedAsync(Patience);
        Assert.DoesNotContain(since, line => line.Message.Contains("ttyACM", StringComparison.Ordinal));
        Assert.DoesNotContain(since, line => line.Message.Contains("input:", StringComparison.Ordinal));
    }

    // 09 04 00 00 01 02 02 01: the interface descriptor of an ACM function's control interface.
    private static byte[] Faced(byte[] bytes)
    {
        int at = bytes.AsSpan().IndexOf<byte>([0x09, 0x04, 0x00, 0x00]);
        if (at >= 0 && at + 6 < bytes.Length && bytes[at + 5] == 0x02) bytes[at + 5] = 0x03;
        return bytes;
    }

    [Fact]
    public async Task A_peer_that_falls_silent_at_any_step_does_not_slow_another_radio()
    {
        await Task.WhenAll(Home.StartAsync(Home.Attic, Home.Cellar, Home.Host), Home.Broker.StartAsync());
        await Home.Cellar.PlugAsync(StickModel.Zigbee);
        LabStick stick = await Home.Attic.PlugAsync(StickModel.ZWave);
        await Task.WhenAll(
            ExportAsync(Home.Cellar, PiSide.Longwire, StickModel.Zigbee), ExportAsync(Home.Attic, PiSide.Longwire, StickModel.ZWave));
        int afterBytes = 0;
        await using var relay = new TcpRelay(Home.Cellar.UsbIpFromTheTest);
        // Lists are answered; an import falls silent after so many bytes.
        relay.Accepted = connection => connection.SilenceAfter(long.MaxValue);
        relay.Change = (connection, toClient, bytes) =>
        {
            if (!toClient && bytes.AsSpan().IndexOf<byte>([0x01, 0x11, 0x80, 0x03]) == 0)
            {
                connection.SilenceAfter(Volatile.Read(ref afterBytes));
            }
            return bytes;
        };
        await Home.Host.WriteOptionsAsync(
            $"pis:\n  - name: attic\n    address: {Home.Attic.Address}\n  - name: cellar\n    address: {relay.Address}\nmqtt:\n  host: "
                + $"10.0.2.2\n  port: {Home.Broker.Port}\n");
        // Before the answer, after it, within our look, within the kernel's.
        foreach (int step in new[] { 0, 200, 330, 420, 900 })
        {
            Volatile.Write(ref afterBytes, step);
            await Home.Attic.WaitForAsync(
                $"[ \"$(cat /sys/bus/usb/devices/{stick.BusId}/usbip_status)\" = 1 ]", Patience, "the Pi has the stick to offer");
            await TheOtherComesAndGoesAsync(stick, step);
            Assert.Equal(0, await Home.Host.StopAttachAsync());
            await stick.PlugAsync();
        }
    }

    private async Task TheOtherComesAndGoesAsync(LabStick stick, int silentAfter)
    {
        int from = Watch.Count;
        TimeSpan start = Home.Host.Now;
        await Home.Host.StartAttachAsync();
        Message attached = await UntilEventAsync(ZWave, "attached", from);
        Say($"silent after {silentAfter} bytes: the other attached {Home.Host.ClockAt(attached.Timestamp) - start} after the start");
        await KeepsPromiseAsync(Home.Host.ClockAt(attached.Timestamp) - start, TimeSpan.FromSeconds(6), Home.Host);
        from = Watch.Count;
        TimeSpan before = Home.Host.Now;
        await stick.PullAsync();
        Message lost = await UntilEventAsync(ZWave, "lost", from);
        TimeSpan freed = (await Home.Host.Kernel.WaitForAsync("USB disconnect", before, Patience, Cancelled)).Time;
        await KeepsPromiseAsync(Home.Host.ClockAt(lost.Timestamp) - freed, TimeSpan.FromMilliseconds(500), Home.Host);
    }
}
