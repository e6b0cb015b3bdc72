using System.Net;
using Longwire.State;
using Longwire.Tests.HomeAssistant;
using Longwire.Web.Http;
using Xunit;

namespace Longwire.Tests.Web.Http;

/// <summary>Who may act on the page, and what reaches the reconciler.</summary>
public sealed class CommandEndpointsTests : IAsyncDisposable
{
    private const string Token = "a token of some length";

    private readonly WebBench _bench = new();

    public async ValueTask DisposeAsync() => await _bench.DisposeAsync();

    [Theory]
    [InlineData("attach", typeof(RadioCommand.SetWanted))]
    [InlineData("detach", typeof(RadioCommand.SetWanted))]
    [InlineData("reattach", typeof(RadioCommand.Reattach))]
    [InlineData("take_over", typeof(RadioCommand.TakeOver))]
    [InlineData("forget", typeof(RadioCommand.Forget))]
    public async Task What_a_person_asks_for_reaches_the_reconciler_and_the_log_says_who_it_was(string word, Type expected)
    {
        _bench.Publish(Some.Radio);
        Assert.Equal(HttpStatusCode.Accepted, await AskAsync(await _bench.StartAsync(), word));
        RadioCommand command = Assert.Single(_bench.Commands);
        Assert.IsType(expected, command);
        Assert.Equal(Some.RadioId, command.RadioId);
        if (command is RadioCommand.SetWanted set) Assert.Equal(word == "attach", set.Wanted);
        Assert.Contains(
            _bench.SiteLog.Lines, line => line.Contains("Somebody at 127.0.0.1 asked on the web page", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("attic", "silence", HttpStatusCode.Accepted)]
    [InlineData("attic", "unsilence", HttpStatusCode.Accepted)]
    [InlineData("attic", "explode", HttpStatusCode.NotFound)]
    [InlineData("nowhere", "silence", HttpStatusCode.NotFound)]
    public async Task A_Pi_is_silenced_and_told_of_again(string pi, string word, HttpStatusCode expected)
    {
        _bench.List("attic");
        _bench.Publish(Some.Radio);
        using HttpRequestMessage request = Request(new Uri(await _bench.StartAsync(), $"api/pis/{pi}/{word}"));
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        using HttpResponseMessage response = await _bench.Client.SendAsync(request, Cancellation);
        Assert.Equal(expected, response.StatusCode);
        PiCommand[] commands = expected == HttpStatusCode.Accepted ? [new PiCommand.Silence("attic", word == "silence")] : [];
        Assert.Equal(commands, _bench.OfPis);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Z-Wave is attached. Detach it first.")]
    public async Task What_is_not_forgotten_is_said_with_why(string? whyNot)
    {
        _bench.Publish(Some.Radio with { Status = RadioStatus.Unplugged });
        _bench.WhyNot = whyNot;
        HttpStatusCode answer = await AskAsync(await _bench.StartAsync(), "forget");
        Assert.Equal(whyNot is null ? HttpStatusCode.Accepted : HttpStatusCode.Conflict, answer);
    }

    [Theory]
    [InlineData("""{"successor":"0658:0200 at port 1.3"}""", null, HttpStatusCode.Accepted)]
    [InlineData("""{"successor":"0658:0200 at port 1.3"}""", "It is another one now.", HttpStatusCode.Conflict)]
    [InlineData("", null, HttpStatusCode.BadRequest)]
    public async Task A_stick_is_replaced_by_the_one_that_the_person_said_yes_to(string body, string? whyNot, HttpStatusCode expected)
    {
        _bench.Publish(Some.Radio with { Status = RadioStatus.Unplugged });
        _bench.WhyNot = whyNot;
        using HttpRequestMessage request = Request(new Uri(await _bench.StartAsync(), $"api/radios/{Some.RadioId}/replace"));
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        request.Content = new StringContent(body);
        using HttpResponseMessage response = await _bench.Client.SendAsync(request, Cancellation);
        Assert.Equal(expected, response.StatusCode);
        if (expected == HttpStatusCode.BadRequest) Assert.Empty(_bench.Commands);
        else Assert.Equal("0658:0200 at port 1.3", Assert.IsType<RadioCommand.Replace>(Assert.Single(_bench.Commands)).Successor);
        if (whyNot is not null) Assert.Contains(whyNot, await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("api/radios/elsewhere/detach")]
    [InlineData($"api/radios/{Some.RadioId}/explode")]
    [InlineData($"api/radios/{Some.RadioId}/detach/now")]
    public async Task What_is_unknown_is_not_found(string path)
    {
        _bench.Publish(Some.Radio);
        using HttpRequestMessage request = Request(new Uri(await _bench.StartAsync(), path));
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        using HttpResponseMessage response = await _bench.Client.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Empty(_bench.Commands);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("OPTIONS")]
    public async Task Only_a_post_acts(string method)
    {
        _bench.Publish(Some.Radio);
        using HttpRequestMessage request = Request(new Uri(await _bench.StartAsync(), $"api/radios/{Some.RadioId}/detach"));
        request.Method = new HttpMethod(method);
        using HttpResponseMessage response = await _bench.Client.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        // A browser that asks before it sends is not let: nothing here is for other sites.
        Assert.DoesNotContain(response.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
        Assert.Empty(_bench.Commands);
    }

    [Theory]
    // A page elsewhere, whose browser tells where it comes from.
    [InlineData("page", "cross-site", null)]
    [InlineData("page", "same-site", null)]
    [InlineData("page", "none", null)]
    [InlineData("page", null, "http://evil.example")]
    [InlineData("page", null, "null")]
    [InlineData("page", null, "http://127.0.0.1:1")]
    // A form, which cannot have a header of ours.
    [InlineData(null, "same-origin", null)]
    // Whoever tells nothing.
    [InlineData("page", null, null)]
    public async Task A_request_of_another_page_is_refused(string? own, string? site, string? origin)
    {
        _bench.Publish(Some.Radio);
        Uri detach = new(await _bench.StartAsync(), $"api/radios/{Some.RadioId}/detach");
        using var request = new HttpRequestMessage(HttpMethod.Post, detach);
        if (own is not null) request.Headers.Add("X-Longwire", own);
        if (site is not null) request.Headers.Add("Sec-Fetch-Site", site);
        if (origin is not null) request.Headers.Add("Origin", origin);
        using HttpResponseMessage response = await _bench.Client.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Empty(_bench.Commands);
    }

    [Fact]
    public async Task Where_the_browser_does_not_say_it_the_origin_does()
    {
        _bench.Publish(Some.Radio);
        Uri page = await _bench.StartAsync();
        HttpStatusCode answer = await AskAsync(page, "detach", site: null, ("Origin", page.GetLeftPart(UriPartial.Authority)));
        Assert.Equal(HttpStatusCode.Accepted, answer);
    }

    [Theory]
    [InlineData("Host", "home.example")]
    [InlineData("X-Forwarded-Host", "home.example:8123")]
    public async Task Through_ingress_a_person_acts_and_is_named(string header, string value)
    {
        _bench.Publish(Some.Radio);
        _bench.Address = new WebAddress(0, IPAddress.Loopback, [], [], IPNetwork.Parse("127.0.0.1/32"));
        HttpStatusCode answer = await AskAsync(
            await _bench.StartAsync(), "detach", site: null, ("Origin", "https://home.example"), (header, value),
            ("X-Remote-User-Display-Name", "Ada " + new string('x', 200)));
        Assert.Equal(HttpStatusCode.Accepted, answer);
        string line = Assert.Single(_bench.SiteLog.Lines, line => line.Contains("Ada xxx", StringComparison.Ordinal));
        Assert.DoesNotContain(new string('x', 100), line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_reaches_the_app_without_ingress_may_only_look()
    {
        _bench.Publish(Some.Radio);
        _bench.Address = new WebAddress(0, IPAddress.Loopback, [], [], IPNetwork.Parse("172.30.32.2/32"));
        Uri page = await _bench.StartAsync();
        Assert.Equal("""{"act":"no"}""", await _bench.GetAsync(new Uri(page, "api/access")));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(page, "detach", "same-origin", ("X-Remote-User-Display-Name", "Ada")));
        Assert.Empty(_bench.Commands);
    }

    [Fact]
    public async Task Nobody_names_himself_where_there_is_no_ingress()
    {
        _bench.Publish(Some.Radio);
        Uri page = await _bench.StartAsync();
        await AskAsync(page, "detach", "same-origin", ("X-Remote-User-Display-Name", "Ada"));
        Assert.DoesNotContain(_bench.SiteLog.Lines, line => line.Contains("Ada", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Off_this_machine_the_page_only_shows_unless_a_token_is_set_and_named()
    {
        _bench.Publish(Some.Radio);
        _bench.Address = new WebAddress(0, IPAddress.Any, ["localhost"], []);
        Uri page = await _bench.StartAsync();
        Assert.Equal("""{"act":"no"}""", await _bench.GetAsync(new Uri(page, "api/access")));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(page, "detach", "same-origin", ("X-Longwire-Token", "")));
        _bench.Token = Token;
        Assert.Equal("""{"act":"token"}""", await _bench.GetAsync(new Uri(page, "api/access")));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(page, "detach"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(page, "detach", "same-origin", ("X-Longwire-Token", Token + "!")));
        Assert.Empty(_bench.Commands);
        Assert.Equal(HttpStatusCode.Accepted, await AskAsync(page, "detach", "same-origin", ("X-Longwire-Token", Token)));
        Assert.DoesNotContain(_bench.SiteLog.Lines, line => line.Contains(Token, StringComparison.Ordinal));
    }

    // A server before it on the same machine has the address of this machine, whoever asks it.
    [Fact]
    public async Task A_token_that_is_set_is_wanted_on_this_machine_too_and_what_is_passed_on_may_not_act_without_one()
    {
        _bench.Publish(Some.Radio);
        Uri page = await _bench.StartAsync();
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(page, "detach", "same-origin", ("X-Forwarded-For", "198.51.100.7")));
        _bench.Token = Token;
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(page, "detach"));
        Assert.Empty(_bench.Commands);
        Assert.Equal(HttpStatusCode.Accepted, await AskAsync(page, "detach", "same-origin", ("X-Longwire-Token", Token)));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static HttpRequestMessage Request(Uri address)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address);
        request.Headers.Add(RequestAuthorization.OwnHeader, "page");
        return request;
    }

    private async Task<HttpStatusCode> AskAsync(
        Uri page, string word, string? site = "same-origin", params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = Request(new Uri(page, $"api/radios/{Some.RadioId}/{word}"));
        if (site is not null) request.Headers.Add("Sec-Fetch-Site", site);
        foreach ((string name, string value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using HttpResponseMessage response = await _bench.Client.SendAsync(request, Cancellation);
        return response.StatusCode;
    }
}
