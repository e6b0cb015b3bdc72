using System.Text.Json;
using Longwire.Web.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Longwire.Web.Http;

/// <summary><c>POST api/doctor</c> asks for a round of checks, <c>GET api/doctor</c> for what the last one found.</summary>
internal sealed class DoctorEndpoint(RequestAuthorization authorization, DoctorRounds rounds, ILogger logger)
{
    public async Task AskAsync(HttpContext context)
    {
        if (await authorization.IsRefusedAsync(context)) return;
        WebLog.AskedFor(logger, authorization.PersonOf(context), "the checks");
        rounds.Ask();
        await Answers.SayAsync(context, StatusCodes.Status202Accepted);
    }

    public Task SayAsync(HttpContext context) => Answers.SendAsync(
        context, Answers.Json, JsonSerializer.SerializeToUtf8Bytes(rounds.Latest, DoctorRoundJson.Default.DoctorRound));
}
