using System.Collections.Immutable;
using System.CommandLine;
using Longwire.Composition;
using Longwire.Export.Link;
using Longwire.Link.Pairing;
using Longwire.Link.Tls;
using Longwire.Options;
using Longwire.Platform;
using Longwire.Privileges;

namespace Longwire.Commands;

/// <summary>
/// <c>longwire pair</c>, on the Pi: prints the code that lets one host in, and says and changes who is let in. It works beside a running
/// export, which sees every change at the next question of a host.
/// </summary>
internal static class PairCommand
{
    public static Command Create(ProgramContext context)
    {
        var newToken = new Option<bool>("--new-token") { Description = "Print another code, and void the one before" };
        var list = new Option<bool>("--list") { Description = "Show the hosts that are let in and those that are revoked" };
        var revoke = new Option<string?>("--revoke")
        {
            Description = "Never let a host in again, by its name or the first digits of its key, and void the open code",
            HelpName = "HOST",
        };
        var newIdentity = new Option<bool>("--new-identity")
        {
            Description = "Give this Pi another key; every host must be paired anew",
        };
        var json = new Option<bool>("--json") { Description = "For programs: the code, or with --list the hosts" };
        Option<string?> options = RoleOptions.File(
            $"The options that export runs with; they name the port (default: {OptionsFile.ExportPath} if it exists)");
        Option<string?> data = RoleOptions.Data();
        var command = new Command(
            "pair",
            "Run on the Pi: print the pairing code that lets a Home Assistant host in, encrypted. Paste it into pairing_code of this Pi in "
                + "the host's options.") { newToken, list, revoke, newIdentity, json, options, data };
        command.SetAction((parsed, _) =>
        {
            string? host = parsed.GetValue(revoke);
            bool[] chosen = [parsed.GetValue(newToken), parsed.GetValue(list), host is not null, parsed.GetValue(newIdentity)];
            if (chosen.Count(one => one) > 1)
                throw new UsageException("Write only one of --new-token, --list, --revoke and --new-identity.");
            if (host is not null && parsed.GetValue(json)) throw new UsageException("--json goes with the code and with --list.");
            var request = new Request(
                host, parsed.GetValue(list), parsed.GetValue(newToken), parsed.GetValue(newIdentity), parsed.GetValue(json));
            return RunAsync(request, parsed.GetValue(options), parsed.GetValue(data), context);
        });
        return command;
    }

    private static async Task<int> RunAsync(Request request, string? optionsPath, string? data, ProgramContext context)
    {
        string folder = RoleOptions.DataOf(data, null, context);
        var hosts = new PairedHosts(new EnrolmentStore(folder), context);
        try
        {
            if (request.List) return await hosts.ListAsync(request.Json);
            if (request.Revoke is { } host) return await hosts.RevokeAsync(host);
            return await PrintAsync(request, optionsPath, folder, context);
        }
        catch (UnauthorizedAccessException e)
        {
            await context.Error.WriteLineAsync(
                $"Nothing is done: {e.Message} Run it as the user that export runs as, which is mostly root: sudo longwire pair.");
            return ExitCode.Failed;
        }
        catch (IOException e)
        {
            await context.Error.WriteLineAsync($"Nothing is done: {e.Message}");
            return ExitCode.Failed;
        }
    }

    private static async Task<int> PrintAsync(Request request, string? optionsPath, string folder, ProgramContext context)
    {
        LoadedOptions<ExportOptions> loaded = OptionsFile.LoadExport(optionsPath, context.Environment);
        foreach (OptionProblem problem in loaded.Problems) await context.Error.WriteLineAsync(problem.ToString());
        ImmutableArray<string> addresses = OwnAddresses.ForCode(
            context.ReadAddresses(context.Sysfs), context.MachineName, PairingCode.MaxAddresses);
        if (addresses.IsEmpty)
        {
            await context.Error.WriteLineAsync(
                "This machine has no address under which a host could reach it: connect it to the network, and run this again.");
            return ExitCode.Failed;
        }
        var store = new EnrolmentStore(folder);
        using LinkKey? own = request.NewIdentity ? null : LinkKeyFile.Open(folder);
        var now = Moment.Now(context.Sysfs, context.Time);
        EnrolmentFile known = store.Change(file => (request.NewIdentity ? file.WithNobody() : file).WithOpenToken(
            PairingToken.Create, now, another: request.NewToken));
        // Last: hosts that are told to pair anew find the old key where this fails, and nothing else has been promised.
        using LinkKey? made = request.NewIdentity ? LinkKeyFile.Replace(folder) : null;
        KeyPin pin = (own ?? made)!.Pin;
        var code = new PairingCode(addresses, (ushort)loaded.Options.Listen, pin, EnrolmentRules.TokenOf(known.Token!));
        TimeSpan left = EnrolmentRules.TokenLasts - (now.Since(known.Token!.Made) ?? TimeSpan.Zero);
        if (request.Json) PairJson.Write(context.Output, code, left);
        else PairText.Write(context.Output, code, left, request.NewIdentity);
        await WarnAsync(folder, context);
        return ExitCode.Done;
    }

    private static async Task WarnAsync(string folder, ProgramContext context)
    {
        if (DataVolume.Problem(context.Sysfs, context.Environment, folder) is { } notKept)
        {
            await context.Error.WriteLineAsync();
            await context.Error.WriteLineAsync($"This pairing will not last. {notKept}");
        }
        using IDisposable? free = DataFolder.TryLock(folder, RoleLock.Export);
        if (free is null) return;
        await context.Error.WriteLineAsync();
        await context.Error.WriteLineAsync(
            $"No longwire export uses {folder} now, and only the one that does knows this code. Start it; if it runs in a container, run "
                + "this there (docker exec); if it has another folder, name that with --data.");
    }

    /// <param name="Revoke">Which host; null: none.</param>
    private sealed record Request(string? Revoke, bool List, bool NewToken, bool NewIdentity, bool Json);
}
