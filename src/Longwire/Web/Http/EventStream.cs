using Longwire.Options;
using Longwire.Platform;
using Longwire.State;
using Longwire.Web.Api;
using Microsoft.AspNetCore.Http;

namespace Longwire.Web.Http;

/// <summary>
/// <c>GET api/events</c> (server-sent events): the whole state at once, and again whenever it says something else.
/// </summary>
/// <param name="options">What a page has seen of them goes with the state: it may change while no radio does.</param>
internal sealed class EventStream(StateFeed feed, StateView view, OptionsEditor options, TimeProvider time)
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
            string revision = options.Revision;
            ReadOnlyMemory<byte> now = view.Of(seen);
            if (!now.Span.SequenceEqual(told.Span))
            {
                told = now;
                await SayAsync(body, now, aborted);
                await Task.Delay(Apart, time, aborted);
            }
            seen = await NextAsync(body, seen, revision, aborted);
        }
    }

    private async Task<Snapshot> NextAsync(Stream body, Snapshot seen, string revision, CancellationToken aborted)
    {
        while (true)
        {
            using var silence = new Deadline(Silence, time, aborted);
            if (await ChangesAsync(seen, revision, silence.Token)) return feed.Current;
            aborted.ThrowIfCancellationRequested();
            await body.WriteAsync("event: alive\ndata:\n\n"u8.ToArray(), aborted);
            await body.FlushAsync(aborted);
        }
    }

    /// <returns>False: nothing does until it is cancelled.</returns>
    private async Task<bool> ChangesAsync(Snapshot seen, string revision, CancellationToken cancellationToken)
    {
        using var one = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task state = feed.WaitForChangeAsync(seen, one.Token), others = options.UntilOthersAsync(revision, one.Token);
        await Task.WhenAny(state, others);
        await one.CancelAsync();
        // Of both, one is cancelled.
        await Task.WhenAll(state, others).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return state.IsCompletedSuccessfully || others.IsCompletedSuccessfully;
    }

    // JSON has no line breaks unless it is told to.
    private static async Task SayAsync(Stream body, ReadOnlyMemory<byte> json, CancellationToken aborted)
    {
        byte[] message = [.. "event: state\ndata: "u8, .. json.Span, .. "\n\n"u8];
        await body.WriteAsync(message, aborted);
        await body.FlushAsync(aborted);
    }
}
