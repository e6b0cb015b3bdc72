using System.Text.Json;
using Longwire.Doctor;
using Longwire.Options;
using Longwire.State;
using Longwire.Tests.HomeAssistant;
using Longwire.Tests.Options;
using Longwire.Web.Http;
using Xunit;

namespace Longwire.Tests.Web.Http;

/// <summary>The file for those who help has all that they need, and nothing of what nobody may see.</summary>
public sealed class DiagnosticsTests : IAsyncDisposable
{
    private const string Password = "a-secret-password", User = "broker-user", Token = "a-token-of-some-length";
    private const string SupervisorsUser = "addons-user", SupervisorsPassword = "another-secret";
    private const string SupervisorsToken = "token-of-the-supervisor";

    private readonly WebBench _bench = new();
    private readonly string _code = PairedPiTests.Code("192.0.2.9");

    public async ValueTask DisposeAsync() => await _bench.DisposeAsync();

    private string[] Secrets => [Password, User, Token, SupervisorsUser, SupervisorsPassword, SupervisorsToken, _code];

    [Fact]
    public async Task No_secret_is_in_page_log_or_diagnostics_wherever_it_was_written()
    {
        LoadedOptions<AttachOptions> loaded = Read.Yaml($$"""
            pis: [{name: attic, pairing_code: {{_code}}}, {name: cellar, pairing_code: {{_code}}x}, {passwrd: {{Password}}}]
            mqtt: {host: broker, username: {{User}}, password: {{Password}}, pasword: {{Password}}}
            web_token: {{Token}}
            web_tokn: {{Token}}
            """);
        Assert.NotEmpty(loaded.Problems);
        (_bench.Options, _bench.OptionProblems, _bench.Token) = (loaded.Options, loaded.Problems, Token);
        _bench.Secrets = [SupervisorsUser, SupervisorsPassword, SupervisorsToken];
        // What others say may hold what they were told.
        string leak = string.Join(' ', Secrets);
        _bench.Check = _ => Task.FromResult<IReadOnlyList<Finding>>(
            [new Finding("broker", leak, FindingLevel.Problem, leak, leak, leak)]);
        RadioSnapshot radio = Some.Radio with { Status = RadioStatus.Failed, Reason = leak, Name = leak };
        _bench.Feed.Publish(
            new Snapshot(
                new BridgeSnapshot("a1", [.. loaded.Problems.Select(problem => problem.ToString())]),
                [Some.Pi with { Name = leak }],
                [radio]),
            []);
        _bench.History.Add(_bench.Feed.Current, _bench.Time.GetUtcNow());
        _bench.History.Add(new RadioEvent(radio.Id, RadioEventType.Refused, leak[..100]) { At = _bench.Time.GetUtcNow() });
        Uri page = await _bench.StartAsync();
        string file = await DownloadAsync(page);
        AssertNone(file);
        Assert.Contains("(removed)", file, StringComparison.Ordinal);
        AssertNone(string.Join('\n', _bench.SiteLog.Lines));
        // The page shows what a person named so; it must not show what the options hold.
        _bench.Feed.Publish(_bench.Feed.Current with { Radios = [], Pis = [Some.Pi] }, []);
        foreach (string path in (string[])["", "api/state", "health.json", "api/access"])
            AssertNone(await _bench.GetAsync(new Uri(page, path)));
    }

    [Fact]
    public async Task It_has_the_version_the_options_the_state_the_checks_and_what_happened()
    {
        _bench.AddPi("attic", WebBench.Device("1-1", "0658:0200"));
        _bench.Publish(Some.Radio with { Reason = "of a test" });
        _bench.History.Add(_bench.Feed.Current, _bench.Time.GetUtcNow());
        _bench.History.Add(new RadioEvent(Some.RadioId, RadioEventType.Lost, "pulled") { At = _bench.Time.GetUtcNow() });
        _bench.Check = _ => Task.FromResult<IReadOnlyList<Finding>>(
            [new Finding("clock", null, FindingLevel.Ok, "The clock was read.", "It is right.", null)]);
        using var json = JsonDocument.Parse(await DownloadAsync(await _bench.StartAsync()));
        JsonElement root = json.RootElement;
        Assert.Equal("9.8.7", root.GetProperty("version").GetString());
        Assert.Equal("192.0.2.7", root.GetProperty("options").GetProperty("pis")[0].GetProperty("address").GetString());
        Assert.Equal("attic", root.GetProperty("state").GetProperty("pis")[0].GetProperty("id").GetString());
        Assert.Equal("of a test", root.GetProperty("details").GetProperty(Some.RadioId).GetProperty("reason").GetString());
        Assert.Equal("It is right.", root.GetProperty("doctor").GetProperty("findings")[0].GetProperty("found").GetString());
        Assert.Equal("pulled", root.GetProperty("events").GetProperty(Some.RadioId)[0].GetProperty("reason").GetString());
        Assert.Equal(Some.RadioId, root.GetProperty("health").GetProperty("radios")[0].GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_password_that_is_a_word_of_the_file_takes_no_key_of_it_away()
    {
        _bench.AddPi("attic");
        _bench.Publish(Some.Radio with { Id = "my_state_radio", Reason = "the state is bad" });
        _bench.Secrets = ["state"];
        using var json = JsonDocument.Parse(await DownloadAsync(await _bench.StartAsync()));
        JsonElement root = json.RootElement;
        Assert.Equal("attic", root.GetProperty("state").GetProperty("pis")[0].GetProperty("id").GetString());
        JsonProperty details = Assert.Single(root.GetProperty("details").EnumerateObject());
        Assert.Equal("my_(removed)_radio", details.Name);
        Assert.Equal("the (removed) is bad", details.Value.GetProperty("reason").GetString());
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private void AssertNone(string text) => Assert.All(
        Secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));

    private async Task<string> DownloadAsync(Uri page)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(page, "api/diagnostics"));
        request.Headers.Add(RequestAuthorization.OwnHeader, "page");
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        if (_bench.Token is { } token) request.Headers.Add(RequestAuthorization.TokenHeader, token);
        using HttpResponseMessage response = await _bench.Client.SendAsync(request, Cancellation);
        Assert.True(response.IsSuccessStatusCode, response.StatusCode.ToString());
        Assert.Equal("longwire-diagnostics.json", response.Content.Headers.ContentDisposition?.FileName?.Trim('"'));
        return await response.Content.ReadAsStringAsync(Cancellation);
    }
}
