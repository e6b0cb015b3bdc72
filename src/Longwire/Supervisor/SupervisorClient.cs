using System.Net;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Longwire.Platform;
using Longwire.Privileges;

namespace Longwire.Supervisor;

/// <summary>
/// The Home Assistant Supervisor, as far as an app with the default role may ask it, and through it Core. Each request stands
/// for itself, has a deadline and reads a bounded answer; what goes wrong comes out as a <see cref="SupervisorException"/>.
/// </summary>
internal sealed class SupervisorClient : IDisposable
{
    /// <summary>
    /// The environment variable for another base URL than <see cref="DefaultUrl"/>: for developing Longwire without a Supervisor.
    /// </summary>
    public const string UrlVariable = "LONGWIRE_SUPERVISOR";

    public const string DefaultUrl = "http://supervisor";

    // An app's info holds its description and the translations of its options; the largest seen has 200 KiB.
    private const int LongestAnswer = 2 * 1024 * 1024;
    private const int LongestMessage = 200;

    private readonly HttpClient _http;
    private readonly string _token;
    private readonly TimeProvider _time;

    /// <param name="http">Disposed with this.</param>
    public SupervisorClient(HttpClient http, Uri address, string token, TimeProvider time)
    {
        _http = http;
        // Every request has a deadline of its own; a restart takes minutes.
        _http.Timeout = Timeout.InfiniteTimeSpan;
        _http.BaseAddress = address;
        _token = token;
        _time = time;
    }

    /// <summary>Null: no Supervisor here.</summary>
    /// <exception cref="FormatException"><see cref="UrlVariable"/> is no URL.</exception>
    public static SupervisorClient? FromEnvironment(IReadOnlyDictionary<string, string> environment, TimeProvider time)
    {
        if (ContainerImage.SupervisorToken(environment) is not { } token) return null;
        string url = environment.GetValueOrDefault(UrlVariable) is { Length: > 0 } other ? other : DefaultUrl;
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
            throw new FormatException($"{UrlVariable} is '{url}': write a URL such as {DefaultUrl}.");
#pragma warning disable CA2000 // The client owns the handler, and we own the client.
        var handler = new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false };
        return new SupervisorClient(new HttpClient(handler), address, token, time);
#pragma warning restore CA2000
    }

    public void Dispose() => _http.Dispose();

    /// <returns>Null: there is no broker now.</returns>
    public async Task<MqttService?> FindMqttAsync(CancellationToken cancellationToken)
    {
        Answer answer = await GetAsync("services/mqtt", cancellationToken);
        // 400 "Service not enabled"; what other reasons it may have for a 400 pass by themselves as well.
        return answer.Status is HttpStatusCode.BadRequest or HttpStatusCode.NotFound && !answer.NotReady
            ? null
            : answer.Data(SupervisorJson.Default.EnvelopeMqttService);
    }

    /// <summary>Our own options as JSON, as they stand now and not only after the next start.</summary>
    /// <remarks>
    /// The same that the Supervisor writes to options.json, secrets filled in. <c>self/info</c> has them as a person typed them,
    /// <c>!secret broker_password</c> and all: it is asked only where the other is not to be had.
    /// </remarks>
    public async Task<byte[]> ReadOwnOptionsAsync(CancellationToken cancellationToken)
    {
        Answer answer = await GetAsync("addons/self/options/config", cancellationToken);
        return answer.Status is HttpStatusCode.NotFound or HttpStatusCode.Forbidden
            ? await ReadTypedOptionsAsync(cancellationToken)
            : RawMap(answer.Data(SupervisorJson.Default.EnvelopeJsonElement));
    }

    /// <summary>Our own options as JSON, byte for byte as a person typed them, <c>!secret broker_password</c> and all.</summary>
    public async Task<byte[]> ReadTypedOptionsAsync(CancellationToken cancellationToken) =>
        RawMap((await GetAsync("addons/self/info", cancellationToken)).Data(SupervisorJson.Default.EnvelopeOwnInfo).Options);

    /// <param name="typed">All of them, as <see cref="ReadTypedOptionsAsync"/> has them. They reach options.json at the next start.</param>
    public async Task WriteOwnOptionsAsync(byte[] typed, CancellationToken cancellationToken)
    {
        byte[] body = [.. "{\"options\":"u8, .. typed, .. "}"u8];
        Answer answer = await SendAsync(HttpMethod.Post, "addons/self/options", body, SupervisorTimers.Answer, cancellationToken);
        if (!answer.IsGood) throw answer.WithoutWhatWasSent().Failure();
    }

    private static byte[] RawMap(JsonElement options) => options.ValueKind == JsonValueKind.Object
        ? JsonMarshal.GetRawUtf8Value(options).ToArray()
        : throw new SupervisorException(SupervisorFailure.Declined, "the Supervisor sends no options");

    public async Task<OwnPage> ReadOwnPageAsync(CancellationToken cancellationToken)
    {
        OwnInfo own = (await GetAsync("addons/self/info", cancellationToken)).Data(SupervisorJson.Default.EnvelopeOwnInfo);
        SystemInfo system = (await GetAsync("info", cancellationToken)).Data(SupervisorJson.Default.EnvelopeSystemInfo);
        return new OwnPage(own.Slug, own.Ingress ?? false, system.Homeassistant);
    }

    /// <exception cref="SupervisorException">Declined: there is no such app here.</exception>
    public async Task<AppInfo> ReadAppAsync(string slug, TimeSpan within, CancellationToken cancellationToken) =>
        (await SendAsync(HttpMethod.Get, $"addons/{Uri.EscapeDataString(slug)}/info", null, within, cancellationToken)).Data(
            SupervisorJson.Default.EnvelopeAppInfo);

    /// <summary>Whether it has started all that starts with the host.</summary>
    public async Task<bool> HasStartedAsync(CancellationToken cancellationToken)
    {
        SystemInfo info = (await GetAsync("info", cancellationToken)).Data(SupervisorJson.Default.EnvelopeSystemInfo);
        return info.State is null or "running";
    }

    public async Task<bool> IsCoreUpAsync(CancellationToken cancellationToken)
    {
        Answer answer = await GetAsync("core/api/", cancellationToken);
        if (answer.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden) throw answer.Failure();
        return answer.IsGood;
    }

    /// <summary>
    /// Whether a job of its own goes on with an app (a backup, an update, somebody else's restart): most of them refuse a second one at
    /// once.
    /// </summary>
    /// <remarks>
    /// One that has no such list, or does not let us see it, is taken to be idle: this is asked for a better word, not for leave.
    /// </remarks>
    public async Task<bool> IsBusyWithAsync(string slug, CancellationToken cancellationToken)
    {
        Answer answer = await GetAsync("jobs/info", cancellationToken);
        if (answer.NotReady) throw answer.Failure();
        return answer.IsGood
            && answer.Read(SupervisorJson.Default.EnvelopeJobsInfo)?.Data?.Jobs is { } jobs
            && jobs.Any(job => job?.GoesOnWith(slug) == true);
    }

    /// <summary>
    /// Restarts an app, or starts it if it does not run. Returns when it runs, which takes as long as it takes to stop and start.
    /// </summary>
    public async Task RestartAppAsync(string slug, TimeSpan within, CancellationToken cancellationToken)
    {
        Answer answer = await SendAsync(
            HttpMethod.Post, "core/api/services/hassio/app_restart", Json(new AppRestart(slug), SupervisorJson.Default.AppRestart), within,
            cancellationToken);
        // Core before 2026 has never heard of "apps", and answers as it does to any service that it does not know.
        if (answer.Status is HttpStatusCode.BadRequest or HttpStatusCode.NotFound && !answer.IsSupervisors)
        {
            answer = await SendAsync(
                HttpMethod.Post, "core/api/services/hassio/addon_restart",
                Json(new AddonRestart(slug), SupervisorJson.Default.AddonRestart), within, cancellationToken);
        }
        if (!answer.IsGood) throw answer.Failure();
    }

    /// <summary>What is set up in Core for one integration.</summary>
    public async Task<IReadOnlyList<ConfigEntry>> ReadEntriesAsync(string domain, TimeSpan within, CancellationToken cancellationToken)
    {
        string path = $"core/api/config/config_entries/entry?domain={Uri.EscapeDataString(domain)}";
        Answer answer = await SendAsync(HttpMethod.Get, path, null, within, cancellationToken);
        if (!answer.IsGood) throw answer.Failure();
        ConfigEntry?[] entries = answer.Bare(SupervisorJson.Default.ConfigEntryArray)
            ?? throw new SupervisorException(SupervisorFailure.Declined, "Home Assistant Core does not say what is set up in it");
        // An older Core may take no notice of the question.
        return [.. entries.OfType<ConfigEntry>().Where(entry => entry.Domain == domain && entry.EntryId is not null)];
    }

    /// <summary>Unloads and loads what is set up in Core. Returns when it has.</summary>
    public async Task ReloadEntryAsync(string entryId, TimeSpan within, CancellationToken cancellationToken)
    {
        Answer answer = await SendAsync(
            HttpMethod.Post, "core/api/services/homeassistant/reload_config_entry",
            Json(new EntryReload(entryId), SupervisorJson.Default.EntryReload), within, cancellationToken);
        if (!answer.IsGood) throw answer.Failure();
    }

    private static byte[] Json<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(value, type);

    private Task<Answer> GetAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, path, null, SupervisorTimers.Answer, cancellationToken);

    private async Task<Answer> SendAsync(HttpMethod method, string path, byte[]? json, TimeSpan within, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(within, _time, cancellationToken);
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        if (json is not null)
        {
            request.Content = new ByteArrayContent(json);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }
        try
        {
            using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            await response.Content.LoadIntoBufferAsync(LongestAnswer, deadline.Token);
            return new Answer(path, response.StatusCode, await response.Content.ReadAsByteArrayAsync(deadline.Token));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string what = e switch
            {
                _ when deadline.Passed => $"does not answer within {within.TotalSeconds:0} s",
                HttpRequestException
                {
                    HttpRequestError: HttpRequestError.ConfigurationLimitExceeded,
                } => $"answers with more than {LongestAnswer / 1024} KiB",
                _ => $"cannot be reached ({e.Message.TrimEnd('.')})",
            };
            throw new SupervisorException(SupervisorFailure.Away, $"the Supervisor {what}", e);
        }
    }

    private readonly record struct Answer(string Path, HttpStatusCode Status, byte[] Body)
    {
        private const string Echo = ". Got ";

        private bool IsEchoed { get; init; }

        public bool IsGood => (int)Status is >= 200 and < 300;

        /// <summary>Said by the Supervisor itself, not by Core behind it.</summary>
        public bool IsSupervisors => Read(SupervisorJson.Default.EnvelopeJsonElement)?.Result == "error";

        /// <summary>The Supervisor's way of saying that it starts.</summary>
        public bool NotReady =>
            Status == HttpStatusCode.BadRequest && Message?.StartsWith("System is not ready", StringComparison.OrdinalIgnoreCase) == true;

        private string? Message => Read(SupervisorJson.Default.EnvelopeJsonElement)?.Message;

        public T Data<T>(JsonTypeInfo<Envelope<T>> type)
            where T : notnull
        {
            if (!IsGood) throw Failure();
            if (Read(type) is { Result: "ok", Data: { } data }) return data;
            throw new SupervisorException(SupervisorFailure.Away, $"the Supervisor's answer to {Path} is not what its documentation says");
        }

        /// <summary>Its schema's errors end in all that it was sent, passwords and pairing codes among it.</summary>
        public Answer WithoutWhatWasSent() => this with { IsEchoed = true };

        public SupervisorException Failure() => Status switch
        {
            _ when NotReady => new(SupervisorFailure.Away, "the Supervisor is still starting"),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new(
                SupervisorFailure.Denied, $"the Supervisor does not let Longwire use {Path}{Said}"),
            // Core is not there, or took longer than the 300 s that the Supervisor waits for it.
            HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => new(
                SupervisorFailure.Away, "Home Assistant Core does not answer"),
            _ => new(SupervisorFailure.Declined, $"the answer to {Path} is {(int)Status}{Said}"),
        };

        private string Said => string.IsNullOrWhiteSpace(Told) ? "" : $" ({Printable.Of(Told.Trim().TrimEnd('.'), LongestMessage)})";

        private string? Told => IsEchoed && Message?.IndexOf(Echo, StringComparison.OrdinalIgnoreCase) is >= 0 and var at
            ? Message[..at]
            : Message;

        /// <summary>What Core says is in no envelope. Null: it is something else.</summary>
        public T? Bare<T>(JsonTypeInfo<T> type)
            where T : class
        {
            try
            {
                return JsonSerializer.Deserialize(Body, type);
            }
            catch (JsonException)
            {
                return null;
            }
        }

        public Envelope<T>? Read<T>(JsonTypeInfo<Envelope<T>> type)
        {
            try
            {
                return JsonSerializer.Deserialize(Body, type);
            }
            catch (JsonException)
            {
                // Core's own errors are plain text.
                return null;
            }
        }
    }
}
