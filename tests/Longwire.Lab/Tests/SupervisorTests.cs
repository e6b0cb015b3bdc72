using Longwire.Lab.Brokers;
using Longwire.Lab.Containers;
using Longwire.Lab.Machines;
using Longwire.Lab.Sticks;
using Longwire.Tests.Supervisor;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>The add-on and the Supervisor, whose documented answers a stand-in gives: the real one needs Docker and the network.</summary>
[Collection(FirstHouse.Name)]
public sealed class SupervisorTests(Home home) : AddOnTest(home)
{
    private const string App = "45df7312_zigbee2mqtt";
    private static readonly string[] s_apps = ["zigbee2mqtt"];

    private const string UserName = "addons";
    private const string Password = "g1ven-by-the-supervisor";

    // One of the long ones: a broker that comes later is looked for every 30 s.
    [Fact(Explicit = true)]
    public async Task With_a_Supervisor_that_still_starts_and_no_broker_the_radio_attaches_and_all_else_follows_by_itself()
    {
        await using var supervisor = new StandInSupervisor { Ready = false };
        StandInApp app = supervisor.Add(App);
        int port = supervisor.Listen();
        await Task.WhenAll(Home.StartAsync(Home.Attic, Home.Host), Home.Broker.StartAsync(new BrokerSetup(UserName: UserName, Password: Password)));
        Stick stick = await Home.Attic.PlugAsync(StickModel.ZWave);
        await ExportAsync(Home.Attic, PiSide.Longwire, stick.Model);
        Container addOn = await StartAddOnAsync(
            mqtt: new Dictionary<string, object>(),
            environment: [$"SUPERVISOR_TOKEN={StandInSupervisor.Token}", "LONGWIRE_SUPERVISOR=http://172.30.32.2"],
            supervisorPort: port,
            radios: [new Dictionary<string, object> { ["match"] = "0658:0200", ["restart_apps"] = s_apps }]);
        supervisor.Options = await Home.Host.ReadFileAsync("/data/options.json");
        await Home.Host.WaitForDeviceAsync(ZWavePath, Patience);
        Assert.Empty(Watch.Messages);

        // The page answers the Supervisor, and nobody else on its network.
        string page = $"http://{Container.Address}:8099/health.json";
        await Home.Host.WaitForAsync($"wget -q -O - {page} | grep -q attached", Patience, "the page shows the radio");
        ShellResult stranger = await Home.Host.TryRunAsync(
            $"/bin/ip route replace 172.30.32.0/23 dev hassio src 172.30.32.1; wget -q -O - {page} 2>&1; code=$?; /bin/ip route replace 172.30.32.0/23 dev hassio src 172.30.32.2; exit $code");
        Assert.NotEqual(0, stranger.ExitCode);
        Assert.Contains("403", stranger.Output, StringComparison.Ordinal);

        supervisor.Mqtt = StandInSupervisor.MqttData("10.0.2.2", Home.Broker.Port, UserName, Password);
        // What it is asked before it is ready it does not answer.
        int before = supervisor.Requests.Count;
        supervisor.Ready = true;
        await UntilConnectedAsync(stick.Model);
        // What runs while the radio is there is what counts at a loss.
        await UntilAskedAsync(supervisor, $"GET /addons/{App}/info", before);

        // Zigbee2MQTT ends with exit code 2 when its tty goes.
        await stick.PullAsync();
        await UntilStatusAsync(ZWave, "unplugged");
        app.State = "error";
        await stick.PlugAsync();
        await UntilConnectedAsync(stick.Model);
        await addOn.Process.WaitForLineAsync($"{App} runs again", Patience, cancellationToken: Cancelled);
        Assert.Equal((1, "started"), (app.Restarts, app.State));
        Assert.DoesNotContain(addOn.Process.Lines, line => line.Text.Contains(Password, StringComparison.Ordinal));
        Assert.Empty(Denied());
    }

    private static async Task UntilAskedAsync(StandInSupervisor supervisor, string request, int from)
    {
        using var deadline = new CancellationTokenSource(Patience);
        while (!supervisor.Requests.Skip(from).Contains(request)) await Task.Delay(TimeSpan.FromMilliseconds(50), deadline.Token);
    }
}
