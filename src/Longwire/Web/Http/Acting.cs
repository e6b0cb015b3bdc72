using Microsoft.AspNetCore.Http;

namespace Longwire.Web.Http;

/// <summary>What can be asked for with a POST, by its address.</summary>
internal sealed class Acting(CommandDesk commands, OptionsDesk options, DoctorDesk doctor, DiagnosticsDesk diagnostics)
{
    /// <summary>Null: there is nothing to ask for.</summary>
    public Func<HttpContext, Task>? Find(string path) => path switch
    {
        "/api/pis" => options.AddPiAsync,
        "/api/sticks" => options.UseStickAsync,
        "/api/doctor" => doctor.AskAsync,
        "/api/diagnostics" => diagnostics.AnswerAsync,
        _ when PiPath.Of(path) is (var pi, var word) => context => commands.AnswerOfPiAsync(context, pi, word),
        _ when RadioPath.Of(path) is (var radio, var word) && word != HistoryAnswer.Word =>
            context => commands.AnswerAsync(context, radio, word),
        _ => null,
    };
}
