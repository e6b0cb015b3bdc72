using Longwire.Platform;
using Longwire.State;
using Longwire.Web.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Longwire.Web.Http;

/// <summary>
/// <c>POST api/radios/{id}/{command}</c> and <c>POST api/pis/{id}/{silence or unsilence}</c>: hands what a
/// person asks for to the reconciler. What came of it, the state says.
/// </summary>
internal sealed class CommandEndpoints(
    RequestAuthorization authorization, StateFeed feed, ICommandSink sink, TimeProvider time, ILogger logger)
{
    private const string Busy = "Longwire is busy with other things. Try again in a moment.";

    /// <summary>For the reconciler to have room for it.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>The page's first question: whether to show buttons.</summary>
    public Task SayWhatMayBeDoneAsync(HttpContext context) =>
        Answers.SendAsync(context, Answers.Json, System.Text.Encoding.UTF8.GetBytes($$"""{"act":"{{authorization.MayAct(context)}}"}"""));

    /// <summary>Work on a Pi begins, or is done.</summary>
    public async Task AnswerOfPiAsync(HttpContext context, string piId, string word)
    {
        if (await authorization.IsRefusedAsync(context)) return;
        PiSnapshot? pi = feed.Current.Pis.FirstOrDefault(known => known.Id == piId);
        if (pi is null || word is not ("silence" or "unsilence"))
        {
            await Answers.SayAsync(context, StatusCodes.Status404NotFound);
            return;
        }
        WebLog.Asked(logger, authorization.PersonOf(context), word, Printable.Of(pi.Name), pi.Id);
        await AnswerWithAsync(context, async patience =>
        {
            await sink.SendAsync(new PiCommand.Silence(pi.Id, word == "silence"), patience);
            return null;
        });
    }

    public async Task AnswerOfRadioAsync(HttpContext context, string radioId, string word)
    {
        if (await authorization.IsRefusedAsync(context)) return;
        string? successor = null;
        if (word == RadioRequests.Replace)
        {
            if (await Answers.ReadAsync(context, ReplaceRequestJson.Default.ReplaceRequest) is not { } asked) return;
            successor = asked.Successor ?? "";
        }
        RadioSnapshot? radio = feed.Current.Radios.FirstOrDefault(known => known.Id == radioId);
        if (radio is null || RadioRequests.Of(word, radioId, successor) is not { } command)
        {
            await Answers.SayAsync(context, StatusCodes.Status404NotFound);
            return;
        }
        WebLog.Asked(logger, authorization.PersonOf(context), word.Replace('_', ' '), Printable.Of(radio.Name), radio.Id);
        await AnswerWithAsync(context, async patience =>
        {
            await sink.SendAsync(command, patience);
            return command is RadioCommand.Awaited awaited ? await awaited.Answer.Task.WaitAsync(patience) : null;
        });
    }

    /// <param name="sendAsync">Why it is not done, as a sentence for a person; null: it is on its way.</param>
    private async Task AnswerWithAsync(HttpContext context, Func<CancellationToken, Task<string?>> sendAsync)
    {
        using var patience = new Deadline(s_patience, time, context.RequestAborted);
        try
        {
            string? whyNot = await sendAsync(patience.Token);
            if (whyNot is null) await Answers.SayAsync(context, StatusCodes.Status202Accepted);
            else await Answers.SayAsync(context, StatusCodes.Status409Conflict, whyNot);
        }
        catch (OperationCanceledException) when (patience.Passed)
        {
            await Answers.SayAsync(context, StatusCodes.Status503ServiceUnavailable, Busy);
        }
    }
}
