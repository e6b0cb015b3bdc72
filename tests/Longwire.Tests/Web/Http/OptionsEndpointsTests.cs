using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Longwire.Radios;
using Longwire.State;
using Longwire.Supervisor;
using Longwire.Testing.Supervisor;
using Longwire.Tests.HomeAssistant;
using Longwire.Tests.Options;
using Longwire.Tests.Supervisor;
using Longwire.Web.Http;
using Xunit;

namespace Longwire.Tests.Web.Http;

/// <summary>What is added to the options on the page: by whom, what is written, and what is said.</summary>
public sealed class OptionsEndpointsTests : IAsyncDisposable
{
    private const string Empty = """{"pis":[],"radios":[],"mqtt":{"password":"!secret broker"}}""";

    private readonly WebBench _bench = new() { Clock = TimeProvider.System };
    private readonly string _folder = Directory.CreateTempSubdirectory("longwire-page-").FullName;

    public async ValueTask DisposeAsync()
    {
        await _bench.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_Pi_is_added_by_its_pairing_code_and_the_log_names_the_person_and_not_the_code()
    {
        var kept = new KeptOptions(_bench, Empty);
        string code = PairedPiTests.Code("192.0.2.9");
        _bench.Address = new WebAddress(0, IPAddress.Loopback, [], [], IPNetwork.Parse("127.0.0.1/32"));
        Uri page = await _bench.StartAsync();
        // As it is copied from a terminal.
        string copied = code[..40] + "\n  " + code[40..] + "\n";
        (HttpStatusCode status, JsonElement answer) = await AddAsync(
            page, "pis", new { options = "r1", name = " dach ", pairing_code = copied }, ("X-Remote-User-Display-Name", "Ada"));
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("Added to the options: the Pi dach. It is asked for its sticks now.", Text(answer, "text"));
        Assert.Equal(_bench.Revision, Text(answer, "options"));
        string expected = Empty.Replace(
            "\"pis\":[]", $$"""
            "pis":[{"name":"dach","pairing_code":"{{code}}"}]
            """, StringComparison.Ordinal);
        Assert.Equal(expected, kept.Json);
        Assert.Contains(_bench.SiteLog.Lines, line => line == "Ada added to the options on the web page: the Pi dach");
        Assert.DoesNotContain(_bench.SiteLog.Lines, line => line.Contains("LW1-", StringComparison.Ordinal));
        Assert.DoesNotContain("LW1-", await _bench.GetAsync(new Uri(page, "api/state")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"options":"r1","pairing_code":"LW1-AAAAA"}""", 422, "Nothing was written. This pairing code has a typo")]
    [InlineData("""{"options":"r1","name":"x"}""", 422, "Paste the pairing code of the Pi, or write its address.")]
    [InlineData("""{"options":"r1","address":"192.168.1"}""", 422, "four numbers from 0 to 255")]
    [InlineData("""{"options":"r0","address":"192.0.2.9"}""", 409, "The options were changed meanwhile, and nothing of yours was written.")]
    [InlineData("""{"address":"192.0.2.9"}""", 409, "The options were changed meanwhile")]
    public async Task What_is_not_written_is_said_with_why(string body, int status, string said)
    {
        var kept = new KeptOptions(_bench, Empty);
        using HttpResponseMessage response = await PostAsync(await _bench.StartAsync(), "pis", new StringContent(body));
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains(said, Text(await ReadAsync(response), "text"), StringComparison.Ordinal);
        Assert.Equal(Empty, kept.Json);
    }

    [Theory]
    [InlineData("", 400)]
    [InlineData("null", 400)]
    [InlineData("[1]", 400)]
    [InlineData("""{"options":7}""", 400)]
    [InlineData(null, 413)]
    public async Task What_is_no_request_is_answered_and_harms_nothing(string? body, int status)
    {
        var kept = new KeptOptions(_bench, Empty);
        using HttpResponseMessage response = await PostAsync(
            await _bench.StartAsync(), "pis", new StringContent(body ?? $$"""{"name":"{{new string('x', 9_000)}}"}"""));
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(Empty, kept.Json);
    }

    [Theory]
    [InlineData("pis")]
    [InlineData("sticks")]
    [InlineData("doctor")]
    [InlineData("diagnostics")]
    public async Task None_of_it_is_for_another_page_nor_for_whoever_may_only_look(string what)
    {
        var kept = new KeptOptions(_bench, Empty);
        _bench.Address = new WebAddress(0, IPAddress.Loopback, [], [], IPNetwork.Parse("172.30.32.2/32"));
        Uri page = await _bench.StartAsync();
        using HttpResponseMessage response = await PostAsync(page, what, JsonContent.Create(new { options = "r1", address = "192.0.2.9" }));
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        using var foreign = new HttpRequestMessage(HttpMethod.Post, new Uri(page, $"api/{what}"));
        foreign.Headers.Add(RequestAuthorization.OwnHeader, "page");
        foreign.Headers.Add("Sec-Fetch-Site", "cross-site");
        using HttpResponseMessage other = await _bench.Client.SendAsync(foreign, Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, other.StatusCode);
        Assert.Equal(Empty, kept.Json);
    }

    [Fact]
    public async Task Nobody_can_ask_without_end_nor_find_a_token_by_trying()
    {
        _bench.Token = "a token of some length";
        Uri page = await _bench.StartAsync();
        for (int i = 0; i < ActionPace.MostPerMinute; i++)
        {
            using HttpResponseMessage tried = await PostAsync(page, "doctor", null, (RequestAuthorization.TokenHeader, "guess"));
            Assert.Equal(HttpStatusCode.Forbidden, tried.StatusCode);
        }
        using HttpResponseMessage response = await PostAsync(page, "doctor", null, (RequestAuthorization.TokenHeader, _bench.Token));
        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
    }

    [Fact]
    public async Task The_first_stick_that_is_named_takes_nothing_away_from_those_that_were_recognised()
    {
        var kept = new KeptOptions(_bench, """{"pis":[{"name":"attic","address":"192.0.2.7"}],"radios":[]}""");
        _bench.List("attic", WebBench.Device("1-1", "0658:0200"), WebBench.Device("1-2", "046d:c31c"), WebBench.Device("1-3", "10c4:8a2a"));
        _bench.Publish(Some.Radio);
        (HttpStatusCode status, JsonElement answer) = await AddAsync(
            await _bench.StartAsync(),
            "sticks",
            new { options = "r1", pi = "attic", bus_id = "1-2", usb_id = "046d:c31c", name = "Keys" });
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("those are named now, too", Text(answer, "text"), StringComparison.Ordinal);
        Assert.Equal(
            ["046d:c31c Keys", "0658:0200 ", "10c4:8a2a "],
            Read.Json(kept.Json).Options.Radios.Select(rule => $"{rule.Match} {rule.Name}"));
    }

    [Fact]
    public async Task Of_twins_the_one_that_was_chosen_is_named_by_its_port_before_its_kind()
    {
        var kept = new KeptOptions(_bench, """
            {"pis":[{"name":"attic","address":"192.0.2.7"},{"name":"roof","address":"192.0.2.8"}],"radios":["0658:0200"]}
            """);
        _bench.List("attic", WebBench.Device("1-1", "0658:0200"), WebBench.Device("1-2", "0658:0200"));
        Uri page = await _bench.StartAsync();
        (HttpStatusCode status, _) = await AddAsync(
            page, "sticks", new { options = "r1", pi = "attic", bus_id = "1-2", usb_id = "0658:0200" });
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(["0658:0200@2 attic", "0658:0200 "], Read.Json(kept.Json).Options.Radios.Select(rule => $"{rule.Match} {rule.Pi}"));
    }

    [Theory]
    [InlineData("1", "2", HttpStatusCode.OK)]
    [InlineData("1", "1", HttpStatusCode.Conflict)]
    [InlineData("1", null, HttpStatusCode.Conflict)]
    public async Task Twins_without_a_serial_that_were_taken_so_far_are_named_by_their_ports(
        string one, string? other, HttpStatusCode expected)
    {
        var kept = new KeptOptions(_bench, """{"pis":[{"name":"attic","address":"192.0.2.7"}],"radios":[]}""");
        _bench.List("attic", WebBench.Device("1-3", "046d:c31c"));
        RadioSnapshot radio = Some.Radio with { Serial = null, PortChain = one };
        _bench.Publish(radio, radio with { Id = "other", Name = "Other", PortChain = other });
        (HttpStatusCode status, JsonElement answer) = await AddAsync(
            await _bench.StartAsync(), "sticks", new { options = "r1", pi = "attic", bus_id = "1-3", usb_id = "046d:c31c" });
        Assert.Equal(expected, status);
        string[] named = [.. Read.Json(kept.Json).Options.Radios.Select(rule => rule.Match.ToString())];
        Assert.Equal(status == HttpStatusCode.OK ? ["0658:0200@1", "0658:0200@2", "046d:c31c"] : [], named);
        if (named.Length == 0) Assert.Contains("cannot be written down", Text(answer, "text"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("elsewhere", "1-2", "046d:c31c")]
    [InlineData("attic", "1-9", "046d:c31c")]
    [InlineData("attic", "1-2", "0658:0200")]
    [InlineData(null, null, null)]
    public async Task A_stick_that_is_not_offered_is_none_to_choose(string? pi, string? busId, string? usbId)
    {
        var kept = new KeptOptions(_bench, """{"pis":[{"name":"attic","address":"192.0.2.7"}],"radios":["0658:0200"]}""");
        _bench.List("attic", WebBench.Device("1-1", "0658:0200"), WebBench.Device("1-2", "046d:c31c"));
        string before = kept.Json;
        (HttpStatusCode status, JsonElement answer) = await AddAsync(
            await _bench.StartAsync(), "sticks", new { options = "r1", pi, bus_id = busId, usb_id = usbId });
        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Contains("not offered any more", Text(answer, "text"), StringComparison.Ordinal);
        Assert.Equal(before, kept.Json);
    }

    [Theory]
    [InlineData("attach.yaml", "pis: [{name: attic, address: 192.0.2.7}]\n", "pis:\n  - name: \"dach\"\n    address: \"192.0.2.9\"")]
    [InlineData("attach.json", "{\"pis\":[\"192.0.2.7\"]}", "\"pis\": [\n  {\"name\":\"dach\",\"address\":\"192.0.2.9\"}\n]")]
    public async Task A_file_of_ones_own_is_never_written_and_the_lines_for_it_are_shown(string name, string before, string lines)
    {
        string file = Path.Combine(_folder, name);
        await File.WriteAllTextAsync(file, before, Cancellation);
        _bench.OptionsPath = file;
        (HttpStatusCode status, JsonElement answer) = await AddAsync(
            await _bench.StartAsync(), "pis", new { options = "whatever", name = "dach", address = "192.0.2.9" });
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(lines, Text(answer, "lines"));
        Assert.Contains(file, Text(answer, "text"), StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(file, Cancellation));
        (status, answer) = await AddAsync(Page, "pis", new { address = "192.0.2.7" });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Contains("has the same", Text(answer, "text"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_ones_own_that_cannot_be_read_is_said_to_be()
    {
        _bench.OptionsPath = Path.Combine(_folder, "missing.yaml");
        (HttpStatusCode status, JsonElement answer) = await AddAsync(await _bench.StartAsync(), "pis", new { address = "192.0.2.9" });
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("missing.yaml does not exist", Text(answer, "text"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_means_the_sticks_of_one_Pi_comes_before_what_means_their_kind()
    {
        var kept = new KeptOptions(_bench, """
            {"pis":[{"name":"attic","address":"192.0.2.7"},{"name":"Das Dach","address":"192.0.2.8"}],"radios":["10c4:8a2a"]}
            """);
        _bench.List("attic", WebBench.Device("1-1", "0658:0200"));
        string roof = Slug.Of("Das Dach");
        _bench.List(roof, WebBench.Device("1-2", "0658:0200"));
        (HttpStatusCode status, JsonElement answer) = await AddAsync(
            await _bench.StartAsync(), "sticks", new { options = "r1", pi = roof, bus_id = "1-2", usb_id = "0658:0200" });
        Assert.True(status == HttpStatusCode.OK, answer.GetRawText());
        Assert.Equal(
            [$"0658:0200 {roof}", "10c4:8a2a "], Read.Json(kept.Json).Options.Radios.Select(rule => $"{rule.Match} {rule.Pi}"));
        // By its id: what it is called may have come from a secret.
        Assert.Contains($"\"pi\":\"{roof}\"", kept.Json, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_has_to_come_first_is_said_to_belong_at_the_top()
    {
        const string Before = "pis: [{name: attic, address: 192.0.2.7}]\nradios: ['0658:0200']\n";
        _bench.OptionsPath = Path.Combine(_folder, "attach.yaml");
        await File.WriteAllTextAsync(_bench.OptionsPath, Before, Cancellation);
        _bench.Options = Read.Yaml(Before).Options;
        _bench.List("attic", WebBench.Device("1-1", "0658:0200"), WebBench.Device("1-2", "0658:0200"));
        (HttpStatusCode status, JsonElement answer) = await AddAsync(
            await _bench.StartAsync(), "sticks", new { options = "r1", pi = "attic", bus_id = "1-2", usb_id = "0658:0200" });
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.EndsWith("at the top of that list.", Text(answer, "text"), StringComparison.Ordinal);
        (_, answer) = await AddAsync(Page, "pis", new { address = "192.0.2.9" });
        Assert.EndsWith("into it.", Text(answer, "text"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_secret_of_the_options_is_shown_or_logged_where_the_Supervisor_refuses_them()
    {
        const string Password = "a secret password";
        await using var supervisor = new StandInSupervisor
        {
            Options = """{"pis":[],"radios":["0658:0200"],"mqtt":{"password":"PASS"}}""".Replace("PASS", Password, StringComparison.Ordinal),
        };
        using SupervisorClient client = InProcess.Client(supervisor, TimeProvider.System);
        _bench.Store = new SupervisorOptionsStore(client);
        _bench.Options = Read.Json(supervisor.Options).Options;
        string code = PairedPiTests.Code("192.0.2.9");
        (HttpStatusCode status, JsonElement answer) = await AddAsync(
            await _bench.StartAsync(), "pis", new { options = "r1", pairing_code = code });
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("expected a dictionary", Text(answer, "text"), StringComparison.Ordinal);
        foreach (string text in _bench.SiteLog.Lines.Append(answer.GetRawText()))
        {
            Assert.DoesNotContain(Password, text, StringComparison.Ordinal);
            Assert.DoesNotContain(code[..20], text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_other_sites_have_a_browser_send_does_not_lock_the_page_out()
    {
        Uri page = await _bench.StartAsync();
        for (int i = 0; i <= ActionPace.MostPerMinute; i++)
        {
            using var foreign = new HttpRequestMessage(HttpMethod.Post, new Uri(page, "api/doctor"));
            foreign.Headers.Add("Sec-Fetch-Site", "cross-site");
            using HttpResponseMessage refused = await _bench.Client.SendAsync(foreign, Cancellation);
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }
        using HttpResponseMessage own = await PostAsync(page, "doctor", null);
        Assert.Equal(HttpStatusCode.Accepted, own.StatusCode);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Uri Page { get; set; } = new("http://127.0.0.1/");

    private static string Text(JsonElement answer, string key) => answer.GetProperty(key).GetString()!;

    private async Task<(HttpStatusCode Status, JsonElement Answer)> AddAsync(
        Uri page, string what, object entry, params (string Name, string Value)[] headers)
    {
        using HttpResponseMessage response = await PostAsync(page, what, JsonContent.Create(entry), headers);
        return (response.StatusCode, await ReadAsync(response));
    }

    private async Task<HttpResponseMessage> PostAsync(
        Uri page, string what, HttpContent? content, params (string Name, string Value)[] headers)
    {
        Page = page;
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(page, $"api/{what}")) { Content = content };
        request.Headers.Add(RequestAuthorization.OwnHeader, "page");
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        foreach ((string name, string value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await _bench.Client.SendAsync(request, Cancellation);
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response)
    {
        string text = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(text.StartsWith('{'), string.Create(CultureInfo.InvariantCulture, $"{(int)response.StatusCode}: {text}"));
        using var json = JsonDocument.Parse(text);
        return json.RootElement.Clone();
    }
}
