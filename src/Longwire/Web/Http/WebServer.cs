using System.Net;
using System.Net.Sockets;
using Longwire.Platform;
using Longwire.State;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longwire.Web.Http;

/// <summary>
/// The page's server: Kestrel, and nothing of ASP.NET around it. Neither its configuration nor its log nor its lifetime is here: no file,
/// no environment variable and no Ctrl-C reaches it but through us.
/// </summary>
internal sealed class WebServer(
    WebAddress address, WebLimits limits, WebSite site, IBridgeProblems problems, TimeProvider time, ILogger<WebServer> logger)
    : BackgroundService
{
    private const string Source = "web page";

    /// <summary>Set once it listens.</summary>
    public TaskCompletionSource Listening { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            using Socket socket = await ListenAsync(stoppingToken);
            await using var listener = new WebListener(socket, new Acceptor(socket, time, SayUnacceptable));
            // What it has to say is of its own insides; what a request of ours throws, the site says.
            using var server = new KestrelServer(
                Microsoft.Extensions.Options.Options.Create(KestrelOptions(listener)), listener, NullLoggerFactory.Instance);
            await server.StartAsync(site, stoppingToken);
            try
            {
                Listening.TrySetResult();
                WebLog.Listening(logger, address.Port);
                await listener.Failed.WaitAsync(stoppingToken);
            }
            finally
            {
                // It waits for nobody who has a page open.
                await server.StopAsync(new CancellationToken(canceled: true));
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Told to stop.
        }
    }

    private KestrelServerOptions KestrelOptions(WebListener listener)
    {
        var options = new KestrelServerOptions();
        limits.Bound(options);
        var filter = new ClientFilter(address, limits, time, logger);
        options.Listen(listener.EndPoint, endpoint =>
        {
            // The others need encryption to be agreed on, and nobody comes here with it.
            endpoint.Protocols = HttpProtocols.Http1;
            endpoint.Use(filter.Before);
        });
        return options;
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
            await Task.Delay(WebLimits.Retry, time, cancellationToken);
        }
    }
}
