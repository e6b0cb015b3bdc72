using System.Globalization;
using Longwire.Lab.Machines;
using Longwire.Lab.Sticks;
using Longwire.Testing;
using Longwire.Testing.Brokers;

namespace Longwire.Lab.Story;

/// <summary>A day in the life of a radio that is somewhere else: each step is something that happens in real houses.</summary>
internal sealed class RadioStory(Home home, IStoryBroker broker, TimeProvider time, TextWriter output) : IStory
{
    private const string Name = "Z-Wave";
    private const string SerialPort = "/dev/serial/by-id/usb-Sigma_Designs_UZB_ZW0001-if00";
    private const int Bytes = 64 * 1024;
    private readonly long _start = time.GetTimestamp();
    private LabStick? _stick;

    public int Steps { get; private set; }

    public string Step { get; private set; } = "";

    private Pi Pi => home.Attic;

    private Host Host => home.Host;

    public async Task TellAsync(CancellationToken stopped)
    {
        await StepAsync("A Raspberry Pi (arm64) and a Home Assistant host (amd64) are switched on", StartAsync, show: false, stopped);
        await StepAsync("A Z-Wave stick is plugged into the Pi; both run Longwire", AttachAsync, show: true, stopped);
        await StepAsync("64 KiB of serial data each way, through the radio's tty on the host", CarryAsync, show: false, stopped);
        await StepAsync("The stick is pulled out of the Pi", PullAsync, show: true, stopped);
        await StepAsync("It is plugged in again, into another port", ReplugAsync, show: true, stopped);
        await StepAsync("The Pi loses power: the serial port stays, and waits", PowerOffPiAsync, show: true, stopped);
        await StepAsync("The Pi comes back", ReturnPiAsync, show: true, stopped);
        await StepAsync("The Pi's network cable is cut: the serial port stays", CutAsync, show: true, stopped);
        await StepAsync("The cable is mended", MendAsync, show: true, stopped);
        await StepAsync(broker.Trouble, BrokerAsync, show: true, stopped);
        await StepAsync("The radio still works: 64 KiB more each way", CarryAsync, show: false, stopped);
    }

    /// <summary>Longwire is stopped at both ends.</summary>
    public Task EndAsync() =>
        StepAsync("Longwire is stopped: the port is free, the Pi has its stick back", StopAsync, show: true, CancellationToken.None);

    public Task<string> DescribeAsync() => home.DescribeAsync();

    private async Task StepAsync(string what, Func<CancellationToken, Task> happens, bool show, CancellationToken stopped)
    {
        Step = what;
        long start = time.GetTimestamp();
        await output.WriteLineAsync(
            string.Create(CultureInfo.InvariantCulture, $"[{time.GetElapsedTime(_start).TotalSeconds,6:0.0} s] {what}"));
        await happens(stopped).WaitAsync(stopped);
        await output.WriteLineAsync(
            string.Create(CultureInfo.InvariantCulture, $"           done after {time.GetElapsedTime(start).TotalSeconds:0.0} s"));
        if (show) await output.WriteLineAsync(Table(broker.Watch.Entities()));
        Steps++;
    }

    /// <summary>A person looks at a few entities, not at all of them, and at none that is not the demo's.</summary>
    internal static string Table(Entities entities)
    {
        string[] keys =
            ["connected", "status", "serial_port", "plugged_in", "disconnects", "last_disconnect_reason", "reachable", "connection_state"];
        IEnumerable<string> lines =
            from entity in entities.All
            where DemoTopics.IsOurDevice(entity.DeviceId) && keys.Contains(entity.Key)
            select $"             {entity.Device,-10} {entity.Name,-24} {entity.State}";
        return string.Join('\n', lines);
    }

    private async Task StartAsync(CancellationToken stopped)
    {
        await Task.WhenAll(Pi.StartAsync(stopped), Host.StartAsync(stopped));
    }

    private async Task AttachAsync(CancellationToken stopped)
    {
        _stick = await Pi.PlugAsync(StickModel.ZWave);
        await Pi.StartExportAsync();
        string account = broker.UserName is null ? "" : $"  username: {broker.UserName}\n  password: {broker.Password}\n";
        await Host.StartAttachAsync($$"""
            pis:
              - name: attic
                address: {{Pi.Address}}
            radios:
              - match: "0658:0200"
                name: {{Name}}
            replug_seconds: 3
            base_topic: {{DemoTopics.Base}}
            mqtt:
              host: 10.0.2.2
              port: {{broker.Port}}
            {{account}}
            """);
        await ConnectedAsync(stopped);
    }

    private async Task CarryAsync(CancellationToken stopped)
    {
        // Seeded: the same bytes in every run.
        byte[] toHost = new byte[Bytes], toRadio = new byte[Bytes];
#pragma warning disable CA5394
        var random = new Random(1);
        random.NextBytes(toHost);
        random.NextBytes(toRadio);
#pragma warning restore CA5394
        using ISerialEnd inside = await _stick!.OpenInsideAsync();
        using GuestStream tty = await Host.OpenAsync(SerialPort, stopped);
        Task<byte[]> atHost = tty.ReadExactlyAsync(Bytes, Deadlines.Patience);
        Task<byte[]> atRadio = inside.ReadExactlyAsync(Bytes, Deadlines.Patience);
        await Task.WhenAll(tty.WriteAsync(toRadio, stopped), inside.WriteAsync(toHost, stopped), atHost, atRadio);
        byte[] heardByHost = await atHost, heardByRadio = await atRadio;
        if (!toHost.SequenceEqual(heardByHost) || !toRadio.SequenceEqual(heardByRadio))
        {
            throw new InvalidDataException("The bytes that came are not those that were sent.");
        }
    }

    private async Task PullAsync(CancellationToken stopped)
    {
        await _stick!.PullAsync();
        await StateAsync("connected", "off", stopped);
        await StateAsync("status", "unplugged", stopped);
    }

    private async Task ReplugAsync(CancellationToken stopped)
    {
        await _stick!.PlugAsync(port: 3);
        await ConnectedAsync(stopped);
    }

    private async Task PowerOffPiAsync(CancellationToken stopped)
    {
        await Pi.StopAsync(inOrder: false);
        await StateAsync("status", "held", stopped);
    }

    private async Task ReturnPiAsync(CancellationToken stopped)
    {
        await Pi.ComeBackAsync(stopped);
        await StateAsync("status", "attached", stopped);
    }

    private async Task CutAsync(CancellationToken stopped)
    {
        Pi.Cable.Cut();
        await StateAsync("status", "held", stopped);
    }

    private async Task MendAsync(CancellationToken stopped)
    {
        Pi.Cable.Mend();
        await StateAsync("status", "attached", stopped);
    }

    private async Task BrokerAsync(CancellationToken stopped)
    {
        await broker.GoAwayAsync();
        // From here: a heartbeat before it says the same.
        int before = broker.Watch.Count;
        await broker.ComeBackAsync(stopped);
        await broker.Watch.WaitForAsync(
            message => message.Topic == DemoTopics.BridgeState && message.Payload == "online",
            Deadlines.Patience, "the bridge is online again", before, stopped);
        await ConnectedAsync(stopped);
    }

    private async Task StopAsync(CancellationToken stopped)
    {
        int? host = await Host.StopAttachAsync();
        await Host.WaitUntilNothingIsAttachedAsync(Deadlines.Patience);
        await broker.Watch.WaitUntilAsync(
            entities => entities.State(DemoTopics.Bridge, "connection_state") == "off",
            Deadlines.Patience, "the bridge says that it is gone", stopped);
        int? pi = await Pi.StopExportAsync();
        await Pi.WaitForAsync(
            $"[ -e /sys/bus/usb/devices/{_stick!.BusId}:1.0/driver ] && ls /dev/ttyACM*",
            Deadlines.Patience, "the stick's own driver has it back", stopped);
        if (host != 0 || pi != 0)
        {
            throw new InvalidOperationException($"Longwire ended with exit code {host} on the host and {pi} on the Pi.");
        }
    }

    private async Task ConnectedAsync(CancellationToken stopped)
    {
        await StateAsync("connected", "on", stopped);
        await StateAsync("serial_port", SerialPort, stopped);
    }

    private Task StateAsync(string key, string state, CancellationToken stopped) =>
        broker.Watch.WaitUntilAsync(
            entities => entities.State(DemoTopics.Radio, key) == state, Deadlines.Patience, $"{Name} {key} is {state}", stopped);
}
