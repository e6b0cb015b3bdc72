using System.Collections.Immutable;
using Longwire.Composition;
using Longwire.HomeAssistant.Broker;
using Longwire.HomeAssistant.Discovery;
using Longwire.Inventory;
using Longwire.Options;
using Longwire.Tests.HomeAssistant;
using Longwire.Tests.HomeAssistant.Brokers;
using Xunit;

namespace Longwire.Tests.Commands;

/// <summary>What forgetting does to Home Assistant, on a real broker.</summary>
[Trait("needs", "mosquitto")]
public sealed class ForgetTopicsTests : IDisposable
{
    private const string Other = "other";

    private readonly TestRun _run = new();

    private string Mqtt => Path.Combine(_run.Folder, PublishedTopics.FileName);

    [Fact]
    public async Task All_leaves_nothing_of_ours_on_the_broker()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await PublishAsync(mosquitto.Port);
        await using Observer neighbour = await Observer.ConnectAsync(mosquitto.Port);
        await neighbour.SayAsync("homeassistant/device/zigbee2mqtt/config", "theirs", retain: true);

        Assert.Equal(ExitCode.Done, await ForgetAsync("--all", mosquitto.Port));

        Assert.Equal(["homeassistant/device/zigbee2mqtt/config"], (await Observer.RetainedAsync(mosquitto.Port)).Keys);
        Assert.Contains("removed from Home Assistant", _run.Output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(
            "longwire", await File.ReadAllTextAsync(Mqtt, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_radio_goes_and_everything_else_stays()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await PublishAsync(mosquitto.Port);
        ImmutableDictionary<string, string> before = await Observer.RetainedAsync(mosquitto.Port);

        Assert.Equal(ExitCode.Done, await ForgetAsync(Other, mosquitto.Port));

        ImmutableDictionary<string, string> after = await Observer.RetainedAsync(mosquitto.Port);
        Assert.Equal(
            [$"homeassistant/device/longwire_radio_{Other}/config", $"longwire/radio/{Other}/state"],
            before.Keys.Except(after.Keys).Order(StringComparer.Ordinal));
        Assert.Equal("offline", after["longwire/bridge/state"]);
    }

    [Fact]
    public async Task A_broker_that_is_away_is_named_with_the_remedy_and_nothing_is_lost()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await PublishAsync(mosquitto.Port);
        string remembered = await File.ReadAllTextAsync(Mqtt, TestContext.Current.CancellationToken);

        Assert.Equal(ExitCode.Failed, await ForgetAsync("--all", Mosquitto.FreePort()));

        Assert.Contains("nothing listens at 127.0.0.1", _run.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains("run this again, or start attach", _run.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal(remembered, await File.ReadAllTextAsync(Mqtt, TestContext.Current.CancellationToken));
        Assert.Empty(new RadioMemoryFile(_run.Folder).Read());

        // As the remedy says, though no radio is remembered any more.
        Assert.Equal(ExitCode.Done, await ForgetAsync("--all", mosquitto.Port));
        Assert.Empty(await Observer.RetainedAsync(mosquitto.Port));
    }

    [Fact]
    public async Task A_broker_that_never_answers_is_waited_for_five_seconds_at_most()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await PublishAsync(mosquitto.Port);
        await mosquitto.StallAsync();

        Assert.Equal(
            ExitCode.Failed,
            await ForgetAsync("--all", mosquitto.Port).WaitAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken));

        Assert.Contains("does not answer", _run.Error.ToString(), StringComparison.Ordinal);
        await mosquitto.ContinueAsync();
    }

    [Fact]
    public async Task Another_Longwire_under_the_same_base_topic_keeps_its_topics()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await PublishAsync(mosquitto.Port);
        await using Bridge other = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot("b2", Some.Radio));
        other.Logger.Expect("asks for the base topic");
        await other.SaysAsync("connected to");

        Assert.Equal(ExitCode.Done, await ForgetAsync("--all", mosquitto.Port));

        Assert.Contains($"longwire/radio/{Some.RadioId}/state", (await Observer.RetainedAsync(mosquitto.Port)).Keys);
        Assert.Contains("another Longwire", _run.Output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--all", "run this again, or start attach, which")]
    [InlineData(Other, "start attach, which")]
    public async Task Without_a_broker_the_topics_stay_and_that_is_a_failure_with_its_remedy(string what, string remedy)
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await PublishAsync(mosquitto.Port);

        Assert.Equal(ExitCode.Failed, await _run.RunAsync("forget", what, "--data", _run.Folder));

        Assert.Contains("no broker is known", _run.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains(remedy, _run.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains($"longwire/radio/{Other}/state", (await Observer.RetainedAsync(mosquitto.Port)).Keys);

        // As the remedy says.
        Assert.Equal(ExitCode.Done, await ForgetAsync("--all", mosquitto.Port));
        Assert.Empty(await Observer.RetainedAsync(mosquitto.Port));
    }

    [Fact]
    public async Task Without_options_named_those_that_attach_finds_by_itself_lead_to_the_broker()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await PublishAsync(mosquitto.Port);
        await File.WriteAllTextAsync(_run.AttachOptions, Options(mosquitto.Port), TestContext.Current.CancellationToken);

        Assert.Equal(ExitCode.Done, await _run.RunAsync("forget", "--all", "--data", _run.Folder));

        Assert.Empty(await Observer.RetainedAsync(mosquitto.Port));
    }

    [Fact]
    public async Task A_broker_that_others_than_the_options_know_of_is_used()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await PublishAsync(mosquitto.Port);
        _run.Brokers = new KnownBroker(new BrokerAddress("127.0.0.1", mosquitto.Port));

        Assert.Equal(ExitCode.Done, await _run.RunAsync("forget", "--all", "--data", _run.Folder));

        Assert.Empty(await Observer.RetainedAsync(mosquitto.Port));
    }

    [Fact]
    public async Task Options_that_cannot_be_read_end_with_2_before_anything_is_forgotten()
    {
        Remember();
        string options = _run.Write("options.yaml", "pis: [");

        Assert.Equal(ExitCode.Usage, await _run.RunAsync("forget", "--all", "--data", _run.Folder, "--options", options));

        Assert.Equal(2, new RadioMemoryFile(_run.Folder).Read().Length);
    }

    public void Dispose() => _run.Dispose();

    private Task<int> ForgetAsync(string what, int port) => _run.RunAsync(
        "forget", what, "--data", _run.Folder, "--options", _run.Write("options.yaml", Options(port)));

    private static string Options(int port) => $"pis: [{{address: 192.0.2.7}}]\nmqtt: {{host: 127.0.0.1, port: {port}}}\n";

    private async Task PublishAsync(int port)
    {
        Remember();
        await using Bridge bridge = await Bridge.StartAsync(port, Some.Snapshot(Some.Radio, Some.Radio with { Id = Other }), _run.Folder);
        await bridge.SaysAsync("connected to");
    }

    // The id is the one that Some.Snapshot publishes under.
    private void Remember() => _run.Write("memory.json", $$"""
        { "format": 1, "instance_id": "a1", "radios": [
          { "id": "{{Some.RadioId}}", "name": "A", "pi_id": "p", "usb_id": "0658:0200", "port_chain": "1", "last_bus_id": "1-1", "serial_port_count": 1 },
          { "id": "{{Other}}", "name": "B", "pi_id": "p", "usb_id": "0658:0200", "port_chain": "2", "last_bus_id": "1-2", "serial_port_count": 1 }] }
        """);

    private sealed class KnownBroker(BrokerAddress broker) : IBrokerSource
    {
        public string WhyNone => "";

        public ValueTask<BrokerAddress?> FindAsync(MqttOptions options, CancellationToken cancellationToken) =>
            ValueTask.FromResult<BrokerAddress?>(broker);
    }
}
