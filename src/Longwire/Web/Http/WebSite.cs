using Longwire.Platform;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Longwire.Web.Http;

/// <summary>What is asked for, and who answers.</summary>
internal sealed class WebSite(WebAddress address, GetRoutes gets, PostRoutes posts, TransitionLog log)
    : IHttpApplication<HttpContext>, IDisposable
{
    private const string ToRead = "GET, HEAD";
    private const string ToAct = "POST";

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
        Func<HttpContext, Task>? read = gets.Find(path), act = posts.Find(path);
        if (read is null && act is null) return Answers.SayAsync(context, StatusCodes.Status404NotFound);
        Func<HttpContext, Task>? asked = context.Request.Method switch
        {
            "GET" or "HEAD" => read,
            ToAct => act,
            _ => null,
        };
        return asked is null ? RefuseMethod(context, read is null ? ToAct : act is null ? ToRead : $"{ToRead}, {ToAct}") : asked(context);
    }

    private static Task RefuseMethod(HttpContext context, string allowed)
    {
        context.Response.Headers.Allow = allowed;
        return Answers.SayAsync(context, StatusCodes.Status405MethodNotAllowed);
    }
}
