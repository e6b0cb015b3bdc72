using System.CommandLine;
using Longwire.Composition;
using Longwire.Export.Sticks;
using Longwire.Migration;
using Longwire.Options;
using Longwire.Platform;
using Longwire.Privileges;
using Microsoft.Extensions.Logging;

namespace Longwire.Commands;

/// <summary><c>longwire export</c>: the Pi's role.</summary>
internal static class ExportCommand
{
    public static Command Create(ProgramContext surroundings)
    {
        Option<string?> options = RoleOptions.File(
            $"Options, in YAML or JSON (default: {OptionsFile.ExportPath} if it exists); LONGWIRE_* variables count before it");
        Option<string?> data = RoleOptions.Data();
        var takeOver = new Option<bool>("--take-over")
        {
            Description = "Serve a radio that somebody else bound to usbip-host and left free, and leave it bound at the stop",
        };
        var command = new Command(
            "export", "Offer this machine's radios to Home Assistant hosts. Runs until stopped.") { options, data, takeOver };
        command.SetAction((parsed, cancellationToken) =>
            RunAsync(parsed.GetValue(options), parsed.GetValue(data), parsed.GetValue(takeOver), surroundings, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        string? optionsPath, string? data, bool takeOver, ProgramContext surroundings, CancellationToken cancellationToken)
    {
        // Before anything else: until then we hold rights over the whole machine.
        if (!await surroundings.ConfineAsync(StickOperations.Modules, cancellationToken)) return ExitCode.Failed;
        string? path = OptionsFile.FindExport(optionsPath);
        LoadedOptions<ExportOptions> Parse(byte[] bytes, string name)
        {
            LoadedOptions<ExportOptions> parsed = OptionsFile.ParseExport(bytes, name, surroundings.Environment);
            return takeOver ? parsed with { Options = parsed.Options with { TakeOver = true } } : parsed;
        }
        string folder = RoleOptions.DataOf(data, null, surroundings);
        using var log = new StderrLog(surroundings.OpenLog(), surroundings.LogStyle, LogLevel.Information, surroundings.Time);
        ILogger logger = log.CreateLogger("Longwire");
        WatchedOptions<ExportOptions>? file = path is null
            ? null
            : new WatchedOptions<ExportOptions>(path, Parse, surroundings.Time, logger);
        LoadedOptions<ExportOptions> loaded = file?.Current ?? Parse([], OptionsFile.ExportPath);
        log.Minimum = loaded.Options.LogLevel;
        using IDisposable? exclusive = await RoleLock.TakeExportAsync(folder, surroundings.Error);
        if (exclusive is null) return ExitCode.Failed;
        ProgramLog.Starting(logger, ProgramVersion.Text, "exporting", path ?? "the environment alone", folder);
        if (DataVolume.Problem(surroundings.Sysfs, surroundings.Environment, folder) is { } notKept)
        {
            ProgramLog.DataNotKept(logger, notKept);
        }
        foreach (FormerSetupPart leftover in surroundings.Former.OnPi(port: null)) ProgramLog.Leftover(logger, leftover);
        foreach (OptionProblem problem in loaded.Problems) OptionsLog.OptionProblem(logger, problem);
        using var stop = new StopSignals(cancellationToken);
        return await new Restarts(surroundings.Time, logger).RunAsync(
            log,
            services => ExportComposition.Add(services, file?.Current ?? loaded, file, folder, surroundings.Health, log),
            stop.Token);
    }
}
