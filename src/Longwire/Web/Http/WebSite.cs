using Longwire.Platform;
using Longwire.State;
using Longwire.Web.Pages;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Longwire.Web.Http;

/// <summary>What is asked for, and who answers.</summary>
internal sealed class WebSite(
    WebAddress address, StateFeed feed, StateView view, EventStream events, CommandDesk commands, HistoryAnswer history, string version,
    TransitionLog log)
    : IHttpApplication<HttpContext>, IDisposable
{
    private const string ToRead = "GET, HEAD";
    private const string Radios = "/api/radios/";

    public void Dispose() => log.Dispose();

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
            WebLog.Fault(log.About("page", e.GetType().Name), e);
            if (context.Response.HasStarted) context.Abort();
            else await Answers.SayAsync(context, StatusCodes.Status500InternalServerError);
        }
    }

    private Task AnswerAsync(HttpContext context)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = PageAssets.Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
        // RFC 9112, 3.2.2: a whole address is for a proxy, which this is not; and one that differs from Host is a trap.
        if (context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget is not ['/', ..])
        {
            return Answers.SayAsync(context, StatusCodes.Status400BadRequest);
        }
        if (!address.Answers(context.Request.Host.Host)) return Answers.SayAsync(context, StatusCodes.Status421MisdirectedRequest);
        string path = context.Request.Path.Value ?? "";
        if (path.StartsWith(Radios, StringComparison.Ordinal) && path[Radios.Length..].Split('/') is [var radio, var word])
        {
            return word == HistoryAnswer.Word
                ? ReadAsync(context, () => history.AnswerAsync(context, radio))
                : OfRadioAsync(context, radio, word);
        }
        return path switch
        {
            "/health.json" => ReadAsync(context, () => Answers.SendAsync(context, Answers.Json, HealthJson.Write(feed.Current, version))),
            "/api/state" => ReadAsync(context, () => Answers.SendAsync(context, Answers.Json, view.Of(feed.Current))),
            "/api/events" => ReadAsync(context, () => events.AnswerAsync(context)),
            "/api/access" => ReadAsync(context, () => commands.SayWhatMayBeDoneAsync(context)),
            _ when PageAssets.Find(path) is { } asset =>
                ReadAsync(context, () => Answers.SendAsync(context, asset.Type, asset.Content, asset.Tag)),
            _ => Answers.SayAsync(context, StatusCodes.Status404NotFound),
        };
    }

    private Task OfRadioAsync(HttpContext context, string radio, string word) => context.Request.Method == "POST"
        ? commands.AnswerAsync(context, radio, word)
        : RefuseMethod(context, "POST");

    private static Task ReadAsync(HttpContext context, Func<Task> answer) =>
        context.Request.Method is "GET" or "HEAD" ? answer() : RefuseMethod(context, ToRead);

    private static Task RefuseMethod(HttpContext context, string allowed)
    {
        context.Response.Headers.Allow = allowed;
        return Answers.SayAsync(context, StatusCodes.Status405MethodNotAllowed);
    }
}
