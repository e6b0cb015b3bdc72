using System.Collections.Immutable;
using System.CommandLine;

namespace Longwire.Commands;

/// <summary>
/// <c>longwire forget RADIO|--all</c>: the next attach takes these radios for new. It changes the memory of a stopped attach only: a
/// running one owns it, and would write back what was taken out. The retained topics go when attach next reaches the
/// broker: it clears whatever it once published and no longer remembers.
/// </summary>
internal static class ForgetCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var radio = new Argument<string?>("RADIO") { Description = "A radio, by its id or its name", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = "Forget every radio" };
        Option<string?> options = RoleOptions.File("The options that attach runs with; they tell which folder it uses");
        Option<string?> data = RoleOptions.Data();
        var command = new Command("forget", "Forget a radio: its id, its name, its counts and its entities in Home Assistant. Needs attach to be stopped.") { radio, all, options, data };
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(radio), parsed.GetValue(all), parsed.GetValue(options), parsed.GetValue(data), surroundings));
        return command;
    }

    private static async Task<int> RunAsync(string? radio, bool all, string? optionsPath, string? data, Surroundings surroundings)
    {
        if (all == radio is not null) throw new UsageException("Name one radio, by its id or its name, or write --all.");
        string folder = RoleOptions.DataOf(data, RoleOptions.FindAttach(optionsPath, surroundings), surroundings);
        try
        {
            if (!Directory.Exists(folder)) return await FailAsync(surroundings, $"{folder} does not exist: name attach's folder with --data.");
            using IDisposable? exclusive = DataFolder.TryLock(folder, RoleLock.Attach);
            return exclusive is null
                ? await FailAsync(surroundings, $"A running longwire attach uses {folder}. Stop it, forget, and start it again.")
                : await ForgetAsync(radio, surroundings.OpenMemory(folder), surroundings);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return await FailAsync(surroundings, $"Nothing is forgotten: {e.Message}");
        }
    }

    private static async Task<int> ForgetAsync(string? radio, IRadioMemory memory, Surroundings surroundings)
    {
        ImmutableArray<RememberedRadio> known = memory.Read();
        List<RememberedRadio> chosen = [.. known.Where(entry => radio is null || entry.Id == radio)];
        if (chosen.Count == 0) chosen = [.. known.Where(entry => string.Equals(entry.Name, radio, StringComparison.OrdinalIgnoreCase))];
        if (radio is not null && chosen.Count != 1)
        {
            string what = chosen.Count == 0 ? $"No radio is called '{radio}'" : $"{chosen.Count} radios are called '{radio}'; use an id";
            string listed = known.IsEmpty ? "none is remembered" : string.Join(", ", known.Select(Show));
            return await FailAsync(surroundings, $"{what}. Known: {listed}.");
        }
        memory.Forget([.. chosen.Select(entry => entry.Id)]);
        foreach (RememberedRadio entry in chosen) await surroundings.Output.WriteLineAsync($"Forgotten: {Show(entry)}");
        await surroundings.Output.WriteLineAsync(chosen.Count == 0
            ? "There was nothing to forget."
            : "Home Assistant drops its entities when attach next reaches the broker. A radio that the options still ask for is taken for new then.");
        return ExitCode.Done;
    }

    private static string Show(RememberedRadio radio) => $"{radio.Id} ({radio.Name})";

    private static async Task<int> FailAsync(Surroundings surroundings, string message)
    {
        await surroundings.Error.WriteLineAsync(message);
        return ExitCode.Failed;
    }
}
