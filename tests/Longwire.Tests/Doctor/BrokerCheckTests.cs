using Longwire.Doctor;
using Longwire.Options;
using Longwire.Testing;
using Longwire.Tests.HomeAssistant.Brokers;
using Xunit;

namespace Longwire.Tests.Doctor;

public sealed class BrokerCheckTests : IDisposable
{
    private readonly DoctorBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_broker_that_lets_us_in_is_fine_and_is_told_nothing()
    {
        await using var broker = new ScriptedBroker();
        Use(broker.Port);
        Finding found = await _bench.FindAsync(new BrokerCheck());
        Assert.Equal((FindingLevel.Ok, $"The broker at 127.0.0.1:{broker.Port} lets Longwire in."), (found.Level, found.Found));
        Assert.Empty(broker.Publishes);
    }

    [Fact]
    public async Task A_broker_that_refuses_us_is_a_problem_in_its_words()
    {
        await using var broker = new ScriptedBroker { OnConnect = _ => Answer.Connack(0x86) };
        Use(broker.Port);
        Finding found = await _bench.FindAsync(new BrokerCheck());
        Assert.Equal(FindingLevel.Problem, found.Level);
        Assert.Contains("refuses user \"me\": bad user name or password", found.Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_is_not_there_is_a_problem()
    {
        int port = FreePort.Tcp().Port;
        Use(port);
        Finding found = await _bench.FindAsync(new BrokerCheck());
        Assert.Equal((FindingLevel.Problem, $"Nothing listens at 127.0.0.1:{port}."), (found.Level, found.Found));
        Assert.Equal(
            "See that the broker runs, and that mqtt in the options (host, port, tls, user name and "
                + "password) is what it wants; its log says more.", found.Remedy);
    }

    [Fact]
    public async Task Without_a_broker_radios_are_attached_all_the_same()
    {
        Finding found = await _bench.FindAsync(new BrokerCheck());
        Assert.Equal(FindingLevel.Note, found.Level);
        Assert.StartsWith("No MQTT broker is named.", found.Found, StringComparison.Ordinal);
        Assert.Equal(
            "Without a broker radios are attached all the same, but Home Assistant shows nothing of them. "
                + "Set mqtt.host in the options.", found.Remedy);
    }

    private void Use(int port) => _bench.Context = _bench.Context with
    {
        Attach = AttachOptions.Default with
        {
            Mqtt = new MqttOptions { Host = "127.0.0.1", Port = port, Username = "me", Password = DoctorBench.Secret },
        },
    };
}
