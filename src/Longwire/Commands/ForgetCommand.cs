using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Longwire.Attach.Memory;
using Longwire.Composition;
using Longwire.HomeAssistant.Broker;
using Longwire.HomeAssistant.Discovery;
using Longwire.HomeAssistant.Ownership;
using Longwire.Inventory;
using Longwire.Options;
using Longwire.Platform;
using Longwire.Supervisor;
using Microsoft.Extensions.Logging;

namespace Longwire.Commands;

/// <summary>
/// <c>longwire forget RADIO|--all</c>: the next attach takes these radios for new. It changes the memory of a stopped attach only: a
/// running one owns it, and would write back what was taken out. Their entities leave Home Assistant at once: the broker that the
/// options name is asked to drop what attach had it retain, with <c>--all</c> the Pis and the bridge as well, for people forget
/// everything before they remove Longwire. What cannot be cleared now stays in mqtt.json, and the next attach clears it.
/// </summary>
internal static class ForgetCommand
{
    public static Command Create(ProgramContext context)
    {
        var radio = new Argument<string?>("RADIO") { Description = "A radio, by its id or its name", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = "Forget every radio" };
        Option<string?> options = RoleOptions.File(
            $"The options that attach runs with; they name the broker and tell which folder it uses ({RoleOptions.AttachDefault})");
        Option<string?> data = RoleOptions.Data();
        var command = new Command(
            "forget",
            "Forget a radio: its id, its name, its counts and its entities in Home Assistant. Needs attach to be stopped.") { radio, all,
            options, data };
        command.SetAction((parsed, cancellationToken) =>
            RunAsync(
                parsed.GetValue(radio),
                parsed.GetValue(all),
                parsed.GetValue(options),
                parsed.GetValue(data),
                context,
                cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        string? radio, bool all, string? optionsPath, string? data, ProgramContext context, CancellationToken cancellationToken)
    {
        if (all == radio is not null) throw new UsageException("Name one radio, by its id or its name, or write --all.");
        string? path = RoleOptions.FindAttach(optionsPath, context);
        string folder = RoleOptions.DataOf(data, path, context);
        // Before anything is forgotten: options that cannot be read end here.
        MqttOptions mqtt = path is null ? new MqttOptions() : OptionsFile.LoadAttach(path).Options.Mqtt;
        using SupervisorClient? supervisor = context.FindSupervisor();
        BrokerAddress? broker = await context.BrokersOf(supervisor).FindAsync(mqtt, cancellationToken);
        try
        {
            if (!Directory.Exists(folder))
            {
                return await FailAsync(context, $"{folder} does not exist: name attach's folder with --data.");
            }
            using IDisposable? exclusive = DataFolder.TryLock(folder, RoleLock.Attach);
            if (exclusive is null)
            {
                return await FailAsync(context, $"A running longwire attach uses {folder}. Stop it, forget, and start it again.");
            }
            IRadioMemory memory = context.OpenMemory(folder);
            string instanceId = memory.ReadInstanceId() ?? Random.Shared.NextInt64().ToString("x16", CultureInfo.InvariantCulture);
            var self = new OwnInstance(instanceId, OwnInstance.NewNonce(Random.Shared), ProgramVersion.Text);
            if (!await ForgetAsync(radio, memory, context)) return ExitCode.Failed;
            return await ClearAsync(
                all ? null : [.. memory.Read().Select(entry => entry.Id)], folder, broker, self, context, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return await FailAsync(context, $"Nothing is forgotten: {e.Message}");
        }
    }

    private static async Task<bool> ForgetAsync(string? radio, IRadioMemory memory, ProgramContext context)
    {
        ImmutableArray<RadioMemory> known = memory.Read();
        RadioMemory? one = radio is null ? null : RememberedRadios.Find(known, radio);
        if (radio is not null && one is null)
        {
            await context.Error.WriteLineAsync(RememberedRadios.WhyNone(known, radio));
            return false;
        }
        ImmutableArray<RadioMemory> chosen = one is null ? known : [one];
        if (RememberedRadios.LeftAttached(chosen, context) is { } left)
        {
            // The record of the port is all that can ever free it; the next start does, with everything else that a crash leaves.
            await context.Error.WriteLineAsync($"Nothing is forgotten: {left}; then forget.");
            return false;
        }
        memory.Forget([.. chosen.Select(entry => entry.Id)]);
        foreach (RadioMemory entry in chosen) await context.Output.WriteLineAsync($"Forgotten: {RememberedRadios.Show(entry)}");
        await context.Output.WriteLineAsync(chosen.IsEmpty
            ? "No radio was remembered."
            : "A radio that the options still ask for is taken for new when attach starts.");
        return true;
    }

    /// <param name="remembered">Radios that stay in Home Assistant; null: nothing of ours stays.</param>
    private static async Task<int> ClearAsync(
        string[]? remembered, string folder, BrokerAddress? broker, OwnInstance self, ProgramContext context,
        CancellationToken cancellationToken)
    {
        using var log = new StderrLog(context.OpenLog(), context.LogStyle, LogLevel.Warning, context.Time);
        var topics = new ForgottenTopics(folder, context.Time, log.CreateLogger("Longwire"));
        IReadOnlyCollection<KeyValuePair<string, PublishedDevice>> gone = topics.Find(remembered);
        if (gone.Count == 0) return ExitCode.Done;
        if (broker is null)
        {
            // Not done: who forgets everything removes Longwire next, and then nothing would ever clear them.
            string then = remembered is null ? "run this again, or start attach, which" : "start attach, which";
            return await FailAsync(
                context,
                "Home Assistant still shows what is forgotten: no broker is known. Name it (mqtt.host) in attach's options, name those "
                    + $"with --options, and {then} removes it.");
        }
        try
        {
            IReadOnlyCollection<string> others = await topics.ClearAsync(gone, broker, self, cancellationToken);
            await context.Output.WriteLineAsync(others.Count == 0
                ? "Their entities are removed from Home Assistant."
                : "Entities that another Longwire shows under the same base topic are left in Home Assistant: they are its own by now.");
            return ExitCode.Done;
        }
        catch (BrokerException e)
        {
            string again = remembered is null ? "run this again, or start attach, which" : "start attach, which";
            return await FailAsync(
                context,
                $"Home Assistant still shows what is forgotten: {e.Message} Put that right (mqtt in the options) and {again} removes it "
                    + "as soon as it reaches the broker.");
        }
    }

    private static async Task<int> FailAsync(ProgramContext context, string message)
    {
        await context.Error.WriteLineAsync(message);
        return ExitCode.Failed;
    }
}
