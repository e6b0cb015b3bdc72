using Longwire.HomeAssistant.Broker;
using Longwire.Options;
using Longwire.Supervisor;
using Longwire.Testing.Supervisor;
using Longwire.Tests.HomeAssistant.Brokers;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.Supervisor;

public sealed class SupervisorBrokerTests : IAsyncDisposable
{
    private readonly StandInSupervisor _supervisor = new();
    private readonly SupervisorClient _client;
    private readonly SupervisorBroker _source;

    public SupervisorBrokerTests()
    {
        _client = InProcess.Client(_supervisor, new FakeTimeProvider());
        _source = new SupervisorBroker(_client);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _supervisor.DisposeAsync();
    }

    [Fact]
    public async Task The_options_own_broker_comes_first_and_nobody_is_asked()
    {
        _supervisor.Mqtt = StandInSupervisor.MqttData("core-mosquitto", 1883);
        Assert.Equal("mine", (await FindAsync(new MqttOptions { Host = "mine" }))!.Host);
        Assert.Empty(_supervisor.Requests);
    }

    [Fact]
    public async Task No_broker_at_boot_and_one_later()
    {
        Assert.Null(await FindAsync());
        Assert.Contains("install the Mosquitto broker", _source.WhyNone, StringComparison.Ordinal);

        _supervisor.Mqtt = StandInSupervisor.MqttData("core-mosquitto", 1883);
        Assert.Equal(
            new BrokerAddress("core-mosquitto", 1883) { Username = "addons", Password = "secret", IsSupervisors = true },
            await FindAsync());
    }

    [Fact]
    public async Task Credentials_that_changed_are_those_of_the_next_attempt()
    {
        _supervisor.Mqtt = StandInSupervisor.MqttData("core-mosquitto", 1883, password: "old");
        Assert.Equal("old", (await FindAsync())!.Password);
        _supervisor.Mqtt = StandInSupervisor.MqttData("core-mosquitto", 1883, password: "new");
        Assert.Equal("new", (await FindAsync())!.Password);
    }

    [Fact]
    public async Task Ssl_means_TLS_and_the_options_say_whom_to_trust()
    {
        _supervisor.Mqtt = StandInSupervisor.MqttData("core-mosquitto", 8883, ssl: true);
        BrokerAddress broker =
            (await FindAsync(new MqttOptions { Ca = "/ssl/ca.pem", Cert = "/config/c.pem", Key = "/config/k.pem", Verify = false }))!;
        Assert.Equal(
            (true, "/ssl/ca.pem", "/config/c.pem", "/config/k.pem", false),
            (broker.Tls, broker.Ca, broker.Cert, broker.Key, broker.Verify));
    }

    [Fact]
    public async Task A_Supervisor_that_starts_is_asked_again()
    {
        _supervisor.Mqtt = StandInSupervisor.MqttData("core-mosquitto", 1883);
        _supervisor.Ready = false;
        Assert.Null(await FindAsync());
        Assert.Contains("the Supervisor is still starting", _source.WhyNone, StringComparison.Ordinal);

        _supervisor.Ready = true;
        Assert.NotNull(await FindAsync());
    }

    [Fact]
    public void Why_there_is_none_is_said_once_until_there_was_one()
    {
        var log = new RecordingLogger<SupervisorBroker>();
        var news = new BrokerLog(log);
        news.None("It starts.");
        news.None("It starts.");
        news.None("There is none.");
        Assert.Equal(2, log.Lines.Count());
        news.Connected(new BrokerAddress("h", 1));
        news.None("There is none.");
        Assert.Equal(4, log.Lines.Count());
    }

    private ValueTask<BrokerAddress?> FindAsync(MqttOptions? options = null) => _source.FindAsync(
        options ?? new MqttOptions(), TestContext.Current.CancellationToken);
}
