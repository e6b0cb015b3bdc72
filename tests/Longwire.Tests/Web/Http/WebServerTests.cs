using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Longwire.Tests.HomeAssistant.Brokers;
using Longwire.Web.Http;
using Xunit;

namespace Longwire.Tests.Web.Http;

/// <summary>Who is answered, and how many at once.</summary>
public sealed class WebServerTests : IAsyncDisposable
{
    private readonly WebBench _bench = new();

    public async ValueTask DisposeAsync() => await _bench.DisposeAsync();

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
        _bench.AddPi("attic");
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(await _bench.StartAsync(), path));
        if (method == "POST") request.Content = new StringContent("radios: []");
        using HttpResponseMessage response = await _bench.Client.SendAsync(request, Cancellation);
        Assert.Equal(expected, response.StatusCode);
        if (expected == HttpStatusCode.MethodNotAllowed)
        {
            Assert.Equal("GET, HEAD", response.Content.Headers.Allow.Count > 0 ? string.Join(", ", response.Content.Headers.Allow) : "");
        }
        if (method == "HEAD") Assert.Empty(await response.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Theory]
    [InlineData("")]
    [InlineData("health.json")]
    [InlineData("elsewhere")]
    public async Task Whoever_is_not_the_supervisor_is_refused_and_named_once(string path)
    {
        _bench.Log.Expect("127.0.0.2 asked for the web page");
        _bench.AddPi("attic");
        Uri page = await _bench.StartAsync(IPNetwork.Parse("127.0.0.1/32"));
        using HttpClient stranger = WebBench.From(IPAddress.Parse("127.0.0.2"));
        for (int i = 0; i < 3; i++)
        {
            using HttpResponseMessage response = await stranger.GetAsync(new Uri(page, path), Cancellation);
            Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
            Assert.DoesNotContain("longwire", await response.Content.ReadAsStringAsync(Cancellation), StringComparison.OrdinalIgnoreCase);
        }
        Assert.Single(_bench.Log.Lines, line => line.Contains("127.0.0.2", StringComparison.Ordinal));
        Assert.NotEmpty(await _bench.GetAsync(page));
    }

    [Fact]
    public async Task A_stranger_is_refused_before_a_body_of_any_length_is_read()
    {
        _bench.Log.Expect("127.0.0.2 asked for the web page");
        Uri page = await _bench.StartAsync(IPNetwork.Parse("127.0.0.1/32"));
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0));
        await socket.ConnectAsync(IPAddress.Loopback, page.Port, Cancellation);
        string head = string.Create(
            CultureInfo.InvariantCulture, $"POST / HTTP/1.1\r\nHost: 127.0.0.1:{page.Port}\r\nContent-Length: 1000000000\r\n\r\n");
        await socket.SendAsync(Encoding.ASCII.GetBytes(head), Cancellation);
        var answer = new byte[12];
        Assert.Equal(answer.Length, await socket.ReceiveAsync(answer, Cancellation));
        Assert.Equal("HTTP/1.1 403", Encoding.ASCII.GetString(answer));
    }

    [Fact]
    public async Task Clients_that_are_there_at_the_moment_at_which_it_begins_to_listen_are_answered()
    {
        _bench.AddPi("attic");
        for (int round = 0; round < 20; round++)
        {
            using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            int port = ((IPEndPoint)taken.LocalEndPoint!).Port;
            taken.Dispose();
            // They knock all the time until somebody opens.
            Task<string>[] knocking = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() => KnockAsync(port), Cancellation))];
            WebServer server = _bench.Server(port, IPNetwork.Parse("127.0.0.0/8"));
            await server.StartAsync(Cancellation);
            Assert.All(await Task.WhenAll(knocking), answer => Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal));
            await server.StopAsync(Cancellation);
            server.Dispose();
        }
    }

    [Theory]
    [InlineData("nonsense\r\n\r\n", 400)]
    [InlineData("GET http://127.0.0.1/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", 400)]
    [InlineData("GET / HTTP/2.0\r\n\r\n", 505)]
    [InlineData(" / HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nhost: evil.example\r\n\r\n", 400)]
    public async Task What_is_no_request_is_refused(string said, int status)
    {
        Uri page = await _bench.StartAsync();
        using Socket client = await ConnectAsync(page.Port);
        await client.SendAsync(Encoding.ASCII.GetBytes(said), Cancellation);
        Assert.StartsWith(
            string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status}"), await ReadAsync(client), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_says_nothing_is_left_after_a_while()
    {
        Uri page = await _bench.StartAsync(limits: new WebLimits(TimeSpan.FromSeconds(1)));
        using Socket client = await ConnectAsync(page.Port);
        Assert.Equal("", await ReadAsync(client));
    }

    [Fact]
    public async Task A_head_that_comes_byte_by_byte_is_a_request_all_the_same()
    {
        Uri page = await _bench.StartAsync();
        using Socket client = await ConnectAsync(page.Port);
        client.NoDelay = true;
        foreach (char letter in "HEAD /health.json HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        {
            await client.SendAsync(new[] { (byte)letter }, Cancellation);
            await Task.Yield();
        }
        string answer = await ReadAsync(client);
        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Told_to_stop_it_waits_for_nobody()
    {
        Uri page = await _bench.StartAsync();
        using Socket silent = await ConnectAsync(page.Port);
        using Socket asking = await ConnectAsync(page.Port);
        await asking.SendAsync("GET /health.json HTTP/1.1\r\n"u8.ToArray(), Cancellation);
        await _bench.StopAsync().WaitAsync(TimeSpan.FromSeconds(5), Cancellation);
        // It is closed, or reset.
        Assert.Equal("", await ReadAsync(silent).ContinueWith(read => read.IsFaulted ? "" : read.Result, TaskScheduler.Default));
    }

    [Fact]
    public async Task A_head_without_end_is_not_kept()
    {
        Uri page = await _bench.StartAsync();
        using Socket client = await ConnectAsync(page.Port);
        await client.SendAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nX: " + new string('x', 20_000)), Cancellation);
        Assert.StartsWith("HTTP/1.1 431", await ReadAsync(client), StringComparison.Ordinal);
    }

    private static async Task<string> KnockAsync(int port)
    {
        while (true)
        {
            try
            {
                using Socket client = await ConnectAsync(port);
                await client.SendAsync(
                    "GET /health.json HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"u8.ToArray(), Cancellation);
                return await ReadAsync(client);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
            {
                // Not open yet.
            }
        }
    }

    private static async Task<Socket> ConnectAsync(int port)
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port, Cancellation);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    private static async Task<string> ReadAsync(Socket client)
    {
        byte[] answer = new byte[64 * 1024];
        int length = 0;
        while (await client.ReceiveAsync(answer.AsMemory(length), Cancellation) is > 0 and var count) length += count;
        return Encoding.UTF8.GetString(answer, 0, length);
    }

    [Fact]
    public async Task Under_another_name_than_its_own_it_does_not_answer()
    {
        _bench.AddPi("attic");
        using var request = new HttpRequestMessage(HttpMethod.Get, await _bench.StartAsync());
        request.Headers.Host = "evil.example";
        using HttpResponseMessage response = await _bench.Client.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.MisdirectedRequest, response.StatusCode);
    }

    [Fact]
    public async Task Many_at_once_are_all_answered_beside_as_many_that_say_nothing()
    {
        _bench.AddPi("attic", WebBench.Device("1-1", "0658:0200"));
        Uri page = await _bench.StartAsync();
        var idle = new List<Socket>();
        for (int i = 0; i < 100; i++) idle.Add(await ConnectAsync(page.Port));
        string[] views = await Task.WhenAll(Enumerable.Range(0, 48).Select(_ => _bench.GetAsync(new Uri(page, "api/state"))));
        Assert.All(views, view => Assert.Contains("0658:0200", view, StringComparison.Ordinal));
        foreach (Socket socket in idle) socket.Dispose();
    }

    [Fact]
    public async Task A_port_that_is_taken_is_a_problem_that_ends_by_itself()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        int port = ((IPEndPoint)taken.LocalEndPoint!).Port;
        WebServer server = _bench.Server(port, IPNetwork.Parse("127.0.0.0/8"));
        await server.StartAsync(Cancellation);
        await Eventually.IsTrueAsync(() => _bench.Problem is not null, () => "the port to be a problem");
        Assert.Contains(port.ToString(CultureInfo.InvariantCulture), _bench.Problem, StringComparison.Ordinal);
        taken.Dispose();
        await Eventually.IsTrueAsync(() => _bench.Tick(server.Listening.Task), () => "the port to be listened on");
        Assert.Null(_bench.Problem);
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData(" ", null, null)]
    [InlineData(null, 8123, "127.0.0.1:8123")]
    [InlineData("token", null, "0.0.0.0:8099")]
    public void Without_a_supervisor_the_page_is_shown_on_request_and_to_this_machine_alone(string? token, int? port, string? listens)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        if (token is not null) environment["SUPERVISOR_TOKEN"] = token;
        var address = WebAddress.Of(environment, port is { } asked ? new IPEndPoint(IPAddress.Loopback, asked) : null);
        Assert.Equal(listens, address is null ? null : new IPEndPoint(address.Interface, address.Port).ToString());
        Assert.Equal(token == "token", address?.Answers("evil.example") ?? false);
        Assert.Equal(token == "token", address?.Allows(IPAddress.Parse("::ffff:172.30.32.2")) ?? false);
        Assert.False(address?.Allows(IPAddress.Parse("172.30.32.1")) ?? false);
    }

    [Fact]
    public void Off_this_machine_it_answers_by_address_to_anybody_and_lets_nobody_act_without_a_token()
    {
        var address = WebAddress.Of(new Dictionary<string, string>(StringComparer.Ordinal), IPEndPoint.Parse("192.0.2.5:8099"));
        Assert.NotNull(address);
        Assert.True(address.Allows(IPAddress.Parse("198.51.100.7")));
        Assert.True(address.Answers("192.0.2.5"));
        Assert.False(address.Answers("evil.example"));
        Assert.Equal(WebAccess.WithToken, address.AccessOf(IPAddress.Parse("198.51.100.7")));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;
}
