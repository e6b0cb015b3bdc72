using System.Collections.Immutable;
using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using Longwire.Attach.Memory;
using Longwire.Composition;
using Longwire.Inventory;
using Longwire.Options;
using Longwire.Platform;
using Longwire.Privileges;
using Longwire.Supervisor;
using Longwire.Web.Http;
using Microsoft.Extensions.Logging;

namespace Longwire.Commands;

/// <summary><c>longwire attach</c>: the host's role.</summary>
internal static class AttachCommand
{
    public static Command Create(ProgramContext context)
    {
        Option<string?> options = RoleOptions.File($"Options, in YAML or JSON ({RoleOptions.AttachDefault})");
        Option<string?> data = RoleOptions.Data();
        var web = new Option<string?>("--web")
        {
            Description =
                "Show the web page on this port, to this machine alone; with an address before it, to whoever can reach that (in the "
                    + $"add-on: on {WebAddress.IngressPort}, behind ingress)",
            HelpName = "[ADDRESS:]PORT",
        };
        web.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && EndPointOf(text) is null)
            {
                result.AddError(
                    $"--web: write a port from 1 to {IPEndPoint.MaxPort}, or an IPv4 address of this machine, a colon and a port.");
            }
        });
        var command = new Command(
            "attach", "Attach the radios of Pis to this machine and keep them attached. Runs until stopped.") { options, data, web };
        command.SetAction((parsed, cancellationToken) =>
            RunAsync(parsed.GetValue(options), parsed.GetValue(data), EndPointOf(parsed.GetValue(web)), context, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        string? optionsPath, string? data, IPEndPoint? web, ProgramContext context, CancellationToken cancellationToken)
    {
        // Before anything else: until then we hold rights over the whole machine.
        if (!await context.ConfineAsync(AttachService.Modules, cancellationToken)) return ExitCode.Failed;
        string path = RoleOptions.RequireAttach(optionsPath, context);
        string folder = RoleOptions.DataOf(data, path, context);
        using var log = new StderrLog(context.OpenLog(), context.LogStyle, LogLevel.Information, context.Time);
        ILogger logger = log.CreateLogger("Longwire");
        var watch = new WatchedOptions<AttachOptions>(
            path, (bytes, name) => OptionsFile.ParseAttach(bytes, name), context.Time, logger);
        log.Minimum = watch.Current.Options.LogLevel;
        using SupervisorClient? supervisor = context.FindSupervisor();
        using IDisposable? exclusive = await RoleLock.TakeAttachAsync(folder, context.RunFolder, context.Error);
        if (exclusive is null) return ExitCode.Failed;
        ProgramLog.Starting(logger, ProgramVersion.Text, "attaching", path, folder);
        if (DataVolume.Problem(context.Sysfs, context.Environment, folder) is { } notKept)
        {
            ProgramLog.DataNotKept(logger, notKept);
        }
        // What is wrong with the memory is said by who lives by it.
        ImmutableArray<RadioMemory> known = context.OpenMemory(folder).ReadIfPossible(out _);
        FormerSetupReport.Say(context.Former.PortsOfOthers(watch.Current.Options.Pis, known), logger);
        Task saying = FormerSetupReport.SayBesideAsync(context.Former.FilesOnHost, logger);
        SupervisorOptions? asked = supervisor is null ? null : new SupervisorOptions(watch, supervisor, context.Time, logger);
        var live = asked is null
            ? new LiveOptions(watch, watch.Current.Options)
            : new LiveOptions(asked, watch.Current.Options, asked.LookNow);
        WebAddress? page = WebAddress.Of(context.Environment, web);
        var restarts = new Restarts(context.Time, logger);
        using var stop = new StopSignals(cancellationToken);
        int code = await restarts.RunAsync(
            log, services => AttachComposition.Add(services, live, path, supervisor, folder, page, context, log, restarts), stop.Token);
        await saying;
        return code;
    }

    private static IPEndPoint? EndPointOf(string? text)
    {
        if (text is null) return null;
        string whole = text.Contains(':', StringComparison.Ordinal) ? text : $"{IPAddress.Loopback}:{text}";
        bool isAddress = IPEndPoint.TryParse(whole, out IPEndPoint? endPoint)
            && endPoint is { AddressFamily: AddressFamily.InterNetwork, Port: > 0 }
            // Else 8 would be taken for 0.0.0.8.
            && whole.Count(c => c == '.') == 3;
        return isAddress ? endPoint : null;
    }
}
