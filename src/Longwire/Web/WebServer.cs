using System.Net;
using System.Text;
using Longwire.Health;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Longwire.Web;

/// <summary>
/// The page behind ingress. It shows and changes nothing; whoever is not the Supervisor (or this machine itself) gets a 403 and no more.
/// </summary>
/// <remarks>HttpListener, and not Kestrel: that alone would break the 15 MB that the program may have.</remarks>
internal sealed class WebServer(
    WebAddress address, StateFeed feed, PiLists lists, IBridgeProblems problems, string version, TimeProvider time, ILogger<WebServer> logger) : BackgroundService
{
    private const string Source = "web page";

    /// <summary>Answers under way; who comes when there are as many is told to come again.</summary>
    private const int AtOnce = 32;

    /// <summary>A port that is taken is tried again after this.</summary>
    public static readonly TimeSpan Retry = TimeSpan.FromSeconds(30);

    /// <summary>A reader who does not read is left after this.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    private readonly HashSet<IPAddress> _refused = [];

    /// <summary>Set once it listens.</summary>
    public TaskCompletionSource Listening { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            using HttpListener listener = await ListenAsync(stoppingToken);
            using CancellationTokenRegistration stop = stoppingToken.Register(listener.Abort);
            Listening.TrySetResult();
            Log.Listening(logger, address.Port);
            await ServeAsync(listener, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Told to stop.
        }
    }

    private async Task<HttpListener> ListenAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var listener = new HttpListener { IgnoreWriteExceptions = true };
            try
            {
                foreach (string prefix in address.Prefixes) listener.Prefixes.Add(prefix);
                listener.Start();
                problems.Report(Source, null);
                return listener;
            }
            catch (HttpListenerException e)
            {
                ((IDisposable)listener).Dispose();
                problems.Report(Source, $"The web page cannot be shown: port {address.Port} cannot be listened on ({e.Message}). Stop what uses it; radios work all the same.");
            }
            await Task.Delay(Retry, time, cancellationToken);
        }
    }

    private async Task ServeAsync(HttpListener listener, CancellationToken stoppingToken)
    {
        var answers = new List<Task>();
        try
        {
            while (true)
            {
                HttpListenerContext context = await listener.GetContextAsync();
                answers.RemoveAll(answer => answer.IsCompleted);
                // Refusals count too: what nobody reads must not pile up.
                if (answers.Count >= 2 * AtOnce) context.Response.Abort();
                else if (Refusal(context.Request, answers.Count) is { } refusal) answers.Add(SendAsync(context, refusal, stoppingToken));
                else answers.Add(AnswerAsync(context, stoppingToken));
            }
        }
        catch (Exception e) when (stoppingToken.IsCancellationRequested && e is HttpListenerException or ObjectDisposedException)
        {
            // Told to stop.
        }
        finally
        {
            await Task.WhenAll(answers);
        }
    }

    // Looked at before anything else of the request is.
    private HttpStatusCode? Refusal(HttpListenerRequest request, int underWay)
    {
        if (request.RemoteEndPoint?.Address is not { } client || !address.Allows(client))
        {
            // Named once, and not without end.
            if (_refused.Count < AtOnce && request.RemoteEndPoint is { } stranger && _refused.Add(stranger.Address)) Log.Stranger(logger, stranger.Address);
            return HttpStatusCode.Forbidden;
        }
        if (underWay >= AtOnce) return HttpStatusCode.ServiceUnavailable;
        if (request.Url?.AbsolutePath is not ("/" or "/health.json")) return HttpStatusCode.NotFound;
        return request.HttpMethod is "GET" or "HEAD" ? null : HttpStatusCode.MethodNotAllowed;
    }

    private async Task AnswerAsync(HttpListenerContext context, CancellationToken stoppingToken)
    {
        // The accepting loop goes on at once.
        await Task.Yield();
        byte[] body;
        try
        {
            body = context.Request.Url!.AbsolutePath == "/"
                ? Encoding.UTF8.GetBytes(Page.Write(PageContent.Of(feed.Current, await lists.ReadAsync(stoppingToken), version)))
                : HealthJson.Write(feed.Current, version);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await SendAsync(context, HttpStatusCode.ServiceUnavailable, stoppingToken);
            return;
        }
#pragma warning disable CA1031 // A page that cannot be made is no reason to end what keeps radios attached.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.Fault(logger, e);
            await SendAsync(context, HttpStatusCode.InternalServerError, stoppingToken);
            return;
        }
        string type = context.Request.Url!.AbsolutePath == "/" ? "text/html; charset=utf-8" : "application/json";
        await SendAsync(context, HttpStatusCode.OK, type, body, stoppingToken);
    }

    private Task SendAsync(HttpListenerContext context, HttpStatusCode status, CancellationToken stoppingToken) =>
        SendAsync(context, status, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes($"{(int)status} {status}\n"), stoppingToken);

    private async Task SendAsync(HttpListenerContext context, HttpStatusCode status, string type, byte[] body, CancellationToken stoppingToken)
    {
        HttpListenerResponse response = context.Response;
        using var deadline = new CancellationTokenSource(s_patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stoppingToken);
        try
        {
            // A write of HttpListener's cannot be cancelled; it ends when its connection does.
            using CancellationTokenRegistration cut = either.Token.Register(response.Abort);
            response.StatusCode = (int)status;
            response.ContentType = type;
            response.ContentLength64 = body.Length;
            // A request's body is never read, so nothing may follow it on this connection.
            if (status != HttpStatusCode.OK) response.KeepAlive = false;
            if (status == HttpStatusCode.MethodNotAllowed) response.AddHeader("Allow", "GET, HEAD");
            response.AddHeader("Content-Security-Policy", Page.Policy);
            response.AddHeader("X-Content-Type-Options", "nosniff");
            response.AddHeader("Referrer-Policy", "no-referrer");
            response.AddHeader("Cache-Control", "no-store");
            if (context.Request.HttpMethod != "HEAD") await response.OutputStream.WriteAsync(body, either.Token);
            response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // The reader has gone, or was too slow.
            response.Abort();
        }
    }
}
