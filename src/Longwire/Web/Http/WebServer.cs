using System.Net;
using System.Net.Sockets;
using System.Text;
using Longwire.Platform;
using Longwire.State;
using Longwire.Web.Pages;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Longwire.Web.Http;

/// <summary>
/// The page behind ingress. It shows and changes nothing; whoever is not the Supervisor (or this machine itself) gets a 403 and no more.
/// </summary>
/// <remarks>
/// Neither Kestrel, which alone would break the 15 MB that the program may have, nor HttpListener: a client that connects at the moment at
/// which that one starts to listen, for it waits for the page, brings down the whole process, from a thread of its own if need be (.NET
/// 10.0.12).
/// </remarks>
internal sealed class WebServer(
    WebAddress address, StateFeed feed, PiLists lists, IBridgeProblems problems, string version, TimeProvider time,
    ILogger<WebServer> logger) : BackgroundService
{
    private const string Source = "web page";

    /// <summary>So many strangers are answered at once, and as many are named.</summary>
    private const int StrangersAtOnce = 32;

    /// <summary>With those that have asked for nothing yet, as browsers open them in advance.</summary>
    private const int ConnectionsAtOnce = 256;

    /// <summary>What a client may still send when it has its answer, so that this reaches it.</summary>
    private const int LongestFarewell = 64 * 1024;

    /// <summary>A port that is taken is tried again after this.</summary>
    public static readonly TimeSpan Retry = TimeSpan.FromSeconds(30);

    /// <summary>Who does not ask, or does not read what it asked for, is left after this.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    private readonly TransitionLog _log = new(logger, time);
    private readonly HashSet<IPAddress> _refused = [];
    private int _strangers;

    /// <summary>Set once it listens.</summary>
    public TaskCompletionSource Listening { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override void Dispose()
    {
        _log.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var connections = new List<Task>();
        try
        {
            using Socket listener = await ListenAsync(stoppingToken);
            Listening.TrySetResult();
            WebLog.Listening(_log, address.Port);
            var acceptor = new Acceptor(listener, time, SayUnacceptable);
            while (true) Admit(await acceptor.AcceptAsync(stoppingToken), connections, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Told to stop.
        }
        finally
        {
            await Task.WhenAll(connections);
        }
    }

    private void SayUnacceptable(string? reason) =>
        problems.Report(
            Source, reason is null ? null : $"The web page cannot be shown: {reason}. Restart the app; radios work all the same.");

    private async Task<Socket> ListenAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Socket? listener = null;
            try
            {
                listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                listener.Bind(new IPEndPoint(address.Interface, address.Port));
                listener.Listen();
                problems.Report(Source, null);
                return listener;
            }
            catch (SocketException e)
            {
                listener?.Dispose();
                problems.Report(
                    Source,
                    $"The web page cannot be shown: port {address.Port} cannot be listened on ({e.Message}). Stop what uses it; radios "
                        + "work all the same.");
            }
            await Task.Delay(Retry, time, cancellationToken);
        }
    }

    private void Admit(Socket client, List<Task> connections, CancellationToken stoppingToken)
    {
        connections.RemoveAll(connection => connection.IsCompleted);
        if (connections.Count >= ConnectionsAtOnce) client.Dispose();
        else connections.Add(ServeAsync(client, stoppingToken));
    }

    private async Task ServeAsync(Socket client, CancellationToken stoppingToken)
    {
        // The accepting loop goes on at once.
        await Task.Yield();
        using (client)
        {
            try
            {
                // Gone between accept and here.
                if (client.RemoteEndPoint is not IPEndPoint { Address: var from }) return;
                // Looked at before anything that a stranger says is.
                if (address.Allows(from)) await AnswerAsync(client, stoppingToken);
                else await RefuseAsync(client, from, stoppingToken);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // The client has gone, was too slow, or we are told to stop.
            }
#pragma warning disable CA1031 // A client that we did not think of is no reason to end what keeps radios attached.
            catch (Exception e)
#pragma warning restore CA1031
            {
                WebLog.Fault(_log.About("page", e.GetType().Name), e);
            }
        }
    }

    private async Task RefuseAsync(Socket client, IPAddress stranger, CancellationToken stoppingToken)
    {
        try
        {
            // Whoever else comes meanwhile gets no answer: strangers must not take the place of those whom this is for.
            if (Interlocked.Increment(ref _strangers) > StrangersAtOnce) return;
            bool first;
            // Named once, and not without end.
            lock (_refused) first = _refused.Count < StrangersAtOnce && _refused.Add(stranger);
            if (first) WebLog.Stranger(_log, stranger);
            await SendAsync(client, HttpAnswer.Of(HttpStatusCode.Forbidden), withBody: true, stoppingToken);
        }
        finally
        {
            Interlocked.Decrement(ref _strangers);
        }
    }

    private async Task AnswerAsync(Socket client, CancellationToken stoppingToken)
    {
        HttpRequest? request;
        try
        {
            using var patience = new Deadline(s_patience, time, stoppingToken);
            request = await HttpRequest.ReadAsync(client, patience.Token);
        }
        catch (InvalidDataException)
        {
            await SendAsync(client, HttpAnswer.Of(HttpStatusCode.BadRequest), withBody: true, stoppingToken);
            return;
        }
        if (request is null) return;
        await SendAsync(client, AnswerTo(request), withBody: request.Method != "HEAD", stoppingToken);
    }

    private HttpAnswer AnswerTo(HttpRequest request)
    {
        if (!address.Answers(request.Host)) return HttpAnswer.Of(HttpStatusCode.MisdirectedRequest);
        if (request.Path is not ("/" or "/health.json")) return HttpAnswer.Of(HttpStatusCode.NotFound);
        if (request.Method is not ("GET" or "HEAD")) return HttpAnswer.Of(HttpStatusCode.MethodNotAllowed);
        try
        {
            Snapshot now = feed.Current;
            return request.Path == "/"
                ? new HttpAnswer(
                    HttpStatusCode.OK,
                    "text/html; charset=utf-8",
                    Encoding.UTF8.GetBytes(Page.Write(PageContent.Of(now, lists.Of(now), version))))
                : new HttpAnswer(HttpStatusCode.OK, "application/json", HealthJson.Write(now, version));
        }
#pragma warning disable CA1031 // A page that cannot be made is no reason to end what keeps radios attached.
        catch (Exception e)
#pragma warning restore CA1031
        {
            WebLog.Fault(_log.About("page", e.GetType().Name), e);
            return HttpAnswer.Of(HttpStatusCode.InternalServerError);
        }
    }

    private async Task SendAsync(Socket client, HttpAnswer answer, bool withBody, CancellationToken stoppingToken)
    {
        using var patience = new Deadline(s_patience, time, stoppingToken);
        await SendAllAsync(client, answer.Head(time.GetUtcNow()), patience.Token);
        if (withBody) await SendAllAsync(client, answer.Body, patience.Token);
        client.Shutdown(SocketShutdown.Send);
        // What is closed with something unread is reset, and takes the answer with it.
        byte[] rest = new byte[1024];
        int read = 0;
        while (read < LongestFarewell && await client.ReceiveAsync(rest, patience.Token) is > 0 and var count) read += count;
    }

    private static async Task SendAllAsync(Socket client, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0) bytes = bytes[await client.SendAsync(bytes, cancellationToken)..];
    }
}
