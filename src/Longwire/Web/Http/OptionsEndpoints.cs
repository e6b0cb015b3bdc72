using Longwire.Options;
using Longwire.Platform;
using Longwire.State;
using Longwire.Web.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Longwire.Web.Http;

/// <summary>
/// <c>POST api/pis</c> and <c>POST api/sticks</c>: what a person adds to the options on the page. Written at once where Longwire may write
/// them, else answered with the lines to paste.
/// </summary>
internal sealed class OptionsEndpoints(
    RequestAuthorization authorization, OptionsEditor editor, PiLists lists, StateFeed feed, ILogger logger)
{
    private const int LongestShown = 60;
    private const string Attached = "It is attached as soon as its Pi gives it.";
    private const string OthersNamed =
        "As long as no radio was named, all that Longwire recognises were meant: those are named now, too.";
    private const string Changed =
        "The options were changed meanwhile, and nothing of yours was written. Look at what is new on this page, then press again.";

    public async Task AddPiAsync(HttpContext context)
    {
        if (await authorization.IsRefusedAsync(context)) return;
        if (await Answers.ReadAsync(context, OptionsRequestsJson.Default.PiRequest) is not { } asked) return;
        (string? name, string? address, string? code) = (Plain(asked.Name), Plain(asked.Address), OneLine(asked.PairingCode));
        if (address is null && code is null)
        {
            await SayAsync(context, StatusCodes.Status422UnprocessableEntity, "Paste the pairing code of the Pi, or write its address.");
            return;
        }
        string what = $"the Pi {Printable.Of(name ?? address ?? "of a pairing code", LongestShown)}";
        await AddAsync(context, what, [NewEntry.Pi(name, address, code)], asked.Options, "It is asked for its sticks now.");
    }

    public async Task UseStickAsync(HttpContext context)
    {
        if (await authorization.IsRefusedAsync(context)) return;
        if (await Answers.ReadAsync(context, OptionsRequestsJson.Default.StickRequest) is not { } asked) return;
        if (StickChoice.Of(lists, feed.Current, asked, Plain(asked.Name), out string? whyNot) is not { } choice)
        {
            await SayAsync(context, StatusCodes.Status409Conflict, whyNot!);
            return;
        }
        string what = $"the stick {Printable.Of($"{asked.UsbId} at {asked.BusId} of {asked.Pi}", LongestShown)}";
        string whenDone = choice.Others == 0 ? Attached : $"{Attached} {OthersNamed}";
        await AddAsync(context, what, choice.Entries, asked.Options, whenDone);
    }

    private async Task AddAsync(HttpContext context, string what, IReadOnlyList<NewEntry> entries, string? seen, string whenDone)
    {
        OptionsEdit edit = await editor.AddAsync(entries, seen, context.RequestAborted);
        string person = authorization.PersonOf(context);
        switch (edit)
        {
            case OptionsEdit.Done:
                WebLog.Added(logger, person, what);
                await SayAsync(context, StatusCodes.Status200OK, $"Added to the options: {what}. {whenDone}");
                break;
            case OptionsEdit.Written:
                WebLog.Added(logger, person, what);
                await SayAsync(context, StatusCodes.Status202Accepted, $"Added to the options: {what}. That is in force soon.");
                break;
            case OptionsEdit.ToPaste paste:
                await SayAsync(
                    context,
                    StatusCodes.Status200OK,
                    $"Longwire does not write your own file. Paste this into {paste.Place} and save; it is in force at once. Where a list "
                        + $"of that name is there, put what is below the name {(paste.AtTop ? "at the top of that list" : "into it")}.",
                    paste.Lines);
                break;
            case OptionsEdit.Refused { Why: var why }:
                WebLog.NotAdded(logger, person, what, why);
                await SayAsync(context, StatusCodes.Status422UnprocessableEntity, $"Nothing was written. {why}");
                break;
            case OptionsEdit.Changed:
                WebLog.NotAdded(logger, person, what, "the options were changed meanwhile");
                await SayAsync(context, StatusCodes.Status409Conflict, Changed);
                break;
            case OptionsEdit.Failed { Why: var why }:
                WebLog.NotAdded(logger, person, what, why);
                await SayAsync(context, StatusCodes.Status503ServiceUnavailable, why);
                break;
        }
    }

    private Task SayAsync(HttpContext context, int status, string text, string? lines = null) => Answers.SendAsync(
        context, status, new OptionsAnswerJson(text, lines, editor.Revision), OptionsRequestsJson.Default.OptionsAnswerJson);

    private static string? Plain(string? text) => text?.Trim() is { Length: > 0 } trimmed ? trimmed : null;

    // It is printed on several lines, and may be copied with them.
    private static string? OneLine(string? code) => Plain(code is null ? null : string.Concat(code.Where(c => !char.IsWhiteSpace(c))));
}
