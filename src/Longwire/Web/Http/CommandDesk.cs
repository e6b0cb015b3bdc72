using Longwire.Platform;
using Longwire.State;
using Longwire.Web.Pages;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Longwire.Web.Http;

/// <summary>
/// <c>POST api/radios/{id}/{command}</c> and <c>POST api/pis/{id}/{silence or unsilence}</c>: hands what a
/// person asks for to the reconciler. What came of it, the state says.
/// </summary>
internal sealed class CommandDesk(Visitor visitor, StateFeed feed, ICommandSink sink, TimeProvider time, ILogger logger)
{
    private const string Busy = "Longwire is busy with other things. Try again in a moment.";

    /// <summary>For the reconciler to have room for it.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>The page's first question: whether to show buttons.</summary>
    public Task SayWhatMayBeDoneAsync(HttpContext context) =>
        Answers.SendAsync(context, Answers.Json, System.Text.Encoding.UTF8.GetBytes($$"""{"act":"{{visitor.MayAct(context)}}"}"""));

    /// <summary>Work on a Pi begins, or is done.</summary>
    public async Task AnswerOfPiAsync(HttpContext context, string piId, string word)
    {
        if (await visitor.IsRefusedAsync(context)) return;
        PiSnapshot? pi = feed.Current.Pis.FirstOrDefault(known => known.Id == piId);
        if (pi is null || word is not ("silence" or "unsilence"))
        {
            await Answers.SayAsync(context, StatusCodes.Status404NotFound);
            return;
        }
        WebLog.Asked(logger, visitor.Name(context), word, Printable.Of(pi.Name), pi.Id);
        using var patience = new Deadline(s_patience, time, context.RequestAborted);
        try
        {
            await sink.SendAsync(new PiCommand.Silence(pi.Id, word == "silence"), patience.Token);
        }
        catch (OperationCanceledException) when (patience.Passed)
        {
            await Answers.SayAsync(context, StatusCodes.Status503ServiceUnavailable, Busy);
            return;
        }
        await Answers.SayAsync(context, StatusCodes.Status202Accepted);
    }

    public async Task AnswerAsync(HttpContext context, string radioId, string word)
    {
        if (await visitor.IsRefusedAsync(context)) return;
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
        WebLog.Asked(logger, visitor.Name(context), word.Replace('_', ' '), Printable.Of(radio.Name), radio.Id);
        using var patience = new Deadline(s_patience, time, context.RequestAborted);
        try
        {
            await sink.SendAsync(command, patience.Token);
            if (command is RadioCommand.Awaited awaited && await awaited.Answer.Task.WaitAsync(patience.Token) is { } whyNot)
            {
                await Answers.SayAsync(context, StatusCodes.Status409Conflict, whyNot);
                return;
            }
        }
        catch (OperationCanceledException) when (patience.Passed)
        {
            await Answers.SayAsync(context, StatusCodes.Status503ServiceUnavailable, Busy);
            return;
        }
        await Answers.SayAsync(context, StatusCodes.Status202Accepted);
    }
}
