using Longwire.History;
using Microsoft.AspNetCore.Http;

namespace Longwire.Web.Http;

/// <summary><c>GET api/radios/{id}/history</c>: the last 24 hours, with <c>?of=month</c> the last 30 days.</summary>
internal sealed class HistoryEndpoint(HistoryBook book, TimeProvider time)
{
    public const string Word = "history";

    public Task AnswerAsync(HttpContext context, string radioId) =>
        book.Json(radioId, context.Request.Query["of"] == "month", time.GetUtcNow()) is { } json
            ? Answers.SendAsync(context, Answers.Json, json)
            : Answers.SayAsync(context, StatusCodes.Status404NotFound);
}
