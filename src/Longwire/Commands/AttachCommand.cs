using System.CommandLine;
using Longwire.Options;
using Longwire.Supervisor;
using Microsoft.Extensions.Logging;

namespace Longwire.Commands;

/// <summary><c>longwire attach</c>: the host's role.</summary>
internal static class AttachCommand
{
    public static Command Create(Surroundings surroundings)
    {
        Option<string?> options = RoleOptions.File($"Options, in YAML or JSON (default: {OptionsFile.SupervisorPath} if it exists)");
        Option<string?> data = RoleOptions.Data();
        var command = new Command("attach", "Attach the radios of Pis to this machine and keep them attached. Runs until stopped.") { options, data };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(options), parsed.GetValue(data), surroundings, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string? optionsPath, string? data, Surroundings surroundings, CancellationToken cancellationToken)
    {
        string path = RoleOptions.RequireAttach(optionsPath, surroundings);
        string folder = RoleOptions.DataOf(data, path, surroundings);
        using var log = new StderrLog(surroundings.OpenLog(), surroundings.LogStyle, LogLevel.Information, surroundings.Time);
        ILogger logger = log.CreateLogger("Longwire");
        var watch = OptionsWatch.Open(path, surroundings.Time, logger);
        log.Minimum = watch.Current.Options.LogLevel;
        using SupervisorClient? supervisor = FindSupervisor(surroundings);
        using IDisposable? exclusive = await RoleLock.TakeAsync(RoleLock.Attach, folder, surroundings.Error);
        if (exclusive is null) return ExitCode.Failed;
        Log.Starting(logger, ProgramVersion.Text, "attaching", path, folder);
        return await ServiceHost.RunAsync(log, services => AttachServices.Add(services, watch, supervisor, folder, log), cancellationToken);
    }

    private static SupervisorClient? FindSupervisor(Surroundings surroundings)
    {
        try
        {
            return SupervisorClient.FromEnvironment(surroundings.Environment, surroundings.Time);
        }
        catch (FormatException e)
        {
            throw new UsageException(e.Message);
        }
    }
}
