using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Longwire.Platform;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Longwire.Web.Http;

/// <summary>
/// A client whose address the page is not for gets a 403 and no more: looked at before anything that it says is.
/// </summary>
internal sealed class ClientFilter(WebAddress address, WebLimits limits, TimeProvider time, ILogger logger)
{
    private const string Body = "403 Forbidden\n";

    private static readonly byte[] s_answer = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"""
        HTTP/1.1 403 Forbidden
        Content-Type: text/plain; charset=utf-8
        Content-Length: {Body.Length}
        Connection: close

        {Body}
        """).ReplaceLineEndings("\r\n")[..^2] + "\n");

    private readonly HashSet<IPAddress> _named = [];
    private int _refusing;

    /// <summary>To stand before everything else of a connection.</summary>
    public ConnectionDelegate Before(ConnectionDelegate next) => async connection =>
    {
        // Gone between accept and here.
        if (connection.RemoteEndPoint is not IPEndPoint { Address: var from }) return;
        if (address.Allows(from)) await next(connection);
        else await RefuseAsync(connection, from);
    };

    private async Task RefuseAsync(ConnectionContext connection, IPAddress client)
    {
        try
        {
            // Whoever else comes meanwhile gets no answer: they must not take the place of those whom this is for.
            if (Interlocked.Increment(ref _refusing) > WebLimits.RefusedAtOnce) return;
            bool first;
            // Named once, and not without end.
            lock (_named) first = _named.Count < WebLimits.RefusedAtOnce && _named.Add(client);
            if (first) WebLog.Refused(logger, client);
            using var patience = new Deadline(limits.Patience, time, connection.ConnectionClosed);
            await connection.Transport.Output.WriteAsync(s_answer, patience.Token);
            // What is closed with something unread is reset, and takes the answer with it.
            await SwallowAsync(connection.Transport.Input, patience.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ConnectionAbortedException or ConnectionResetException)
        {
            // The client has gone, was too slow, or we are told to stop.
        }
        finally
        {
            Interlocked.Decrement(ref _refusing);
        }
    }

    private static async Task SwallowAsync(PipeReader input, CancellationToken cancellationToken)
    {
        for (long read = 0; read < WebLimits.LongestFarewell;)
        {
            ReadResult result = await input.ReadAsync(cancellationToken);
            read += result.Buffer.Length;
            input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted) return;
        }
    }
}
