using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Longwire.Commands;
using Longwire.Health;
using Longwire.Options;
using Longwire.Radios;
using Longwire.Tests.HomeAssistant;
using Longwire.Tests.HomeAssistant.Brokers;
using Longwire.UsbIp.Tests.Client;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Longwire.Web;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.Web;

/// <summary>Over real connections on loopback, with Pis that do as told.</summary>
public sealed class WebServerTests : IAsyncDisposable, IBridgeProblems
{
    private const string Hostile = "<script>alert(1)</script>\"'&\u0007";

    private readonly StateFeed _feed = new();
    private readonly FakeTimeProvider _time = new();
    private readonly RecordingLogger<WebServer> _log = new();
    private readonly List<FakeUsbipd> _pis = [];
    private readonly HttpClient _client = new();
    private AttachOptions _options = AttachOptions.Default;
    private WebServer? _server;
    private string? _problem;

    void IBridgeProblems.Report(string source, string? problem) => Volatile.Write(ref _problem, problem);

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.StopAsync(TestContext.Current.CancellationToken);
        _server?.Dispose();
        _client.Dispose();
        foreach (FakeUsbipd pi in _pis) await pi.DisposeAsync();
        _log.AssertNothingUnexpected();
    }

    [Fact]
    public async Task The_page_shows_every_stick_of_every_pi_with_its_line_and_the_paths_of_what_is_attached()
    {
        AddPi("attic", Device("1-1", "0658:0200"), Device("1-2", "046d:c31c"));
        _feed.Publish(Some.Snapshot(Some.Radio) with { Bridge = new BridgeSnapshot("a1", ["The broker does not answer: look at it."]) }, []);
        string page = await GetAsync(await StartAsync());

        Assert.Contains("9.8.7", page, StringComparison.Ordinal);
        Assert.Contains("The broker does not answer: look at it.", page, StringComparison.Ordinal);
        Assert.Contains("<code>/dev/serial/by-id/usb-0658_0200-if00</code><button", page, StringComparison.Ordinal);
        Assert.Contains("<code>- match: &quot;0658:0200&quot;</code><button", page, StringComparison.Ordinal);
        Assert.Contains("<code>- match: &quot;046d:c31c&quot;</code><button", page, StringComparison.Ordinal);
        Assert.Contains("Not known as a radio; name it to attach it.", page, StringComparison.Ordinal);
        Assert.Contains("works as if it were plugged in here", page, StringComparison.Ordinal);
        // The radio and the stick in the Pi's list are one, and shown as one.
        Assert.Equal(2, Regex.Count(page, "<article>"));
    }

    [Fact]
    public async Task Of_twins_nobody_can_say_which_is_which_so_radios_and_listed_sticks_are_both_shown()
    {
        AddPi("attic", Device("1-1", "0658:0200"), Device("1-2", "0658:0200"));
        _feed.Publish(Some.Snapshot(Some.Radio), []);
        Assert.Equal(3, Regex.Count(await GetAsync(await StartAsync()), "<article>"));
    }

    [Fact]
    public async Task A_pi_that_gives_no_list_says_why_and_its_radios_keep_their_lines()
    {
        Name("attic", client =>
        {
            client.Reset();
            return Task.CompletedTask;
        });
        _feed.Publish(Some.Snapshot(Some.Radio with { Status = RadioStatus.PiUnreachable, SerialPorts = [] }), []);
        string page = await GetAsync(await StartAsync());
        Assert.Contains("It gives no list: ", page, StringComparison.Ordinal);
        Assert.Contains("attic does not answer", page, StringComparison.Ordinal);
        Assert.Contains("<code>- match: &quot;0658:0200&quot;</code>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_stick_calls_itself_is_text_and_nothing_else()
    {
        AddPi("attic");
        _feed.Publish(Some.Snapshot(Some.Radio with { Name = Hostile, Serial = Hostile, Reason = Hostile, Status = RadioStatus.Failed, SerialPorts = [Hostile] }), []);
        string page = await GetAsync(await StartAsync());
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.DoesNotContain('\u0007', page);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;?", page, StringComparison.Ordinal);
        Assert.Single(Regex.Matches(page, "<script"));
    }

    [Fact]
    public async Task Only_our_own_script_and_style_may_run_and_nothing_is_fetched_from_anywhere()
    {
        AddPi("attic");
        using HttpResponseMessage response = await _client.GetAsync(await StartAsync(), Cancellation);
        string page = await response.Content.ReadAsStringAsync(Cancellation);
        string policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none';", policy, StringComparison.Ordinal);
        Assert.Contains($"script-src '{Hash(page, "script")}'", policy, StringComparison.Ordinal);
        Assert.Contains($"style-src '{Hash(page, "style")}'", policy, StringComparison.Ordinal);
        Assert.DoesNotMatch("(?i)(src|href|action)=|url\\(|@import", page);
    }

    [Fact]
    public async Task Health_is_there_for_programs()
    {
        AddPi("attic");
        _feed.Publish(Some.Snapshot(Some.Radio with { Status = RadioStatus.Unplugged }), []);
        using HttpResponseMessage response = await _client.GetAsync(new Uri(await StartAsync(), "health.json"), Cancellation);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal("9.8.7", json.RootElement.GetProperty("version").GetString());
        JsonElement radio = Assert.Single(json.RootElement.GetProperty("radios").EnumerateArray());
        Assert.Equal("unplugged", radio.GetProperty("status").GetString());
        Assert.True(radio.GetProperty("problem").GetBoolean());
    }

    [Theory]
    [InlineData("POST", "", HttpStatusCode.MethodNotAllowed)]
    [InlineData("DELETE", "health.json", HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "elsewhere", HttpStatusCode.NotFound)]
    [InlineData("GET", "health.json/x", HttpStatusCode.NotFound)]
    [InlineData("GET", "%2e%2e/%2e%2e/etc/passwd", HttpStatusCode.NotFound)]
    [InlineData("GET", "?any=query", HttpStatusCode.OK)]
    [InlineData("HEAD", "", HttpStatusCode.OK)]
    public async Task What_is_not_a_page_to_read_is_refused(string method, string path, HttpStatusCode expected)
    {
        AddPi("attic");
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(await StartAsync(), path));
        if (method == "POST") request.Content = new StringContent("radios: []");
        using HttpResponseMessage response = await _client.SendAsync(request, Cancellation);
        Assert.Equal(expected, response.StatusCode);
        if (expected == HttpStatusCode.MethodNotAllowed) Assert.Equal("GET, HEAD", response.Content.Headers.Allow.Count > 0 ? string.Join(", ", response.Content.Headers.Allow) : "");
        if (method == "HEAD") Assert.Empty(await response.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Theory]
    [InlineData("")]
    [InlineData("health.json")]
    [InlineData("elsewhere")]
    public async Task Whoever_is_not_the_supervisor_is_refused_and_named_once(string path)
    {
        _log.Expect("127.0.0.2 asked for the web page");
        AddPi("attic");
        Uri page = await StartAsync(IPNetwork.Parse("127.0.0.1/32"));
        using HttpClient stranger = From(IPAddress.Parse("127.0.0.2"));
        for (int i = 0; i < 3; i++)
        {
            using HttpResponseMessage response = await stranger.GetAsync(new Uri(page, path), Cancellation);
            Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
            Assert.DoesNotContain("longwire", await response.Content.ReadAsStringAsync(Cancellation), StringComparison.OrdinalIgnoreCase);
        }
        Assert.Single(_log.Lines, line => line.Contains("127.0.0.2", StringComparison.Ordinal));
        Assert.NotEmpty(await GetAsync(page));
    }

    [Fact]
    public async Task A_stranger_is_refused_before_a_body_of_any_length_is_read()
    {
        _log.Expect("127.0.0.2 asked for the web page");
        Uri page = await StartAsync(IPNetwork.Parse("127.0.0.1/32"));
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0));
        await socket.ConnectAsync(IPAddress.Loopback, page.Port, Cancellation);
        string head = string.Create(CultureInfo.InvariantCulture, $"POST / HTTP/1.1\r\nHost: 127.0.0.1:{page.Port}\r\nContent-Length: 1000000000\r\n\r\n");
        await socket.SendAsync(Encoding.ASCII.GetBytes(head), Cancellation);
        var answer = new byte[12];
        Assert.Equal(answer.Length, await socket.ReceiveAsync(answer, Cancellation));
        Assert.Equal("HTTP/1.1 403", Encoding.ASCII.GetString(answer));
    }

    [Fact]
    public async Task Under_another_name_than_its_own_it_does_not_answer()
    {
        AddPi("attic");
        using var request = new HttpRequestMessage(HttpMethod.Get, await StartAsync());
        request.Headers.Host = "evil.example";
        using HttpResponseMessage response = await _client.SendAsync(request, Cancellation);
        Assert.False(response.IsSuccessStatusCode);
    }

    [Fact]
    public async Task Many_at_once_are_all_answered_and_cost_a_pi_one_question()
    {
        int asked = 0;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Name("attic", async client =>
        {
            await client.ReceiveListRequestAsync();
            Interlocked.Increment(ref asked);
            await all.Task;
            await client.SendAsync(DeviceListReply.Encode([Device("1-1", "0658:0200")]));
        });
        Uri page = await StartAsync();
        var idle = new List<Socket>();
        for (int i = 0; i < 100; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            idle.Add(socket);
            await socket.ConnectAsync(IPAddress.Loopback, page.Port, Cancellation);
        }
        Task<HttpResponseMessage>[] views = [.. Enumerable.Range(0, 48).Select(_ => _client.GetAsync(page, Cancellation))];
        // Those beyond the bound are told to come again while the others still wait for the Pi.
        await Eventually.IsTrueAsync(() => views.Count(view => view.IsCompleted) >= 48 - 32, () => "the surplus to be sent away");
        all.SetResult();
        HttpResponseMessage[] answers = await Task.WhenAll(views);

        Assert.Equal(32, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK));
        Assert.Equal(16, answers.Count(answer => answer.StatusCode == HttpStatusCode.ServiceUnavailable));
        Assert.Equal(1, asked);
        Assert.Contains("0658:0200", await GetAsync(page), StringComparison.Ordinal);
        foreach (HttpResponseMessage answer in answers) answer.Dispose();
        foreach (Socket socket in idle) socket.Dispose();
    }

    [Fact]
    public async Task An_answer_of_a_pis_is_good_for_five_seconds_and_for_the_options_it_was_asked_under()
    {
        int asked = 0;
        Name("attic", async client =>
        {
            await client.ReceiveListRequestAsync();
            Interlocked.Increment(ref asked);
            await client.SendAsync(DeviceListReply.Encode([Device("1-1", "0658:0200")]));
        });
        Uri page = await StartAsync();
        await GetAsync(page);
        _time.Advance(TimeSpan.FromSeconds(4.9));
        await GetAsync(page);
        Assert.Equal(1, asked);
        _time.Advance(TimeSpan.FromSeconds(0.2));
        await GetAsync(page);
        Assert.Equal(2, asked);
        _options = _options with { Hold = TimeSpan.FromSeconds(1) };
        await GetAsync(page);
        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_a_problem_that_ends_by_itself()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        int port = ((IPEndPoint)taken.LocalEndPoint!).Port;
        WebServer server = Server(port, IPNetwork.Parse("127.0.0.0/8"));
        await server.StartAsync(Cancellation);
        await Eventually.IsTrueAsync(() => Volatile.Read(ref _problem) is not null, () => "the port to be a problem");
        Assert.Contains(port.ToString(CultureInfo.InvariantCulture), _problem, StringComparison.Ordinal);
        taken.Dispose();
        await Eventually.IsTrueAsync(() => Tick(server.Listening.Task), () => "the port to be listened on");
        Assert.Null(_problem);
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData(" ", null, null)]
    [InlineData(null, 8123, "http://127.0.0.1:8123/")]
    [InlineData("token", null, "http://*:8099/")]
    public void Without_a_supervisor_the_page_is_shown_on_request_and_to_this_machine_alone(string? token, int? port, string? prefix)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        if (token is not null) environment["SUPERVISOR_TOKEN"] = token;
        var address = WebAddress.Of(environment, port);
        Assert.Equal(prefix, address?.Prefixes[0]);
        Assert.Equal(token == "token", address?.Allows(IPAddress.Parse("::ffff:172.30.32.2")) ?? false);
        Assert.False(address?.Allows(IPAddress.Parse("172.30.32.1")) ?? false);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static ExportedDevice Device(string busId, string id) => new()
    {
        Path = "/sys/devices/platform/usb1/" + busId,
        BusId = BusId.Parse(busId),
        BusNumber = 1,
        DeviceNumber = 2,
        Speed = UsbSpeed.Full,
        Id = UsbId.Parse(id),
        BcdDevice = 0x0100,
        DeviceClass = 0,
        DeviceSubClass = 0,
        DeviceProtocol = 0,
        ConfigurationValue = 1,
        ConfigurationCount = 1,
        InterfaceCount = 0,
        Interfaces = [],
    };

    private static string Hash(string page, string element)
    {
        string text = Regex.Match(page, $"<{element}>(.*?)</{element}>", RegexOptions.Singleline).Groups[1].Value;
        Assert.NotEmpty(text);
        return "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    private static HttpClient From(IPAddress address)
    {
#pragma warning disable CA2000 // The client disposes of it.
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(address, 0));
                await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
#pragma warning restore CA2000
        return new HttpClient(handler, disposeHandler: true);
    }

    private bool Tick(Task task)
    {
        _time.Advance(WebServer.Retry);
        return task.IsCompleted;
    }

    private void AddPi(string name, params ExportedDevice[] devices) => Name(name, async client =>
    {
        await client.ReceiveListRequestAsync();
        await client.SendAsync(DeviceListReply.Encode(devices));
    });

    private void Name(string name, Func<FakeClient, Task> script)
    {
        var pi = FakeUsbipd.Start(script);
        _pis.Add(pi);
        _options = _options with { Pis = _options.Pis.Add(new PiOptions { Id = name, Name = name, Address = "192.0.2.7", EndPoint = pi.EndPoint }) };
    }

    private async Task<Uri> StartAsync(IPNetwork? allowed = null)
    {
        int port = FreePort();
        await Server(port, allowed ?? IPNetwork.Parse("127.0.0.0/8")).StartAsync(Cancellation);
        await _server!.Listening.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
        return new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/"));
    }

    private WebServer Server(int port, IPNetwork allowed)
    {
        var address = new WebAddress(port, [string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/")], [allowed]);
        return _server = new WebServer(address, _feed, new PiLists(() => _options, (pi, options) => new PiSticks(pi, options, KnownRadios.Default, [], "this boot"), _time), this, "9.8.7", _time, _log);
    }

    private async Task<string> GetAsync(Uri page) => await _client.GetStringAsync(page, Cancellation);

    // Taken and let go: HttpListener cannot be asked for any free one.
    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
