using Longwire.Lab.Containers;
using Longwire.Lab.Machines;
using Longwire.Lab.Sticks;
using Longwire.Testing.Brokers;
using Longwire.Testing.Supervisor;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>
/// The add-on, the Supervisor and the apps that read a radio. A stand-in gives the Supervisor's documented answers, and plays the apps as
/// they are known to behave: the real ones need Docker and the network.
/// </summary>
[Collection(SecondHouse.Name)]
public sealed class SupervisorTests(Home home) : AddOnTest(home)
{
    private const string Zigbee = "45df7312_zigbee2mqtt";
    private const string ZWaveJs = "core_zwave_js";
    private const string Thread = "core_openthread_border_router";
    private static readonly string[] s_apps = ["zigbee2mqtt", "zwave_js", "otbr"];

    private const string UserName = "addons";
    private const string Password = "g1ven-by-the-supervisor";

    [Fact]
    public async Task A_starting_Supervisor_a_late_broker_a_loss_our_own_update_and_new_credentials_each_end_by_themselves_as_they_should()
    {
        await using var supervisor = new StandInSupervisor { Ready = false };
        Apps apps = await InstallAsync(supervisor);
        LabStick stick = await PlugInAsync();
        TimeSpan started = Home.Host.Now;
        Container addOn = await StartAsync(supervisor);
        await Home.Host.WaitForDeviceAsync(ZWavePath, Patience);
        Assert.Empty(Watch.Messages);
        await ThePageAnswersTheSupervisorAloneAsync();

        supervisor.Ready = true;
        supervisor.Mqtt = StandInSupervisor.MqttData("10.0.2.2", Home.Broker.Port, UserName, Password);
        await UntilConnectedAsync(stick.Model);
        await UntilSeenRunningAsync();
        SaySince(started, "the broker was found, and the apps were seen");

        await stick.PullAsync();
        await UntilStatusAsync(ZWave, "unplugged");
        apps.LoseTheirTty();
        Assert.Equal((0, 0, 0), apps.Restarts);
        int from = addOn.Process.Lines.Count;
        await stick.PlugAsync();
        await UntilSeenToAsync(addOn, from);
        Assert.Equal((1, 1, 0), apps.Restarts);
        Assert.Equal(("started", "started", "stopped"), apps.States);
        SaySince(started, "a loss was over");

        // The Supervisor updates us: the old container is told to stop, a new one finds the old data folder.
        Assert.Equal(0, await StopsInTimeAsync(Home.Host, () => addOn.StopAsync(Patience)));
        apps.LoseTheirTty();
        await addOn.RemoveAsync();
        Container updated = await StartAsync(supervisor);
        await UntilSeenToAsync(updated);
        Assert.Equal((2, 2, 0), apps.Restarts);
        SaySince(started, "our update was over");

        // The broker's app was installed anew: it knows new credentials before the Supervisor does.
        const string changed = "an0ther-one";
        await Home.Broker.StopAsync();
        await Home.Broker.StartAsync(new BrokerSetup(UserName: UserName, Password: changed));
        await updated.Process.WaitForLineAsync(
            "refuses the user name and password that Home Assistant gave us", Patience, cancellationToken: Cancelled);
        from = Watch.Count;
        supervisor.Mqtt = StandInSupervisor.MqttData("10.0.2.2", Home.Broker.Port, UserName, changed);
        await Watch.WaitForAsync(
            message => message is { Topic: "longwire/bridge/state", Payload: "online" }, Patience, "online", from, Cancelled);
        SaySince(started, "the new credentials were in use");

        Assert.Equal((2, 2, 0), apps.Restarts);
        Assert.Equal(("started", "started", "stopped"), apps.States);
        foreach (string secret in new[] { Password, changed, StandInSupervisor.Token })
            Assert.DoesNotContain(
                addOn.Process.Lines.Concat(updated.Process.Lines), line => line.Text.Contains(secret, StringComparison.Ordinal));
        Assert.Empty(Denied());
    }

    // One of the long ones: the three minutes are real.
    [Fact(Explicit = true)]
    public async Task After_a_power_cut_of_everything_apps_that_start_with_the_host_run_with_their_radio_though_the_Pi_is_3_minutes_later()
    {
        await using var supervisor = new StandInSupervisor();
        Apps apps = await InstallAsync(supervisor);
        LabStick stick = await PlugInAsync();
        supervisor.Mqtt = StandInSupervisor.MqttData("10.0.2.2", Home.Broker.Port, UserName, Password);
        await StartAsync(supervisor);
        await UntilConnectedAsync(stick.Model);
        await UntilSeenRunningAsync();
        // A file is seen a moment before it is on the disk, and this is not about that moment.
        await Home.Host.RunAsync("sync");

        await Task.WhenAll(Home.Host.PowerOffAsync(), Home.Attic.PowerOffAsync());
        apps.EndWithTheMachine();
        (supervisor.State, supervisor.CoreUp) = ("startup", false);
        await Home.StartAsync(Home.Host);
        Container addOn = await StartAsync(supervisor);
        await UntilStatusAsync(ZWave, "pi_unreachable");
        await apps.StartWithTheMachineAsync();
        (supervisor.State, supervisor.CoreUp) = ("running", true);
        Assert.Equal(("started", "error", "stopped"), apps.States);

        TimeSpan left = TimeSpan.FromMinutes(3) - Home.Host.Now;
        // Beside other work the three minutes may be over before everything stands.
        if (left > TimeSpan.Zero) await Task.Delay(left, TimeProvider.System, Cancelled);
        Assert.Equal((0, 0, 0), apps.Restarts);
        await Home.Attic.ComeBackAsync(Cancelled);
        await UntilConnectedAsync(stick.Model);
        await UntilSeenToAsync(addOn);
        // The one that had started without it, too: it would never look for it again.
        Assert.Equal((1, 1, 0), apps.Restarts);
        Assert.Equal(("started", "started", "stopped"), apps.States);
    }

    private void SaySince(TimeSpan started, string what) =>
        Say($"{(Home.Host.Now - started).TotalSeconds:0.0} s after the container's start {what}");

    private async Task<Apps> InstallAsync(StandInSupervisor supervisor)
    {
        supervisor.Listen();
        await Task.WhenAll(
            Home.StartAsync(Home.Attic, Home.Host), Home.Broker.StartAsync(new BrokerSetup(UserName: UserName, Password: Password)));
        return new Apps(supervisor, Home.Host);
    }

    private async Task<LabStick> PlugInAsync()
    {
        LabStick stick = await Home.Attic.PlugAsync(StickModel.ZWave);
        await ExportAsync(Home.Attic, PiSide.Longwire, stick.Model);
        return stick;
    }

    private Task<Container> StartAsync(StandInSupervisor supervisor) => StartSupervisedAddOnAsync(
        supervisor,
        mqtt: new Dictionary<string, object>(),
        radios: [new Dictionary<string, object> { ["match"] = "0658:0200", ["restart_apps"] = s_apps }]);

    private async Task ThePageAnswersTheSupervisorAloneAsync()
    {
        string page = $"http://{Container.Address}:8099/health.json";
        await Home.Host.WaitForAsync($"wget -q -O - {page} | grep -q attached", Patience, "the page shows the radio");
        ShellResult stranger = await Home.Host.TryRunAsync(
            $"/bin/ip route replace 172.30.32.0/23 dev hassio src 172.30.32.1; wget -q -O - {page} 2>&1; code=$?; /bin/ip route replace "
                + "172.30.32.0/23 dev hassio src 172.30.32.2; exit $code");
        Assert.NotEqual(0, stranger.ExitCode);
        Assert.Contains("403", stranger.Output, StringComparison.Ordinal);
    }

    /// <summary>What runs while the radio is there is what counts at a loss.</summary>
    private async Task UntilSeenRunningAsync() =>
        await Home.Host.WaitForAsync(
            "[ \"$(grep -c '\"running\": true' /data/consumers.json)\" = 2 ]", Patience, "both apps that run were seen running");

    private static async Task UntilSeenToAsync(Container addOn, int from = 0)
    {
        foreach (string line in new[] { $"{Zigbee} runs again", $"{ZWaveJs} runs again", $"{Thread} is left as it is" })
            await addOn.Process.WaitForLineAsync(line, Patience, from, Cancelled);
    }

    /// <summary>
    /// Zigbee2MQTT, which starts without its tty and ends with exit code 2 when that goes; Z-Wave JS, whose container cannot start without
    /// the device; and a border router that a person has stopped.
    /// </summary>
    private sealed class Apps
    {
        private readonly StandInApp _zigbee;
        private readonly StandInApp _zwave;
        private readonly StandInApp _thread;
        private readonly Host _host;
        private bool _device;

        public Apps(StandInSupervisor supervisor, Host host)
        {
            _host = host;
            _zigbee = supervisor.Add(Zigbee);
            _zwave = supervisor.Add(ZWaveJs);
            _thread = supervisor.Add(Thread, "stopped", boot: "manual");
            _zwave.Starting = LookForDeviceAsync;
            _zwave.CanStart = () => _device;
        }

        public (int Zigbee, int ZWaveJs, int Thread) Restarts => (_zigbee.Restarts, _zwave.Restarts, _thread.Restarts);

        public (string Zigbee, string ZWaveJs, string Thread) States => (_zigbee.State, _zwave.State, _thread.State);

        public void LoseTheirTty() => _zigbee.State = _zwave.State = "error";

        public void EndWithTheMachine() => _zigbee.State = _zwave.State = _thread.State = "unknown";

        public async Task StartWithTheMachineAsync()
        {
            await LookForDeviceAsync();
            (_zigbee.State, _zwave.State, _thread.State) = ("started", _device ? "started" : "error", "stopped");
        }

        private async Task LookForDeviceAsync() => _device = (await _host.TryRunAsync($"[ -c {ZWavePath} ]")).ExitCode == 0;
    }
}
