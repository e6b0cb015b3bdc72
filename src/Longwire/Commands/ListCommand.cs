using System.Collections.Immutable;
using System.CommandLine;
using System.Net;
using Longwire.Attach.Memory;
using Longwire.Attach.Ports;
using Longwire.Composition;
using Longwire.Inventory;
using Longwire.Migration;
using Longwire.Options;
using Longwire.Radios;
using Longwire.UsbIp.Errors;

namespace Longwire.Commands;

/// <summary><c>longwire list [PI]</c>: which radios there are, what becomes of them and why.</summary>
internal static class ListCommand
{
    public static Command Create(ProgramContext context)
    {
        var pi = new Argument<string?>("PI")
        {
            Description = "A Pi, by its name in the options or by its address; left out: this machine",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<string?> options = RoleOptions.File(
            $"With PI the options of attach ({RoleOptions.AttachDefault}), without it those of export (default: {OptionsFile.ExportPath})");
        Option<string?> data = RoleOptions.Data();
        var json = new Option<bool>("--json") { Description = "For programs" };
        var command = new Command(
            "list",
            "Show the radios of this machine or of a Pi, what becomes of them and why, and the lines for the options.") { pi, options, data,
            json };
        command.SetAction((parsed, cancellationToken) =>
            RunAsync(
                parsed.GetValue(pi),
                parsed.GetValue(options),
                parsed.GetValue(data),
                parsed.GetValue(json),
                context,
                cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        string? piName, string? optionsPath, string? data, bool json, ProgramContext context, CancellationToken cancellationToken)
    {
        StickList? list = piName is null
            ? await ReadHereAsync(optionsPath, context)
            : await ReadPiAsync(piName, optionsPath, data, context, cancellationToken);
        if (list is null) return ExitCode.Failed;
        if (json) ListJson.Write(context.Output, list);
        else ListTable.Write(context.Output, list);
        return ExitCode.Done;
    }

    private static async Task<StickList> ReadHereAsync(string? optionsPath, ProgramContext context)
    {
        LoadedOptions<ExportOptions> loaded = OptionsFile.LoadExport(optionsPath, context.Environment);
        foreach (OptionProblem problem in loaded.Problems) await context.Error.WriteLineAsync(problem.ToString());
        StickList list = new LocalSticks(context.Sysfs, loaded.Options, KnownRadios.Default).Read();
        return WithLeftovers(list, context.Former.OnPi(loaded.Options.Stock.Port));
    }

    private static async Task<StickList?> ReadPiAsync(
        string piName, string? optionsPath, string? data, ProgramContext context, CancellationToken cancellationToken)
    {
        AttachOptions options = AttachOptions.Default;
        string? path = RoleOptions.FindAttach(optionsPath, context);
        if (path is not null)
        {
            LoadedOptions<AttachOptions> loaded = OptionsFile.LoadAttach(path);
            foreach (OptionProblem problem in loaded.Problems) await context.Error.WriteLineAsync(problem.ToString());
            options = loaded.Options;
        }
        PiOptions pi = Find(piName, options);
        ImmutableArray<RadioMemory> known = await ReadMemoryAsync(RoleOptions.DataOf(data, path, context), context);
        try
        {
            StickList list = await new PiSticks(
                pi, options, KnownRadios.Default, known, new AttachKernel(context.Sysfs).BootId).ReadAsync(
                context.Time,
                cancellationToken);
            return WithLeftovers(list, context.Former.OnHost([pi], known));
        }
        catch (Exception e) when (e is UsbIpException or TimeoutException)
        {
            await context.Error.WriteLineAsync(
                $"{pi.DisplayName} gives no list: {e.Message}. See that it is on, that usbipd or longwire export runs there, and that "
                    + "export's stock.allow names this machine.");
            return null;
        }
    }

    // Without the lock: the file is only ever replaced as a whole, so a running attach may have it meanwhile.
    private static async Task<ImmutableArray<RadioMemory>> ReadMemoryAsync(string folder, ProgramContext context)
    {
        ImmutableArray<RadioMemory> known = context.OpenMemory(folder).ReadIfPossible(out string? problem);
        if (problem is not null)
        {
            await context.Error.WriteLineAsync(
                $"What attach remembers is left out here, so of sticks of one kind it may choose another: {problem}");
        }
        return known;
    }

    private static StickList WithLeftovers(StickList list, ImmutableArray<FormerSetupPart> leftovers) =>
        list with { Notes = [.. list.Notes, .. leftovers.Select(leftover => "From an earlier set-up: " + leftover)] };

    private static PiOptions Find(string name, AttachOptions options)
    {
        foreach (PiOptions pi in options.Pis)
        {
            if (IsSame(name, pi.Name) || IsSame(name, pi.Address) || IsSame(name, pi.Id)) return pi;
        }
        if (HostAddress.TryParse(name, PiOptions.StockPort, out DnsEndPoint? endPoint) is { } remedy)
        {
            throw new UsageException($"'{name}' is neither a Pi of the options nor an address: {remedy}.");
        }
        return new PiOptions { Id = Slug.Of(name), Address = name, EndPoint = endPoint! };
    }

    private static bool IsSame(string asked, string? known) => string.Equals(asked, known, StringComparison.OrdinalIgnoreCase);
}
