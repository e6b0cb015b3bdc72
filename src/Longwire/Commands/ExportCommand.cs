using System.CommandLine;
using Longwire.Composition;
using Longwire.Export.Link;
using Longwire.Export.Sticks;
using Longwire.Options;
using Longwire.Platform;
using Longwire.Privileges;
using Microsoft.Extensions.Logging;

namespace Longwire.Commands;

/// <summary><c>longwire export</c>: the Pi's role.</summary>
internal static class ExportCommand
{
    public static Command Create(ProgramContext context)
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
            RunAsync(parsed.GetValue(options), parsed.GetValue(data), parsed.GetValue(takeOver), context, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        string? optionsPath, string? data, bool takeOver, ProgramContext context, CancellationToken cancellationToken)
    {
        // Before anything else: until then we hold rights over the whole machine.
        if (!await context.ConfineAsync(StickOperations.Modules, cancellationToken)) return ExitCode.Failed;
        string? path = OptionsFile.FindExport(optionsPath);
        LoadedOptions<ExportOptions> Parse(byte[] bytes, string name)
        {
            LoadedOptions<ExportOptions> parsed = OptionsFile.ParseExport(bytes, name, context.Environment);
            return takeOver ? parsed with { Options = parsed.Options with { TakeOver = true } } : parsed;
        }
        string folder = RoleOptions.DataOf(data, null, context);
        using var log = new StderrLog(context.OpenLog(), context.LogStyle, LogLevel.Information, context.Time);
        ILogger logger = log.CreateLogger("Longwire");
        WatchedOptions<ExportOptions>? file = path is null
            ? null
            : new WatchedOptions<ExportOptions>(path, Parse, context.Time, logger);
        LoadedOptions<ExportOptions> loaded = file?.Current ?? Parse([], OptionsFile.ExportPath);
        log.Minimum = loaded.Options.LogLevel;
        using IDisposable? exclusive = await RoleLock.TakeExportAsync(folder, context.Error);
        if (exclusive is null) return ExitCode.Failed;
        ProgramLog.Starting(logger, ProgramVersion.Text, "exporting", path ?? "the environment alone", folder);
        if (DataVolume.Problem(context.Sysfs, context.Environment, folder) is { } notKept)
        {
            ProgramLog.DataNotKept(logger, notKept);
            if (new EnrolmentStore(folder).IsPaired) ProgramLog.PairingNotKept(logger, folder);
        }
        Task saying = FormerSetupReport.SayBesideAsync(() => context.Former.OnPi(port: null), logger);
        foreach (OptionProblem problem in loaded.Problems) OptionsLog.OptionProblem(logger, problem);
        var live = new LiveExportOptions(loaded, file, level => log.Minimum = level, logger);
        using var stop = new StopSignals(cancellationToken);
        int code = await new Restarts(context.Time, logger).RunAsync(
            log, services => ExportComposition.Add(services, live, folder, context.Health), stop.Token);
        await saying;
        return code;
    }
}
