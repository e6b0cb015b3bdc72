using System.CommandLine;
using Longwire.Composition;
using Longwire.Doctor;
using Longwire.Options;
using Longwire.Supervisor;

namespace Longwire.Commands;

/// <summary>
/// <c>longwire doctor</c>: what is wrong here, and what to do. It changes nothing that lasts, and runs beside a running attach or export.
/// Exit 0: no problem; 1: at least one.
/// </summary>
internal static class DoctorCommand
{
    private const string Attach = "attach";
    private const string Export = "export";

    public static Command Create(ProgramContext context)
    {
        var role = new Argument<string?>("ROLE")
        {
            Description = $"Which side to look at: {Attach} (beside Home Assistant) or {Export} (on the Pi); left out: that of which there "
                + "are options, else export",
            Arity = ArgumentArity.ZeroOrOne,
        };
        role.AcceptOnlyFromAmong(Attach, Export);
        Option<string?> options = RoleOptions.File($"The options that this side runs with; needs ROLE ({RoleOptions.AttachDefault}, and "
            + $"{OptionsFile.ExportPath})");
        Option<string?> data = RoleOptions.Data();
        var json = new Option<bool>("--json") { Description = "For programs" };
        var command = new Command(
            "doctor",
            "Look for what is wrong on this machine and on the way to the Pis, and say what to do. Nothing is changed that lasts.")
        {
            role, options, data, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetValue(role), parsed.GetValue(options), parsed.GetValue(data), parsed.GetValue(json), context, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        string? role, string? optionsPath, string? data, bool json, ProgramContext context, CancellationToken cancellationToken)
    {
        if (role is null && optionsPath is not null) throw new UsageException($"Say whose options these are: {Attach} or {Export}.");
        string? attachPath = role == Export ? null : RoleOptions.FindAttach(role == Attach ? optionsPath : null, context);
        if (role == Attach) attachPath = RoleOptions.RequireAttach(optionsPath, context);
        bool isPi = role == Export || (role is null && (attachPath is null || OptionsFile.FindExport(null) is not null));
        LoadedOptions<AttachOptions>? attach = attachPath is null ? null : OptionsFile.LoadAttach(attachPath);
        LoadedOptions<ExportOptions>? export = isPi ? OptionsFile.LoadExport(optionsPath, context.Environment) : null;
        using SupervisorClient? supervisor = context.FindSupervisor();
        DoctorContext looked = DoctorComposition.ContextOf(
            context, attach, export, context.BrokersOf(supervisor), RoleOptions.DataOf(data, attachPath, context));
        IReadOnlyList<Finding> findings = await DoctorRun.RunAsync(looked, cancellationToken);
        if (json) DoctorJson.Write(context.Output, findings);
        else DoctorText.Write(context.Output, findings);
        return findings.Any(finding => finding.Level == FindingLevel.Problem) ? ExitCode.Failed : ExitCode.Done;
    }
}
