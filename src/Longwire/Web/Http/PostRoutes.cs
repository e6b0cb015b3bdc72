using Microsoft.AspNetCore.Http;

namespace Longwire.Web.Http;

/// <summary>What can be asked for with a POST, by its address.</summary>
internal sealed class PostRoutes(
    CommandEndpoints commands, OptionsEndpoints options, DoctorEndpoint doctor, DiagnosticsEndpoint diagnostics)
{
    /// <summary>Null: there is nothing to ask for.</summary>
    public Func<HttpContext, Task>? Find(string path) => path switch
    {
        "/api/pis" => options.AddPiAsync,
        "/api/sticks" => options.UseStickAsync,
        "/api/doctor" => doctor.AskAsync,
        "/api/diagnostics" => diagnostics.AnswerAsync,
        _ when ApiPath.OfPi(path) is (var pi, var word) => context => commands.AnswerOfPiAsync(context, pi, word),
        _ when ApiPath.OfRadio(path) is (var radio, var word) && word != HistoryEndpoint.Word =>
            context => commands.AnswerOfRadioAsync(context, radio, word),
        _ => null,
    };
}
