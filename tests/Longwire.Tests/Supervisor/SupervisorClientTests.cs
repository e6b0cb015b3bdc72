using System.Net;
using System.Text;
using Longwire.Privileges;
using Longwire.Supervisor;
using Longwire.Testing.Supervisor;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.Supervisor;

public sealed class SupervisorClientTests : IAsyncDisposable
{
    private const string Slug = "core_zwave_js";

    private readonly StandInSupervisor _supervisor = new();
    private readonly FakeTimeProvider _time = new();
    private readonly InProcess _wire;
    private readonly SupervisorClient _client;

    public SupervisorClientTests()
    {
        _wire = new InProcess(_supervisor);
        _client = InProcess.Client(_wire, _time);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _wire.Dispose();
        await _supervisor.DisposeAsync();
    }

    [Fact]
    public async Task Over_a_real_connection_the_answers_are_the_same()
    {
        _supervisor.Add(Slug, "stopped", "manual");
        _supervisor.Mqtt = StandInSupervisor.MqttData("core-mosquitto", 1883);
        var environment = new Dictionary<string, string>
        {
            [ContainerImage.SupervisorVariable] = StandInSupervisor.Token,
            [SupervisorClient.UrlVariable] = $"http://127.0.0.1:{_supervisor.Listen()}",
        };
        using SupervisorClient client = SupervisorClient.FromEnvironment(environment, TimeProvider.System)!;

        Assert.Equal(new AppInfo(Slug, "stopped", "manual", null), await client.ReadAppAsync(Slug, SupervisorTimers.Answer, Stop));
        Assert.Equal(new MqttService("core-mosquitto", 1883, "addons", "secret", false), await client.FindMqttAsync(Stop));
        await client.RestartAppAsync(Slug, SupervisorTimers.Answer, Stop);
        Assert.Equal("started", _supervisor.Apps[Slug].State);
    }

    [Fact]
    public void Without_a_token_there_is_no_Supervisor() =>
        Assert.Null(SupervisorClient.FromEnvironment(new Dictionary<string, string> { [ContainerImage.SupervisorVariable] = " " }, _time));

    [Fact]
    public void A_base_URL_that_is_none_is_an_error_that_names_it()
    {
        var environment = new Dictionary<string, string>
        {
            [ContainerImage.SupervisorVariable] = "x",
            [SupervisorClient.UrlVariable] = "supervisor",
        };
        FormatException e = Assert.Throws<FormatException>(() => SupervisorClient.FromEnvironment(environment, _time));
        Assert.Contains("LONGWIRE_SUPERVISOR is 'supervisor'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Supervisor_that_starts_is_away_and_not_without_a_broker()
    {
        _supervisor.Ready = false;
        SupervisorException e = await Assert.ThrowsAsync<SupervisorException>(() => _client.FindMqttAsync(Stop));
        Assert.Equal((SupervisorFailure.Away, "the Supervisor is still starting"), (e.Failure, e.Message));
    }

    [Fact]
    public async Task No_broker_is_no_failure() => Assert.Null(await _client.FindMqttAsync(Stop));

    [Fact]
    public async Task Silence_ends_with_the_deadline()
    {
        _wire.Silent = true;
        Task<bool> asked = _client.IsCoreUpAsync(Stop);
        _time.Advance(SupervisorTimers.Answer);
        SupervisorException e = await Assert.ThrowsAsync<SupervisorException>(() => asked);
        Assert.Equal((SupervisorFailure.Away, "the Supervisor does not answer within 10 s"), (e.Failure, e.Message));
    }

    [Fact]
    public async Task A_token_that_is_not_taken_is_denied_and_never_shown()
    {
        using var client = InProcess.Client(_supervisor, _time, "wrong-token");
        foreach (Func<Task> ask
            in (Func<Task>[])
            [
                () => client.FindMqttAsync(Stop),
                () => client.IsCoreUpAsync(Stop),
                () => client.RestartAppAsync(Slug, SupervisorTimers.Answer, Stop),
            ])
        {
            SupervisorException e = await Assert.ThrowsAsync<SupervisorException>(ask);
            Assert.Equal(SupervisorFailure.Denied, e.Failure);
            Assert.DoesNotContain("wrong-token", e.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_app_that_is_not_there_is_declined_with_the_Supervisors_own_words()
    {
        SupervisorException e = await Assert.ThrowsAsync<SupervisorException>(
            () => _client.ReadAppAsync("nobody", SupervisorTimers.Answer, Stop));
        Assert.Equal(
            (SupervisorFailure.Declined, "the answer to addons/nobody/info is 400 (App nobody does not exist)"), (e.Failure, e.Message));
    }

    [Fact]
    public async Task Core_that_is_down_is_told_from_Core_that_is_up()
    {
        Assert.True(await _client.IsCoreUpAsync(Stop));
        _supervisor.CoreUp = false;
        Assert.False(await _client.IsCoreUpAsync(Stop));
        SupervisorException e = await Assert.ThrowsAsync<SupervisorException>(
            () => _client.RestartAppAsync(Slug, SupervisorTimers.Answer, Stop));
        Assert.Equal(SupervisorFailure.Away, e.Failure);
    }

    [Fact]
    public async Task A_Supervisor_that_starts_is_not_taken_for_an_older_Core()
    {
        _supervisor.Ready = false;
        await Assert.ThrowsAsync<SupervisorException>(() => _client.RestartAppAsync(Slug, SupervisorTimers.Answer, Stop));
        Assert.DoesNotContain(_supervisor.Requests, request => request.EndsWith("addon_restart", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Our_options_have_their_secrets_filled_in_and_an_older_Supervisor_has_them_too()
    {
        _supervisor.Options = """{"base_topic":"x"}""";
        Assert.Equal(_supervisor.Options, Encoding.UTF8.GetString(await _client.ReadOwnOptionsAsync(Stop)));
        Assert.Equal("GET /addons/self/options/config", Assert.Single(_supervisor.Requests));

        _supervisor.HasOptionsConfig = false;
        Assert.Equal(_supervisor.Options, Encoding.UTF8.GetString(await _client.ReadOwnOptionsAsync(Stop)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("<html>")]
    [InlineData("""{"result":"ok"}""")]
    [InlineData("""{"result":"ok","data":[]}""")]
    [InlineData("""{"result":"ok","data":{"host":7}}""")]
    public async Task An_answer_that_is_not_as_documented_is_no_answer(string body)
    {
        using SupervisorClient client = Answered(body);
        SupervisorException e = await Assert.ThrowsAsync<SupervisorException>(() => client.FindMqttAsync(Stop));
        Assert.Equal(SupervisorFailure.Away, e.Failure);
    }

    [Fact]
    public async Task An_answer_without_end_is_cut()
    {
        using SupervisorClient client = Answered(new string('x', 3 * 1024 * 1024));
        SupervisorException e = await Assert.ThrowsAsync<SupervisorException>(() => client.FindMqttAsync(Stop));
        Assert.Equal("the Supervisor answers with more than 2048 KiB", e.Message);
    }

#pragma warning disable CA2000 // The client owns what it is made of.
    private SupervisorClient Answered(string body) =>
        new(new HttpClient(new Fixed(body)), new Uri(SupervisorClient.DefaultUrl), "t", _time);
#pragma warning restore CA2000

    private sealed class Fixed(string body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(body) });
    }
}
