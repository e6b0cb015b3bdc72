using System.Text;
using Longwire.Platform;
using Longwire.State;
using Longwire.Web.Pages;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Longwire.Web.Http;

/// <summary>What is asked for, and what is answered.</summary>
internal sealed class WebSite(WebAddress address, StateFeed feed, PiLists lists, string version, TimeProvider time, ILogger<WebSite> logger)
    : IHttpApplication<HttpContext>, IDisposable
{
    private readonly TransitionLog _log = new(logger, time);

    public void Dispose() => _log.Dispose();

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
        // Nothing of it is ours.
    }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        try
        {
            await AnswerAsync(context);
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested || e is BadHttpRequestException or IOException)
        {
            // The client has gone, was too slow, or we are told to stop.
        }
#pragma warning disable CA1031 // A page that cannot be made is no reason to end what keeps radios attached.
        catch (Exception e)
#pragma warning restore CA1031
        {
            WebLog.Fault(_log.About("page", e.GetType().Name), e);
            if (context.Response.HasStarted) context.Abort();
            else await SayAsync(context, StatusCodes.Status500InternalServerError);
        }
    }

    private Task AnswerAsync(HttpContext context)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Page.Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
        HttpRequest request = context.Request;
        // RFC 9112, 3.2.2: a whole address is for a proxy, which this is not; and one that differs from Host is a trap.
        if (context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget is not ['/', ..])
        {
            return SayAsync(context, StatusCodes.Status400BadRequest);
        }
        if (!address.Answers(request.Host.Host)) return SayAsync(context, StatusCodes.Status421MisdirectedRequest);
        string path = request.Path.Value ?? "";
        if (path is not ("/" or "/health.json")) return SayAsync(context, StatusCodes.Status404NotFound);
        if (request.Method is not ("GET" or "HEAD"))
        {
            headers.Allow = "GET, HEAD";
            return SayAsync(context, StatusCodes.Status405MethodNotAllowed);
        }
        Snapshot now = feed.Current;
        return path == "/"
            ? SendAsync(
                context, "text/html; charset=utf-8", Encoding.UTF8.GetBytes(Page.Write(PageContent.Of(now, lists.Of(now), version))))
            : SendAsync(context, "application/json", HealthJson.Write(now, version));
    }

    /// <summary>Says only what the status says.</summary>
    private static Task SayAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return SendAsync(
            context, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes($"{status} {(System.Net.HttpStatusCode)status}\n"));
    }

    private static async Task SendAsync(HttpContext context, string type, ReadOnlyMemory<byte> body)
    {
        HttpResponse response = context.Response;
        response.ContentType = type;
        response.ContentLength = body.Length;
        if (context.Request.Method != "HEAD") await response.Body.WriteAsync(body, context.RequestAborted);
    }
}
