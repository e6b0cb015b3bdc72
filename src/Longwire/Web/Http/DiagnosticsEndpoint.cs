using Longwire.Web.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Longwire.Web.Http;

/// <summary><c>POST api/diagnostics</c>: one file with all that helps to find a fault, and no secret. For those who may act.</summary>
internal sealed class DiagnosticsEndpoint(RequestAuthorization authorization, Diagnostics diagnostics, DoctorRounds rounds, ILogger logger)
{
    public async Task AnswerAsync(HttpContext context)
    {
        if (await authorization.IsRefusedAsync(context)) return;
        WebLog.AskedFor(logger, authorization.PersonOf(context), "the diagnostics");
        DoctorRound round = await rounds.FreshAsync(context.RequestAborted);
        byte[] file = await diagnostics.WriteAsync(round, context.RequestAborted);
        context.Response.Headers.ContentDisposition = "attachment; filename=\"longwire-diagnostics.json\"";
        await Answers.SendAsync(context, Answers.Json, file);
    }
}
