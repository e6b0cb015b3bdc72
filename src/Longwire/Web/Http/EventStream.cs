using Longwire.Platform;
using Longwire.State;
using Longwire.Web.Pages;
using Microsoft.AspNetCore.Http;

namespace Longwire.Web.Http;

/// <summary>
/// <c>GET api/events</c> (server-sent events): the whole state at once, and again whenever it says something else.
/// </summary>
internal sealed class EventStream(StateFeed feed, StateView view, TimeProvider time)
{
    /// <summary>Whoever comes beyond is told so, and asks from time to time instead.</summary>
    public const int MostListeners = 32;

    /// <summary>Between two states: nobody reads faster, and what changes together is told together.</summary>
    public static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// A word after so much silence: proxies end what is quiet for a minute, and a page whose network is away would show for hours what it
    /// heard last.
    /// </summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    private int _listeners;

    public async Task AnswerAsync(HttpContext context)
    {
        try
        {
            if (Interlocked.Increment(ref _listeners) > MostListeners)
            {
                await Answers.SayAsync(context, StatusCodes.Status503ServiceUnavailable);
                return;
            }
            context.Response.ContentType = "text/event-stream";
            // nginx, which people have before Home Assistant, would gather it.
            context.Response.Headers["X-Accel-Buffering"] = "no";
            if (context.Request.Method != "HEAD") await TellAsync(context.Response.Body, context.RequestAborted);
        }
        finally
        {
            Interlocked.Decrement(ref _listeners);
        }
    }

    private async Task TellAsync(Stream body, CancellationToken aborted)
    {
        ReadOnlyMemory<byte> told = default;
        Snapshot seen = feed.Current;
        while (true)
        {
            ReadOnlyMemory<byte> now = view.Of(seen);
            if (!now.Span.SequenceEqual(told.Span))
            {
                told = now;
                await SayAsync(body, now, aborted);
                await Task.Delay(Apart, time, aborted);
            }
            seen = await NextAsync(body, seen, aborted);
        }
    }

    private async Task<Snapshot> NextAsync(Stream body, Snapshot seen, CancellationToken aborted)
    {
        while (true)
        {
            using var silence = new Deadline(Silence, time, aborted);
            try
            {
                return await feed.WaitForChangeAsync(seen, silence.Token);
            }
            catch (OperationCanceledException) when (silence.Passed && !aborted.IsCancellationRequested)
            {
                await body.WriteAsync("event: alive\ndata:\n\n"u8.ToArray(), aborted);
                await body.FlushAsync(aborted);
            }
        }
    }

    // JSON has no line breaks unless it is told to.
    private static async Task SayAsync(Stream body, ReadOnlyMemory<byte> json, CancellationToken aborted)
    {
        byte[] message = [.. "event: state\ndata: "u8, .. json.Span, .. "\n\n"u8];
        await body.WriteAsync(message, aborted);
        await body.FlushAsync(aborted);
    }
}
