using Longwire.State;
using Longwire.Web.Api;
using Microsoft.AspNetCore.Http;

namespace Longwire.Web.Http;

/// <summary>What can be looked at, by its address.</summary>
internal sealed class GetRoutes(
    StateFeed feed, StateView view, EventStream events, CommandEndpoints commands, HistoryEndpoint history, DoctorEndpoint doctor,
    string version)
{
    /// <summary>Null: there is nothing to look at.</summary>
    public Func<HttpContext, Task>? Find(string path) => path switch
    {
        "/health.json" => context => Answers.SendAsync(context, Answers.Json, HealthJson.Write(feed.Current, version)),
        "/api/state" => context => Answers.SendAsync(context, Answers.Json, view.Of(feed.Current)),
        "/api/events" => events.AnswerAsync,
        "/api/access" => commands.SayWhatMayBeDoneAsync,
        "/api/doctor" => doctor.SayAsync,
        _ when ApiPath.OfRadio(path) is (var radio, HistoryEndpoint.Word) => context => history.AnswerAsync(context, radio),
        _ when PageAssets.Find(path) is { } asset => context => Answers.SendAsync(context, asset.Type, asset.Content, asset.Tag),
        _ => null,
    };
}
