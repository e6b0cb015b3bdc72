using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Longwire.Testing.Supervisor;

/// <summary>An app as the stand-in has it.</summary>
public sealed class StandInApp
{
    /// <summary>started, startup, stopped, error, unknown.</summary>
    public string State { get; set; } = "started";
    public string Boot { get; set; } = "auto";

    /// <summary>Whether it comes up when it is started: Z-Wave JS does not without its device.</summary>
    public Func<bool> CanStart { get; set; } = () => true;

    /// <summary>Ends when it has stopped and started; a call lasts as long.</summary>
    public Func<Task> Starting { get; set; } = () => Task.CompletedTask;

    /// <summary>Another job of the Supervisor, such as a backup, has it: a restart is refused at once.</summary>
    public Func<bool> Busy { get; set; } = () => false;

    /// <summary>The watchdog is at it: its job goes on through the pauses between its tries, and refuses nobody.</summary>
    public bool Watched { get; set; }

    /// <summary>How often it was restarted or started through Core.</summary>
    public int Restarts { get; set; }

    /// <summary>How often that was refused.</summary>
    public int Refusals { get; set; }
}

/// <summary>What goes back: a status, a content type and a body.</summary>
public sealed record StandInAnswer(int Status, string Type, string Body);

/// <summary>
/// Plays the Home Assistant Supervisor, and Core behind it, for an app with the default role. Answers in process, or over HTTP on
/// loopback; knows nothing of Longwire, so that the lab uses it too.
/// </summary>
/// <remarks>
/// From developers.home-assistant.io, "Supervisor API": the bearer token; the <c>{"result": "ok", "data": …}</c> around each answer; the
/// keys of <c>/addons/&lt;slug&gt;/info</c>, <c>/services/mqtt</c> (the port is a string there) and <c>/info</c>;
/// <c>/addons/self/options/config</c>; <c>/jobs/info</c> with the jobs that go on, each with what is part of it. From "REST API": <c>GET
/// /api/</c> and <c>POST /api/services/&lt;domain&gt;/&lt;service&gt;</c>, which answers with a list of states. Not documented, read in the
/// source of the Supervisor and of Core: <c>{"result": "error", "message": …}</c> with 400 for "Service not enabled", for apps that do not
/// exist and while it starts ("System is not ready with state: …"); 502 while Core is down; Core's 400 in plain text for a service it does
/// not know; <c>GET /api/config/config_entries/entry</c> with the entries as a bare list, their states (<c>loaded</c>,
/// <c>setup_in_progress</c>, <c>setup_retry</c>, <c>not_loaded</c>) and <c>disabled_by</c>; <c>homeassistant.reload_config_entry</c> with
/// an <c>entry_id</c> (documented); and 500 for one that fails, whatever the reason: a second job for an app that has one is refused at
/// once ("Another job is running …"), which Core does not pass on, and older ones say that all went well; the port as a number; the
/// states <c>startup</c>, <c>error</c> and <c>unknown</c>; 403 for what of Core is closed to apps, and 401 for an app without
/// <c>homeassistant_api</c>. HTTP is spoken on a bare socket: HttpListener answers only to the host name that it was started with, and a
/// guest has another name for us.
/// </remarks>
public sealed class StandInSupervisor : IAsyncDisposable
{
    public const string Token = "stand-in-token";
    private const int LongestHead = 16 * 1024;

    private readonly ConcurrentQueue<string> _requests = new();
    private readonly CancellationTokenSource _stop = new();
    private TcpListener? _listener;
    private Task _serving = Task.CompletedTask;

    public ConcurrentDictionary<string, StandInApp> Apps { get; } = new(StringComparer.Ordinal);

    /// <summary>What is set up in Core itself, by its domain. Stopped: a person has disabled it.</summary>
    public ConcurrentDictionary<string, StandInApp> Integrations { get; } = new(StringComparer.Ordinal);

    /// <summary>False: "System is not ready", whatever is asked.</summary>
    public bool Ready { get; set; } = true;

    /// <summary>startup until all that starts with the host was started, then running.</summary>
    public string State { get; set; } = "running";
    public bool CoreUp { get; set; } = true;

    public string CoreVersion { get; set; } = "2026.11.2";

    /// <summary>Core 2026 and later.</summary>
    public bool CoreKnowsApps { get; set; } = true;

    /// <summary>False: an older Core, to which every service of an app it knows went well.</summary>
    public bool CoreTellsFailures { get; set; } = true;

    /// <summary>Until Core drops the older names.</summary>
    public bool CoreKnowsAddons { get; set; } = true;

    /// <summary>False: an older Supervisor without a list of jobs.</summary>
    public bool HasJobs { get; set; } = true;

    /// <summary>False: an older Supervisor without <c>options/config</c>.</summary>
    public bool HasOptionsConfig { get; set; } = true;

    /// <summary>The beginning of paths that are closed to us, with the status that says so; null: none.</summary>
    public (string Path, int Status)? Closed { get; set; }

    /// <summary>The data of <c>/services/mqtt</c> as JSON; null: no broker.</summary>
    public string? Mqtt { get; set; }

    /// <summary>Our own options, as JSON.</summary>
    public string Options { get; set; } = "{}";

    /// <summary>What <c>!secret NAME</c> stands for.</summary>
    public ConcurrentDictionary<string, string> Secrets { get; } = new(StringComparer.Ordinal);

    /// <summary>Told each time that our options are asked for, before they are given: somebody else may change them then.</summary>
    public Action<int> OptionsAsked { get; set; } = _ => { };

    /// <summary>Why options that are sent are not taken; null: they are.</summary>
    public string? OptionsRefused { get; set; }

    /// <summary>Told when options that were sent are kept, before that is answered.</summary>
    public Action OptionsTaken { get; set; } = () => { };

    private int _optionsAsked;

    /// <summary>Method and path of each request, in order.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    public static string MqttData(
        string host, int port, string username = "addons", string password = "secret", bool ssl = false) => new JsonObject
    {
        ["addon"] = "core_mosquitto",
        ["host"] = host,
        ["port"] = port.ToString(CultureInfo.InvariantCulture),
        ["ssl"] = ssl,
        ["username"] = username,
        ["password"] = password,
        ["protocol"] = "3.1.1",
    }.ToJsonString();

    public StandInApp Add(string slug, string state = "started", string boot = "auto")
    {
        var app = new StandInApp { State = state, Boot = boot };
        Apps[slug] = app;
        return app;
    }

    /// <summary>Answers one request; the path has its leading slash, the authorization is the header of that name.</summary>
    public async Task<StandInAnswer> AnswerAsync(string method, string path, string? authorization, string body)
    {
        _requests.Enqueue($"{method} {path}");
        if (!Ready) return Error("System is not ready with state: setup");
        if (authorization != $"Bearer {Token}") return Text(path.StartsWith("/core/", StringComparison.Ordinal) ? 401 : 403);
        if (Closed is { } closed && path.StartsWith(closed.Path, StringComparison.Ordinal)) return Text(closed.Status);
        string[] parts = path.Trim('/').Split('/');
        return (method, parts) switch
        {
            ("GET", ["services", "mqtt"]) => Mqtt is null ? Error("Service not enabled") : Ok(JsonNode.Parse(Mqtt)!),
            ("GET", ["info"]) => Ok(
                new JsonObject { ["supervisor"] = "2026.11.0", ["homeassistant"] = CoreVersion, ["arch"] = "amd64", ["state"] = State }),
            ("GET", ["addons", "self", "options", "config"]) when HasOptionsConfig => Ok(FilledIn(JsonNode.Parse(Options)!)),
            ("GET", ["addons", "self", "info"]) => OwnInfo(),
            ("POST", ["addons", "self", "options"]) => TakeOptions(body),
            ("GET", ["addons", { } slug, "info"]) => Info(slug),
            ("GET", ["jobs", "info"]) when HasJobs => Ok(Jobs()),
            ("GET", ["core", "api"]) => CoreUp ? Json(200, new JsonObject { ["message"] = "API running." }) : Text(502),
            ("POST", ["core", "api", "services", "hassio", { } service]) => CoreUp ? await CallAsync(service, body) : Text(502),
            ("GET", ["core", "api", "config", "config_entries", { } entry]) when entry.Split('?')[0] == "entry" =>
                CoreUp ? Json(200, Entries()) : Text(502),
            ("POST", ["core", "api", "services", "homeassistant", "reload_config_entry"]) => CoreUp ? await ReloadAsync(body) : Text(502),
            _ => Text(404),
        };
    }

    /// <summary>Listens on a free port of 127.0.0.1, and returns it.</summary>
    public int Listen()
    {
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start();
        _serving = ServeAsync(_listener);
        return Port;
    }

    /// <summary>Where it listens; 0: nowhere.</summary>
    public int Port => ((IPEndPoint?)_listener?.LocalEndpoint)?.Port ?? 0;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener?.Dispose();
        await _serving;
        _stop.Dispose();
    }

    private static StandInAnswer Ok(JsonNode data) => Json(200, new JsonObject { ["result"] = "ok", ["data"] = data });

    private static StandInAnswer Error(string message) => Json(400, new JsonObject { ["result"] = "error", ["message"] = message });

    private static StandInAnswer Json(int status, JsonNode body) => new(status, "application/json", body.ToJsonString());

    private static StandInAnswer Text(int status) => new(status, "text/plain", $"{status}: {(HttpStatusCode)status}");

    // As it was sent: what we get is what we are to keep byte for byte.
    private StandInAnswer OwnInfo()
    {
        OptionsAsked(++_optionsAsked);
        const string Before = """{"result":"ok","data":{"name":"Longwire","slug":"a1b2c3d4_longwire","state":"started","ingress":true,""";
        return new StandInAnswer(200, "application/json", $"{Before}\"options\":{Options}}}}}");
    }

    private StandInAnswer TakeOptions(string body)
    {
        const string Before = "{\"options\":";
        if (JsonNode.Parse(body)?["options"] is not JsonObject options || !body.StartsWith(Before, StringComparison.Ordinal))
            return Text(400);
        // It says what it was sent, as the real one does.
        if (OptionsRefused is { } why) return Error($"{why} @ data['options']. Got {body[Before.Length..^1]}");
        if (options["radios"] is JsonArray radios && radios.Any(radio => radio is not JsonObject map || map["match"] is null))
        {
            string got = FilledIn(options.DeepClone()).ToJsonString();
            return Error($"expected a dictionary for option 'radios' @ data['options']. Got {got}");
        }
        Options = body[Before.Length..^1];
        OptionsTaken();
        return Ok(new JsonObject());
    }

    private JsonNode FilledIn(JsonNode node)
    {
        const string Secret = "!secret ";
        switch (node)
        {
            case JsonObject map:
                foreach ((string key, JsonNode? value) in map.ToArray()) map[key] = value is null ? null : FilledIn(value.DeepClone());
                return map;
            case JsonArray list:
                for (int i = 0; i < list.Count; i++) list[i] = FilledIn(list[i]!.DeepClone());
                return list;
            default:
                return node.GetValueKind() == System.Text.Json.JsonValueKind.String
                    && node.GetValue<string>() is var text
                    && text.StartsWith(Secret, StringComparison.Ordinal)
                    ? JsonValue.Create(Secrets[text[Secret.Length..]])
                    : node;
        }
    }

    private StandInAnswer Info(string slug) => !Apps.TryGetValue(slug, out StandInApp? app)
        ? Error($"App {slug} does not exist")
        : Ok(new JsonObject
        {
            ["name"] = slug,
            ["slug"] = slug,
            ["description"] = "An app",
            ["long_description"] = new string('x', 100_000),
            ["state"] = app.State,
            ["boot"] = app.Boot,
            ["startup"] = "application",
            ["options"] = new JsonObject(),
            ["watchdog"] = false,
        });

    // As during a backup of everything: the app's own job is part of a larger one.
    private JsonObject Jobs() => new()
    {
        ["ignore_conditions"] = new JsonArray(),
        ["jobs"] = new JsonArray(
        [
            Job(
                "backup_manager_full_backup",
                "5d2b1c0a",
                done: false,
                [.. Apps.Where(app => app.Value.Busy()).Select(app => Job("app_backup", app.Key, done: false))]),
            .. Apps.Where(app => app.Value.Watched).Select(app => Job("addon_restart_after_problem", app.Key, done: false)),
            Job("app_restart", Apps.Keys.FirstOrDefault(), done: true),
        ]),
    };

    private static JsonObject Job(string name, string? reference, bool done, params JsonNode[] parts) => new()
    {
        ["name"] = name,
        ["reference"] = reference,
        ["uuid"] = Guid.NewGuid().ToString("N"),
        ["progress"] = 0,
        ["stage"] = null,
        ["done"] = done,
        ["errors"] = new JsonArray(),
        ["child_jobs"] = new JsonArray(parts),
    };

    private async Task<StandInAnswer> CallAsync(string service, string body)
    {
        string? key = service switch
        {
            "app_restart" when CoreKnowsApps => "app",
            "addon_restart" when CoreKnowsAddons => "addon",
            _ => null,
        };
        // A service that is not known, a key that is missing, an app that is not installed: all the same to Core.
        if (key is null || JsonNode.Parse(body)?[key]?.GetValue<string>() is not { } slug || !Apps.TryGetValue(slug, out StandInApp? app))
        {
            return Text(400);
        }
        if (app.Busy())
        {
            app.Refusals++;
            return Called(good: false);
        }
        app.Restarts++;
        await app.Starting();
        app.State = app.CanStart() ? "started" : "error";
        return Called(app.State == "started");
    }

    // One entry of each that is set up, beside one of another integration; its state is not called as an app's is.
    private JsonArray Entries() => new(
        [
            Entry("sun", "01SUN", "loaded", null),
            .. Integrations.Select(one => Entry(
                one.Key,
                EntryOf(one.Key),
                one.Value.State switch
                {
                    "started" => "loaded",
                    "startup" => "setup_in_progress",
                    "stopped" => "not_loaded",
                    _ => "setup_retry",
                },
                one.Value.State == "stopped" ? "user" : null)),
        ]);

    private static JsonObject Entry(string domain, string id, string state, string? disabledBy) => new()
    {
        ["entry_id"] = id,
        ["domain"] = domain,
        ["title"] = domain,
        ["source"] = "user",
        ["state"] = state,
        ["supports_options"] = true,
        ["disabled_by"] = disabledBy,
        ["reason"] = null,
    };

    private static string EntryOf(string domain) => $"01{domain.ToUpperInvariant()}";

    private async Task<StandInAnswer> ReloadAsync(string body)
    {
        string? id = JsonNode.Parse(body)?["entry_id"]?.GetValue<string>();
        if (Integrations.FirstOrDefault(one => EntryOf(one.Key) == id).Value is not { } integration) return Text(400);
        integration.Restarts++;
        await integration.Starting();
        integration.State = integration.CanStart() ? "started" : "error";
        // It is reloaded, whatever it made of that.
        return new StandInAnswer(200, "application/json", "[]");
    }

    private StandInAnswer Called(bool good) => good || !CoreTellsFailures ? new StandInAnswer(200, "application/json", "[]") : Text(500);

    private async Task ServeAsync(TcpListener listener)
    {
        List<Task> answering = [];
        try
        {
            while (true) answering.Add(AnswerAsync(await listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Told to stop.
        }
        await Task.WhenAll(answering);
    }

    /// <summary>One request, one answer, and the end of the connection.</summary>
    private async Task AnswerAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                NetworkStream stream = client.GetStream();
                string head = await ReadHeadAsync(stream);
                string[] lines = head.Split("\r\n");
                string? Header(string name) => lines.Skip(1)
                    .FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();
                byte[] body = new byte[int.Parse(Header("Content-Length") ?? "0", CultureInfo.InvariantCulture)];
                await stream.ReadExactlyAsync(body, _stop.Token);
                string[] first = lines[0].Split(' ');
                StandInAnswer answer = await AnswerAsync(first[0], first[1], Header("Authorization"), Encoding.UTF8.GetString(body));
                byte[] content = Encoding.UTF8.GetBytes(answer.Body);
                string answerHead =
                    $"HTTP/1.1 {answer.Status} {(HttpStatusCode)answer.Status}\r\nContent-Type: {answer.Type}\r\nContent-Length: "
                        + $"{content.Length}\r\nConnection: close\r\n\r\n";
                await stream.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(answerHead), .. content], _stop.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException)
        {
            // Whoever asked has gone, or the test is over.
        }
    }

    private async Task<string> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        byte[] one = new byte[1];
        while (head.Length < LongestHead)
        {
            await stream.ReadExactlyAsync(one, _stop.Token);
            head.Append((char)one[0]);
            if (one[0] == '\n' && head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal)) return head.ToString();
        }
        throw new IOException("The head of the request has no end.");
    }
}
