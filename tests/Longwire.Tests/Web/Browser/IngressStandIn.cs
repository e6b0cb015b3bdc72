using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Longwire.Tests.Web.Browser;

/// <summary>
/// What Home Assistant and its Supervisor do between a browser and an app: a prefix, a person's name, and who was asked for.
/// </summary>
/// <param name="app">The app's own server.</param>
/// <param name="holdsBack">
/// Streams, as Core did when it compressed them: what it has gathered comes when the stream ends, which is never.
/// </param>
internal sealed class IngressStandIn(Uri app, bool holdsBack) : IHttpApplication<HttpContext>, IAsyncDisposable
{
    public const string Person = "Ada Lovelace";
    private const string Prefix = "/api/hassio_ingress/Zm9yIGFsbCBvZiB1cw/";

    private readonly HttpClient _client = new() { Timeout = Timeout.InfiniteTimeSpan };
    private KestrelServer? _server;

    public Uri Page { get; private set; } = new("http://127.0.0.1/");

    public async Task StartAsync()
    {
        var options = new KestrelServerOptions();
        options.Listen(IPAddress.Loopback, 0);
        var transport = new SocketTransportFactory(
            Microsoft.Extensions.Options.Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        _server = new KestrelServer(Microsoft.Extensions.Options.Options.Create(options), transport, NullLoggerFactory.Instance);
        await _server.StartAsync(this, TestContext.Current.CancellationToken);
        string address = _server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
        Page = new Uri(new Uri(address), Prefix);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.StopAsync(new CancellationToken(canceled: true));
        _server?.Dispose();
        _client.Dispose();
    }

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
        // Nothing of it is ours.
    }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        string path = context.Request.Path.Value ?? "";
        if (!path.StartsWith(Prefix, StringComparison.Ordinal))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        try
        {
            await ForwardAsync(context, new Uri(app, path[Prefix.Length..] + context.Request.QueryString), context.RequestAborted);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            if (!context.Response.HasStarted) context.Response.StatusCode = StatusCodes.Status502BadGateway;
        }
    }

    private async Task ForwardAsync(HttpContext context, Uri to, CancellationToken aborted)
    {
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), to);
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues value) in context.Request.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, (IEnumerable<string>)value!);
        }
        if (context.Request.ContentLength > 0)
        {
            request.Content = new StreamContent(context.Request.Body);
            request.Content.Headers.ContentLength = context.Request.ContentLength;
            request.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
        }
        request.Headers.Add("X-Forwarded-Host", context.Request.Host.Value);
        request.Headers.Add("X-Remote-User-Display-Name", Person);
        using HttpResponseMessage response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, aborted);
        context.Response.StatusCode = (int)response.StatusCode;
        foreach ((string name, IEnumerable<string> value) in response.Headers.Concat(response.Content.Headers))
        {
            if (name is not "Transfer-Encoding") context.Response.Headers[name] = value.ToArray();
        }
        bool isStream = response.Content.Headers.ContentType is MediaTypeHeaderValue { MediaType: "text/event-stream" };
        if (isStream && holdsBack)
        {
            await context.Response.StartAsync(aborted);
            await response.Content.CopyToAsync(Stream.Null, aborted);
            return;
        }
        await using Stream body = await response.Content.ReadAsStreamAsync(aborted);
        byte[] some = new byte[16 * 1024];
        while (await body.ReadAsync(some, aborted) is > 0 and var count)
        {
            await context.Response.Body.WriteAsync(some.AsMemory(0, count), aborted);
            await context.Response.Body.FlushAsync(aborted);
        }
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Page} for {app}");
}
